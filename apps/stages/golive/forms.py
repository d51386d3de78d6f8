from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.companies.people.choices import PeopleField
from apps.core.process import PartyRole
from apps.core.web.forms import InstantField, NoteForm
from apps.rollouts.people import directory_for
from apps.stages.golive.models import ON_CALL, ChecklistItem, Incident, WindowAnswer


class PointForm(NoteForm):
    """A point of the checklist is done; who is on call is chosen, where the point asks it."""

    def __init__(self, *args: Any, item: ChecklistItem, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"item-{item.pk}_%s")
        super().__init__(*args, **kwargs)
        if item.key == ON_CALL:
            self.fields["people"] = PeopleField(
                directory_for(item.rollout, item.owner),
                label=_("Quem está de plantão"),
                required=False,
                initial=list(item.people.all()),
            )


class CheckForm(PointForm):
    """In the room, where the list itself shows what became of it."""

    success_message = ""  # type: ignore[assignment]


class WindowForm(forms.Form):
    success_message = _("Janela proposta. As quatro partes foram chamadas a responder.")

    starts_at = InstantField(label=_("Início"))
    ends_at = InstantField(label=_("Fim"))
    reason = forms.CharField(
        label=_("Por que nesta data"),
        required=False,
        max_length=300,
        help_text=_("Só é preciso para sexta-feira, véspera de feriado ou época de grande movimento."),
    )


class RollBackForm(forms.Form):
    success_message = _("Entrada desfeita. Proponha outra janela quando a loja puder entrar de novo.")

    reason = forms.CharField(label=_("O que aconteceu"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(forms.Form):
    success_message = _("Resposta registrada.")

    answer = forms.ChoiceField(label=_("Resposta"), choices=WindowAnswer.Answer.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Motivo"), required=False, max_length=300, help_text=_("Se ainda não pode, diga o que falta.")
    )
    owner = forms.ChoiceField(
        label=_("Quem resolve"), choices=[("", "—"), *PartyRole.choices], required=False,
        help_text=_("Só para “ainda não”; em branco, a Presence."),
    )  # fmt: skip


class IncidentForm(forms.Form):
    success_message = _("Incidente anotado.")

    what = forms.CharField(label=_("O que aconteceu"), widget=forms.Textarea(attrs={"rows": 3}))
    severity = forms.ChoiceField(
        label=_("Gravidade"), choices=Incident.Severity.choices,
        help_text=_("Um incidente grave em aberto segura a liberação."),
    )  # fmt: skip
    owner = forms.ChoiceField(label=_("Quem resolve"), choices=PartyRole.choices)
    since = InstantField(label=_("Desde"))


class ResolveForm(forms.Form):
    success_message = _("Incidente resolvido.")

    resolution = forms.CharField(label=_("Como foi resolvido"), widget=forms.Textarea(attrs={"rows": 2}))
    until = InstantField(label=_("Até"), required=False, help_text=_("Em branco, agora."))
