from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.portfolio.models import StatusReport
from apps.portfolio.reports.links import DAYS
from apps.portfolio.reports.reading import SECTIONS


class ReportForm(forms.Form):
    """The manager's words of a draft; ``shown`` are the sections that stay in it."""

    light = forms.ChoiceField(label=_("Situação"), choices=StatusReport.Light.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Por quê"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Obrigatório quando a situação é diferente da do registro."),
    )
    summary = forms.CharField(
        label=_("Resumo, nas suas palavras"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Duas ou três frases. Sem nomes de pessoas: a página pública só o mostra assim."),
    )
    shown = forms.MultipleChoiceField(
        label=_("Partes que vão no relatório"),
        required=False,
        choices=list(SECTIONS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """``hidden`` instead of ``shown``, as the actions take it."""
        data = super().clean() or {}
        shown = data.pop("shown", [])
        return {**data, "hidden": [key for key in SECTIONS if key not in shown]}


def words_of(report: StatusReport) -> dict[str, Any]:
    """What ``ReportForm`` changes of a draft."""
    return {
        "light": report.light,
        "reason": report.reason,
        "summary": report.summary,
        "shown": [key for key in SECTIONS if key not in report.hidden],
    }


def _choices_of_days() -> list[tuple[int, str]]:
    return [(days, ngettext("%(days)d dia", "%(days)d dias", days) % {"days": days}) for days in DAYS]


class LinkForm(forms.Form):
    days = forms.TypedChoiceField(label=_("Vale por"), coerce=int, initial=DAYS[1], choices=_choices_of_days)
