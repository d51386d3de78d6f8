from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from apps.accounts.models import User
from apps.core import clock
from apps.core.events import EventData
from apps.core.refusals import Invalid
from apps.prerequisites import comparison
from apps.prerequisites.credentials import delivery as credentials
from apps.prerequisites.credentials import destinations
from apps.prerequisites.events import HostGiven
from apps.prerequisites.evidence import showing
from apps.prerequisites.kinds.base import CREDENTIAL_PROBE, Delivery, DeliveryKind, Fact
from apps.prerequisites.kinds.fields import help_with_example
from apps.prerequisites.models import Prerequisite, Submission
from apps.vault import actions as vault

PREFIX = "value_"
"""What a form field's name has before the name of the credential's field."""


class Credential(DeliveryKind):
    """The platform's own fields, some of them secret. Secrets are in the vault and are shown nowhere but by ``reveal``."""

    kind = Prerequisite.Kind.CREDENTIAL
    gathering = CREDENTIAL_PROBE
    holds_secrets = True

    @classmethod
    def own_fields(cls, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        if not rows:
            raise Invalid(_("Diga pelo menos um campo da credencial."), field="field_1")
        return [
            {"name": f"own_{number}", "label": {"pt": row["label"]}, "help": {}, "secret": row["secret"]}
            for number, row in enumerate(rows, start=1)
        ]

    def parts(self) -> list[tuple[str, str]]:
        return [(spec["name"], str(spec["label"])) for spec in self.item.specs()]

    def form_fields(self) -> dict[str, forms.Field]:
        item, last = self.item, self.item.last
        stored = last.fields_in_vault if last else []
        fields: dict[str, forms.Field] = {}
        for spec in item.specs():
            name = spec["name"]
            may_stay = name in stored and name not in item.asked_again
            widget: forms.Widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
            if spec["secret"]:
                widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "data-secret": ""})
            fields[f"{PREFIX}{name}"] = forms.CharField(
                label=str(spec["label"]),
                help_text=self._help_beside_stored_secret()
                if may_stay
                else help_with_example(spec["help"], spec["example"]),
                required=not may_stay and name != "notes",
                initial=last.values.get(name) if last and not spec["secret"] else None,
                widget=widget,
                max_length=2000,
            )
        return fields

    def _help_beside_stored_secret(self) -> str:
        """What stands beside a secret in the vault: until when it may be left blank."""
        binding = destinations.binding(self.item.fields)
        labels = [str(spec["label"]) for spec in self.item.specs() if spec["name"] in binding]
        if not labels:
            return _("Já guardado. Deixe em branco para manter.")
        return format_html(
            _("Já guardado. Deixe em branco para manter; se mudar {}, informe-o de novo."), ", ".join(labels)
        )

    def part_of(self, field_name: str) -> str:
        return field_name.removeprefix(PREFIX)

    def asked_parts(self) -> list[str]:
        return credentials.asked_fields(self.item)

    @sensitive_variables()
    def problems(self, data: dict[str, Any]) -> list[tuple[str, str]]:
        values = credentials.merged(self.item, self.clean(data)["values"])
        return [(PREFIX + problem.field, problem.message) for problem in credentials.problems(self.item, values)]

    @sensitive_variables()
    def clean(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"values": {name.removeprefix(PREFIX): value for name, value in data.items()}}

    @sensitive_variables()
    def completed(self, delivery: Delivery, last: Submission | None, asked_again: Sequence[str]) -> Delivery:
        values = credentials.merged(self.item, delivery.values)
        plain = credentials.plain_of(self.item, values)
        return replace(delivery, values=values, kept_secrets=credentials.reusable_secrets(self.item, plain))

    @sensitive_variables()
    def check(self, delivery: Delivery) -> None:
        credentials.check(self.item, delivery.values)

    @sensitive_variables()
    def stored_values(self, delivery: Delivery, *, by: User) -> dict[str, Any]:
        return {row["name"]: delivery.values.get(row["name"], "") for row in self.item.fields if not row["secret"]}

    def store(self, submission: Submission, delivery: Delivery) -> None:
        credentials.keep(submission, delivery.values, delivery.kept_secrets)

    def events(self, submission: Submission, last: Submission | None) -> Iterator[EventData]:
        for host in credentials.new_hosts(self.item, submission.values, last):
            yield HostGiven(key=self.item.key, host=host)

    def facts(self, submission: Submission) -> list[Fact]:
        secrets = _secrets(submission)
        facts = [
            Fact(
                str(spec["label"]),
                (secrets if spec["secret"] else submission.values).get(spec["name"], ""),
                spec["secret"],
            )
            for spec in self.item.specs()
        ]
        return [fact for fact in facts if fact.value]

    def part_values(self, submission: Submission) -> dict[str, str]:
        plain = {name: value for name, value in submission.values.items() if isinstance(value, str)}
        return plain | dict.fromkeys(submission.fields_in_vault, _("guardado no cofre"))

    def compare_values(self, before: Submission, after: Submission) -> Iterator[comparison.Row]:
        """A secret is never read here: the vault only says whether it changed."""
        secrets_before, secrets_after = (
            {secret.field: secret for secret in submission.secrets.all()} for submission in (before, after)
        )
        in_words = _secrets(before), _secrets(after)
        for spec in self.item.specs():
            name, label = spec["name"], str(spec["label"])
            if not spec["secret"]:
                texts = before.values.get(name, ""), after.values.get(name, "")
                if any(texts):
                    yield comparison.text_row(label, *texts)
                continue
            secrets = secrets_before.get(name), secrets_after.get(name)
            pieces = [[comparison.Piece(text, False)] if (text := words.get(name)) else [] for words in in_words]
            if not any(pieces):
                continue
            is_same = secrets[0] is not None and secrets[1] is not None and vault.same(secrets[0], secrets[1])
            # Of a destroyed one nobody can say any more whether it was the same.
            is_known = name not in before.purged and name not in after.purged
            verdict = comparison.verdict(is_same, bool(secrets[0]), bool(secrets[1])) if is_known else ""
            yield comparison.Row(label, pieces[0], pieces[1], is_same, verdict)

    def evidence(self, submission: Submission) -> showing.Evidence:
        return showing.of_credential(submission)


def _secrets(submission: Submission) -> dict[str, str]:
    """Where each secret of a delivery is, in words, by its field."""
    purged = {name: _purged_on(instant) for name, instant in submission.purged.items()}
    return purged | dict.fromkeys(submission.fields_in_vault, _("guardado no cofre"))


def _purged_on(instant: str) -> str:
    """When a secret was destroyed (``Submission.purged``), in words."""
    day = clock.day_of(datetime.fromisoformat(instant))
    return _("expurgado em %(day)s") % {"day": formats.date_format(day, "SHORT_DATE_FORMAT")}
