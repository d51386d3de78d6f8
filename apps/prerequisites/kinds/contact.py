from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company, Person, Purpose
from apps.companies.people import actions as people
from apps.companies.people.choices import Choice, PersonField
from apps.core import names
from apps.core.database.unaccented import unaccented
from apps.core.network import mailboxes
from apps.core.refusals import Invalid
from apps.prerequisites import comparison
from apps.prerequisites.kinds.base import Delivery, DeliveryKind
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts.people import directory_of

DETAILS = ("name", "position", "email", "phone")
"""What a delivery keeps of each person as they were then, so that two deliveries can be compared."""


class Contacts(DeliveryKind):
    """The people of a company who answer for the rollout, chosen from its directory. Accepted, they have that purpose there.

    A contact of a delivery is ``{"kind", "choice"}`` from a form, or ``{"kind", "name", "position", "email", "phone"}`` from
    elsewhere; stored, it is the latter, with the key of the ``person`` where it is known.
    """

    kind = Prerequisite.Kind.CONTACT

    def parts(self) -> list[tuple[str, str]]:
        return [(Purpose.TECHNICAL.value, _("Contato técnico")), (Purpose.DECISION.value, _("Contato de decisão"))]

    def form_fields(self) -> dict[str, forms.Field]:
        directory = directory_of(self.item.rollout, self.item.owner)
        return {
            purpose: PersonField(
                directory, label=label, initial=next((p for p in directory.listed if purpose in p.purposes), None)
            )
            for purpose, label in self.parts()
        }

    def problems(self, data: dict[str, Any]) -> list[tuple[str, str]]:
        return [
            (kind, _("%(name)s não tem e-mail nem telefone no cadastro. Inclua um deles.") % {"name": choice})
            for kind, choice in data.items()
            if choice is not None and not _is_reachable(choice)
        ]

    def clean(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"contacts": [{"kind": kind, "choice": data.get(kind)} for kind in self.asked_parts()]}

    def completed(self, delivery: Delivery, last: Submission | None, asked_again: Sequence[str]) -> Delivery:
        if last is None or not asked_again:
            return delivery
        contacts = [row for row in delivery.contacts if row["kind"] in asked_again]
        contacts += [row for row in last.contacts() if row["kind"] not in asked_again]
        return replace(delivery, contacts=contacts)

    def check(self, delivery: Delivery) -> None:
        if not delivery.contacts:
            raise Invalid(_("Informe o contato técnico e o de decisão."))
        for row in delivery.contacts:
            if "choice" not in row:
                _check_typed(row)

    def stored_values(self, delivery: Delivery, *, by: User) -> dict[str, Any]:
        added: dict[str, Person] = {}
        return {
            "contacts": [
                _described(row["kind"], _person_of(row["choice"], added, by=by)) if "choice" in row else row
                for row in delivery.contacts
            ]
        }

    def accepted(self, submission: Submission) -> None:
        company = self.item.rollout.company(self.item.owner)
        for contact in submission.contacts():
            if not contact["name"]:
                continue  # An account that was erased meanwhile.
            people.give_purpose(_of_directory(company, contact), contact["kind"])

    def lines(self, submission: Submission) -> list[str]:
        return [_line(contact) for contact in submission.contacts()]

    def part_values(self, submission: Submission) -> dict[str, str]:
        return {contact["kind"]: contact["name"] for contact in submission.contacts()}

    def compare_values(self, before: Submission, after: Submission) -> Iterator[comparison.Row]:
        labels = {"name": _("nome"), "position": _("cargo"), "email": _("e-mail"), "phone": _("telefone")}
        contacts_before, contacts_after = (
            {row["kind"]: row for row in submission.contacts()} for submission in (before, after)
        )
        for kind, who in self.parts():
            for detail, label in labels.items():
                texts = contacts_before.get(kind, {}).get(detail, ""), contacts_after.get(kind, {}).get(detail, "")
                if any(texts):
                    yield comparison.text_row(f"{who}: {label}", *texts)


def _check_typed(contact: dict[str, Any]) -> None:
    """Raise ``Invalid`` for a contact from elsewhere that the directory could not hold."""
    names.refuse_addresses(name=contact["name"], position=contact.get("position", ""))
    try:
        mailboxes.normalised(contact["email"] or "nobody@example.com")
        for part in ("name", "position"):
            Person._meta.get_field(part).run_validators(contact.get(part, ""))  # type: ignore[union-attr]
    except (ValueError, ValidationError):
        raise Invalid(_("Confira o nome, o cargo e o e-mail de cada contato.")) from None


def _is_reachable(choice: Choice) -> bool:
    if isinstance(choice, Person):
        return bool(choice.addresses or choice.phones.all())
    return bool(choice.email or choice.phone)


def _person_of(choice: Choice, added: dict[str, Person], *, by: User) -> Person:
    """The person of the directory; one who is typed for both parts of a delivery is ``added`` once."""
    if isinstance(choice, Person):
        return choice
    key = f"{unaccented(choice.name)} {choice.email}"
    if key not in added:
        added[key] = people.person_of(choice, by=by)
    return added[key]


def _described(kind: str, person: Person) -> dict[str, Any]:
    """What a delivery keeps of ``person``."""
    return {
        "kind": kind,
        "person": person.pk,
        "name": str(person),
        "position": person.position,
        "email": next(iter(person.addresses), ""),
        "phone": " / ".join(phone.text for phone in person.phones.all()),
    }


def _of_directory(company: Company, contact: dict[str, Any]) -> Person:
    """The person of ``company`` whom a stored contact means: by key, else by address and name; added where there is none."""
    if person := Person.objects.filter(company=company, pk=contact.get("person")).first():
        return person.merged_into or person
    details = {name: contact.get(name, "") for name in ("name", "position", "phone")}
    if not contact["email"]:
        return people.register(company, **details)
    return people.with_address(company, email=contact["email"], **details)


def _line(contact: dict[str, Any]) -> str:
    """``Rita, TI · rita@loja.com.br · (11) 4000-0000``"""
    person = ", ".join(part for part in (contact["name"], contact.get("position")) if part)
    return " · ".join(part for part in (person, contact["email"], contact.get("phone")) if part)
