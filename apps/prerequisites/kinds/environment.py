from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.prerequisites import comparison
from apps.prerequisites.evidence import showing
from apps.prerequisites.kinds.base import ENVIRONMENT_CHECK, Delivery, DeliveryKind, require_link
from apps.prerequisites.kinds.fields import link_field, text_field
from apps.prerequisites.models import Prerequisite, Submission


class Environment(DeliveryKind):
    """The address of a test shop, who uses it, and what it holds."""

    kind = Prerequisite.Kind.ENVIRONMENT
    gathering = ENVIRONMENT_CHECK

    def parts(self) -> list[tuple[str, str]]:
        return [("link", _("Endereço")), ("sharing", _("Quem usa")), ("text", _("Dados de teste"))]

    def form_fields(self) -> dict[str, forms.Field]:
        last = self.item.last
        values = last.values if last else {}
        fields: dict[str, forms.Field] = {
            "link": link_field(_("Endereço do ambiente")),
            "sharing": forms.ChoiceField(
                label=_("Quem usa este ambiente"),
                choices=[("dedicated", _("Só este projeto")), ("shared", _("É dividido com outros"))],
                widget=forms.RadioSelect,
                initial=values.get("sharing"),
            ),
            "shared_with": forms.CharField(
                label=_("Dividido com quem"),
                required=False,
                max_length=200,
                initial=values.get("shared_with"),
                help_text=_("Só se for dividido: outra equipe, outro integrador, outra loja."),
            ),
            "text": text_field(_("Dados de teste que já existem nele")),
        }
        if last:
            fields["link"].initial, fields["text"].initial = last.link, last.text
        return fields

    def part_of(self, field_name: str) -> str:
        return "sharing" if field_name == "shared_with" else field_name

    def problems(self, data: dict[str, Any]) -> list[tuple[str, str]]:
        if data.get("sharing") == "shared" and not data.get("shared_with"):
            return [("shared_with", _("Diga com quem o ambiente é dividido."))]
        return []

    def check(self, delivery: Delivery) -> None:
        require_link(delivery)

    def lines(self, submission: Submission) -> list[str]:
        sharing = _sharing(submission)
        return [sharing] if sharing else []

    def part_values(self, submission: Submission) -> dict[str, str]:
        return super().part_values(submission) | {"sharing": _sharing(submission)}

    def compare_values(self, before: Submission, after: Submission) -> Iterator[comparison.Row]:
        texts = _sharing(before), _sharing(after)
        if any(texts):
            yield comparison.text_row(_("Quem usa"), *texts)

    def evidence(self, submission: Submission) -> showing.Evidence:
        return showing.of_environment(submission)


def _sharing(submission: Submission) -> str:
    """Who uses the environment, in words; empty when that was not stated."""
    if submission.values.get("sharing") == "dedicated":
        return _("Dedicado a este projeto")
    others = submission.values.get("shared_with")
    return _("Dividido com %(whom)s") % {"whom": others} if others else ""
