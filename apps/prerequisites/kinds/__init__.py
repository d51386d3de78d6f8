"""The kinds of prerequisite: one class each, and the table that finds it. Everything that differs by kind is asked here."""

from apps.prerequisites.kinds.base import (
    CREDENTIAL_PROBE,
    DOCUMENT_READING,
    ENVIRONMENT_CHECK,
    Delivery,
    DeliveryKind,
    Fact,
    Gathering,
)
from apps.prerequisites.kinds.contact import Contacts
from apps.prerequisites.kinds.credential import Credential
from apps.prerequisites.kinds.document import Document
from apps.prerequisites.kinds.environment import Environment
from apps.prerequisites.kinds.link import Link
from apps.prerequisites.kinds.statement import Statement
from apps.prerequisites.models import Prerequisite

__all__ = [
    "CLASSES",
    "CREDENTIAL_PROBE",
    "DOCUMENT_READING",
    "ENVIRONMENT_CHECK",
    "Delivery",
    "DeliveryKind",
    "Fact",
    "Gathering",
    "gathered_by",
    "of",
]

CLASSES: dict[str, type[DeliveryKind]] = {
    cls.kind: cls for cls in (Document, Link, Statement, Credential, Contacts, Environment)
}


def of(item: Prerequisite) -> DeliveryKind:
    """How ``item`` is asked, checked, stored and shown."""
    return CLASSES[item.kind](item)


def gathered_by(gathering: Gathering) -> list[str]:
    """The kinds whose deliveries ``gathering`` finds evidence about."""
    return [kind for kind, cls in CLASSES.items() if cls.gathering == gathering]
