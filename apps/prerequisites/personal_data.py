from typing import Any

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.companies.models import Person
from apps.core.network import mailboxes
from apps.core.personal_data import Holding
from apps.files.models import StoredFile
from apps.prerequisites.models import PurgeCertificate, Submission


def _naming(user: User) -> list[tuple[Submission, list[bool]]]:
    """The deliveries of contacts in which the person stands, with which of the contacts are theirs."""
    keys = set(Person.objects.filter(user=user).values_list("pk", flat=True))
    rows = []
    for submission in Submission.objects.filter(values__has_key="contacts").select_related("prerequisite"):
        is_user = [
            contact.get("person") in keys or mailboxes.comparable(contact["email"]) == user.email
            for contact in submission.contacts()
        ]
        if any(is_user):
            rows.append((submission, is_user))
    return rows


def _export(user: User) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in contact.items() if name != "person"}
        for submission, is_user in _naming(user)
        for contact, is_of_user in zip(submission.contacts(), is_user, strict=True)
        if is_of_user
    ]


def _erase(user: User) -> None:
    blank = {"name": "", "position": "", "phone": "", "email": personal_data.erased_address(user)}
    for submission, is_user in _naming(user):
        submission.values["contacts"] = [
            {**contact, **blank} if is_of_user else contact
            for contact, is_of_user in zip(submission.contacts(), is_user, strict=True)
        ]
        submission.save(update_fields=["values"])


def _certificates(user: User) -> list[dict[str, Any]]:
    rows = PurgeCertificate.objects.filter(event__actor=user).select_related("event__rollout")
    return [{"rollout": row.event.rollout.code, "name": row.purged_by_name} for row in rows]


def _forget_name(user: User) -> None:
    """The documents that carry the name are drawn again without it."""
    rows = PurgeCertificate.objects.filter(event__actor=user)
    drawn = list(StoredFile.objects.filter(pk__in=rows.exclude(pdf=None).values("pdf")))
    rows.update(purged_by_name="", pdf=None)
    for stored in drawn:
        stored.delete()  # Its bytes go with the next sweep of files without an owner.


HOLDINGS = [
    Holding("purge_certificates", _certificates, _forget_name),
    Holding("contact_lists", _export, _erase),
]
