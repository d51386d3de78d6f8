"""What a kind of prerequisite answers for: each question that the rest of the application asks about it is a method here."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django import forms
from django.core.files.base import File
from django.db.models import Q
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from apps.core.events import EventData
from apps.core.refusals import Invalid
from apps.files.models import StoredFile
from apps.prerequisites import comparison
from apps.prerequisites.evidence.showing import Evidence
from apps.prerequisites.models import Prerequisite, Submission
from apps.vault.models import Secret


@dataclass(frozen=True)
class Delivery:
    """What somebody hands in for an item, before it is stored. ``values`` may hold secrets, so its ``repr`` does not.

    ``kept_files`` and ``kept_secrets`` (by field) are those of the delivery before that count again.
    """

    text: str = ""
    link: str = ""
    new_files: Sequence[File] = ()
    kept_files: Sequence[StoredFile] = ()
    values: dict[str, str] = field(default_factory=dict, repr=False)
    kept_secrets: dict[str, Secret] = field(default_factory=dict)
    contacts: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Fact:
    """A labelled value of a delivery, to be shown. Of a secret the value only says where it is."""

    label: str
    value: str
    is_secret: bool = False


@dataclass(frozen=True)
class Gathering:
    """The task that gathers evidence about a delivery, and the condition under which a delivery has none yet."""

    task: str
    missing: Q


DOCUMENT_READING = Gathering("apps.prerequisites.tasks.look_into_document", Q(evidence={}))
CREDENTIAL_PROBE = Gathering("apps.prerequisites.tasks.probe_submission", Q(probes=None))
ENVIRONMENT_CHECK = Gathering("apps.prerequisites.tasks.look_at_environment", Q(environment_checks=None))

STORED_BY_THEMSELVES = ("text", "link", "file", "stays")
"""The form fields that are no ``values`` of the delivery."""


def require_link(delivery: Delivery) -> None:
    """Raise ``Invalid`` (422) for a delivery without the link that its kind needs."""
    if not delivery.link:
        raise Invalid(_("Informe o link."), field="link")


class DeliveryKind(ABC):
    """How an item of one kind is asked, checked, stored and shown. ``kinds.of(item)`` makes it for ``item``.

    As it is here it suits a kind whose form fields are ``text``, ``link``, ``file`` and values of its own. A new kind is a
    subclass that says at least its ``kind``, ``parts`` and ``form_fields``, one line in ``kinds.CLASSES`` and its name in
    ``Prerequisite.Kind``.
    """

    kind: ClassVar[str]
    gathering: ClassVar[Gathering | None] = None
    """What gathers evidence about a delivery; None where nothing does."""
    holds_secrets: ClassVar[bool] = False
    """Whether its deliveries hold secrets that a project manager may reveal."""

    def __init__(self, item: Prerequisite) -> None:
        self.item = item

    # What is asked

    @classmethod
    def own_fields(cls, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """``Prerequisite.fields`` of an item that a project manager writes, from ``{"label", "secret"}`` of each. Raises
        ``Invalid`` (422) when fields are needed and none are given."""
        return []

    @abstractmethod
    def parts(self) -> list[tuple[str, str]]:
        """``(name, label)`` of what a delivery is made of and a reviewer may point at; one part means all of it."""

    @abstractmethod
    def form_fields(self) -> dict[str, forms.Field]:
        """Every field of the form by its name, in order."""

    def part_of(self, field_name: str) -> str:
        """The part (see ``parts``) that a form field or a stored value belongs to."""
        return field_name

    def asked_parts(self) -> list[str]:
        """The parts that the next delivery is made of: those that a reviewer pointed at, or all."""
        return self.item.asked_again or [name for name, _label in self.parts()]

    def asked_form_fields(self) -> dict[str, forms.Field]:
        """The form's fields; of a delivery that came back only those of the parts that are asked again."""
        fields = self.form_fields()
        if not self.item.asked_again:
            return fields
        asked_parts = self.asked_parts()
        return {name: form_field for name, form_field in fields.items() if self.part_of(name) in asked_parts}

    # What the form takes

    def problems(self, data: dict[str, Any]) -> list[tuple[str, str]]:
        """``(field, message)`` of what is wrong with the cleaned fields ``data`` together."""
        return []

    def clean(self, data: dict[str, Any]) -> dict[str, Any]:
        """The cleaned fields ``data`` as the parameters of ``actions.submit``."""
        submit_parameters = {name: value for name, value in data.items() if name in STORED_BY_THEMSELVES}
        values = {name: value for name, value in data.items() if name not in STORED_BY_THEMSELVES}
        return {**submit_parameters, "values": values} if values else submit_parameters

    # What is stored

    @sensitive_variables()
    def completed(self, delivery: Delivery, last: Submission | None, asked_again: Sequence[str]) -> Delivery:
        """``delivery`` as it will be stored. Of one that came back with some parts marked (``asked_again``) only those
        count, and the others stay as the ``last`` delivery has them."""
        if last is None or not asked_again:
            return delivery
        if self.part_of("file") not in asked_again:
            delivery = replace(delivery, new_files=[], kept_files=last.files)
        values = {name: value for name, value in delivery.values.items() if self.part_of(name) in asked_again}
        return replace(
            delivery,
            text=delivery.text if self.part_of("text") in asked_again else last.text,
            link=delivery.link if self.part_of("link") in asked_again else last.link,
            values={**last.values, **values},
        )

    def check(self, delivery: Delivery) -> None:  # noqa: B027 - some kinds need nothing
        """Raises ``Invalid`` (422) when something needed is missing from the ``completed`` delivery."""

    def store(self, submission: Submission, delivery: Delivery) -> None:
        """Keep with ``submission`` what its columns do not hold yet; text, link and files are there already."""
        if delivery.values:
            submission.values = delivery.values
            submission.save(update_fields=["values"])

    def events(self, submission: Submission, last: Submission | None) -> Iterator[EventData]:
        """What the timeline keeps of ``submission`` besides the delivery itself; ``last`` is the delivery before."""
        yield from ()

    def accepted(self, submission: Submission) -> None:  # noqa: B027 - of most kinds nothing follows
        """What follows from the acceptance of ``submission``, within its transaction."""

    # What is shown

    def lines(self, submission: Submission) -> list[str]:
        """What is to be read of a delivery besides its text, link and files, each a line of its own."""
        return []

    def facts(self, submission: Submission) -> list[Fact]:
        """The labelled values of a delivery."""
        return []

    def part_values(self, submission: Submission) -> dict[str, str]:
        """The value of each part, in words; a secret is named, never shown."""
        values = {name: value for name, value in submission.values.items() if isinstance(value, str)}
        names = ", ".join(file.name for file in submission.files)
        return {**values, "file": names or submission.link, "link": submission.link, "text": submission.text}

    def unchanged(self) -> list[tuple[str, str]]:
        """``(label, value)`` of the parts of the last delivery that are not asked again; empty when all or nothing is."""
        last = self.item.last
        if last is None or not self.item.asked_again:
            return []
        asked_parts, values = self.asked_parts(), self.part_values(last)
        return [(label, values[name]) for name, label in self.parts() if name not in asked_parts and values.get(name)]

    def compare(self, before: Submission, after: Submission) -> list[comparison.Row]:
        """What ``after`` has otherwise than ``before``, part by part."""
        texts = [(_("Texto"), before.text, after.text), ("Link", before.link, after.link)]
        rows = [comparison.text_row(label, old, new) for label, old, new in texts if old or new]
        return [*self.compare_values(before, after), *rows, *comparison.file_rows(before.files, after.files)]

    def compare_values(self, before: Submission, after: Submission) -> Iterator[comparison.Row]:
        """The rows of ``compare`` about the kind's own values, which stand first."""
        facts_before, facts_after = (
            {fact.label: fact.value for fact in self.facts(submission)} for submission in (before, after)
        )
        for label in facts_before | facts_after:
            yield comparison.text_row(label, facts_before.get(label, ""), facts_after.get(label, ""))

    def evidence(self, submission: Submission) -> Evidence:
        """What the application found out about a delivery; empty when nothing was looked at."""
        return Evidence()
