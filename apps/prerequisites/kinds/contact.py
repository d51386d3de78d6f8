from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.companies.models import Contact
from apps.core.network.mailboxes import MailboxFormField
from apps.core.refusals import Invalid
from apps.prerequisites import comparison
from apps.prerequisites.kinds.base import Delivery, DeliveryKind
from apps.prerequisites.models import Prerequisite, Submission

DETAILS = ("name", "position", "email", "phone")


class Contacts(DeliveryKind):
    """The people of a company who answer for the rollout. Accepted, they are contacts of that company."""

    kind = Prerequisite.Kind.CONTACT

    def parts(self) -> list[tuple[str, str]]:
        return [
            (Contact.Kind.TECHNICAL.value, _("Contato técnico")),
            (Contact.Kind.DECISION.value, _("Contato de decisão")),
        ]

    def form_fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        for kind, label in self.parts():
            values = {"who": label}
            fields[f"{kind}_name"] = forms.CharField(label=_("%(who)s: nome") % values)
            fields[f"{kind}_position"] = forms.CharField(label=_("%(who)s: cargo") % values, required=False)
            fields[f"{kind}_email"] = MailboxFormField(label=_("%(who)s: e-mail") % values)
            fields[f"{kind}_phone"] = forms.CharField(label=_("%(who)s: telefone") % values, required=False)
        return fields

    def part_of(self, field_name: str) -> str:
        return field_name.partition("_")[0]

    def clean(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "contacts": [
                {"kind": kind, **{detail: data.get(f"{kind}_{detail}", "") for detail in DETAILS}}
                for kind in self.asked_parts()
            ]
        }

    def completed(self, delivery: Delivery, last: Submission | None, asked_again: Sequence[str]) -> Delivery:
        if last is None or not asked_again:
            return delivery
        contacts = [row for row in delivery.contacts if row["kind"] in asked_again]
        contacts += [row for row in last.contacts() if row["kind"] not in asked_again]
        return replace(delivery, contacts=contacts)

    def check(self, delivery: Delivery) -> None:
        if not delivery.contacts:
            raise Invalid(_("Informe o contato técnico e o de decisão."))

    def stored_values(self, delivery: Delivery) -> dict[str, Any]:
        return {"contacts": list(delivery.contacts)}

    def accepted(self, submission: Submission) -> None:
        company = self.item.rollout.company(self.item.owner)
        for contact in submission.contacts():
            Contact.objects.update_or_create(
                company=company,
                kind=contact["kind"],
                email=contact["email"],
                defaults={name: contact[name] for name in ("name", "phone", "position")},
            )

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


def _line(contact: dict[str, str]) -> str:
    """``Rita, TI · rita@loja.com.br · (11) 4000-0000``"""
    person = ", ".join(part for part in (contact["name"], contact.get("position")) if part)
    return " · ".join(part for part in (person, contact["email"], contact.get("phone")) if part)
