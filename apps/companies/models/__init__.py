"""Companies, who belongs to them, and the directory of their people."""

from apps.companies.models.company import (
    COMPANY_ROLES,
    PRESENCE_ROLES,
    Company,
    CompanyQuerySet,
    Kind,
    Membership,
    Role,
    forget_roles_of,
    on_the_other_side,
    roles_of,
)
from apps.companies.models.people import Person, PersonEmail, PersonPhone, PersonQuerySet, Purpose

__all__ = [
    "COMPANY_ROLES",
    "PRESENCE_ROLES",
    "Company",
    "CompanyQuerySet",
    "Kind",
    "Membership",
    "Person",
    "PersonEmail",
    "PersonPhone",
    "PersonQuerySet",
    "Purpose",
    "Role",
    "forget_roles_of",
    "on_the_other_side",
    "roles_of",
]
