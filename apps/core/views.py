"""The style guide: every component in its states, for who writes pages. Only with DEBUG (see ``urls.py``)."""

from datetime import timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.minutes import MinutesField
from apps.core.process import PartyRole, Stage
from apps.core.web.widgets import DateInput, DateTimeInput


class SampleForm(forms.Form):
    title = forms.CharField(label=_("Título"), max_length=80, help_text=_("Curto, como aparecerá na lista."))
    duration = MinutesField(label=_("Duração"))
    due = forms.DateField(label=_("Prazo"), widget=DateInput)
    held_at = forms.DateTimeField(label=_("Realizada em"), widget=DateTimeInput)
    kind = forms.ChoiceField(label=_("Tipo"), choices=[("a", _("Treinamento")), ("b", _("Homologação"))])
    side = forms.ChoiceField(
        label=_("Quem paga"), choices=[("c", _("Cliente")), ("p", "Presence")], widget=forms.RadioSelect
    )
    file = forms.FileField(label=_("Arquivo"), required=False)
    notes = forms.CharField(label=_("Observações"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label=_("Combinado com o cliente"))


@login_not_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with its states, on one page (docs/interface.md)."""
    now = clock.now()
    return render(
        request,
        "core/styleguide.html",
        {
            "tones": ["neutral", "accent", "info", "success", "warning", "danger"],
            "roles": PartyRole.values,
            "blank": SampleForm(prefix="blank"),
            "wrong": SampleForm({"wrong-title": "Pedido", "wrong-duration": "muito"}, prefix="wrong"),
            "in_dialog": SampleForm(prefix="dialog"),
            "steps": [
                {"label": Stage.KICKOFF.label, "state": "done", "note": "12/03", "href": "#rail"},
                {"label": Stage.DEVELOPMENT.label, "state": "held", "note": _("em espera"), "href": "#rail"},
                {"label": Stage.TRAINING.label, "state": "current", "href": "#rail"},
                {"label": Stage.HOMOLOGATION.label, "state": "todo"},
                {"label": Stage.ACCEPTANCE.label, "state": "todo"},
                {"label": Stage.GO_LIVE.label, "state": "todo"},
            ],
            "times": [
                now,
                now - timedelta(minutes=5),
                now - timedelta(hours=3),
                now - timedelta(days=2),
                clock.today(),
            ],
            "now": now,
            "long_ago": now - timedelta(days=40),
            "page": Paginator(range(95), 20).page(2),
        },
    )
