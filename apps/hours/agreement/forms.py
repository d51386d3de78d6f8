from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.minutes import MinutesField
from apps.hours.models.agreement import AGREED_ACTIVITIES


def _text(
    label: Any, *, required: bool = True, rows: int = 3, limit: int = 2000, help_text: Any = ""
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=limit, widget=widget, help_text=help_text)


class AskForm(forms.Form):
    success_message = _("Pedido enviado ao cliente.")

    activity = forms.ChoiceField(
        label=_("Atividade"), choices=[(activity.value, activity.label) for activity in AGREED_ACTIVITIES]
    )
    minutes = MinutesField(label=_("Duração"), help_text=_("Como 1h30, 1:30, 90m ou 1,5."))
    purpose = _text(
        _("Para quê"), rows=2, limit=300, help_text=_("O cliente lê: o que será feito e por que passa do incluído.")
    )


class AnswerForm(forms.Form):
    """Approve or decline an extra-hours request; declining takes a reason."""

    success_message = _("Resposta registrada. Obrigado!")

    answer = forms.ChoiceField(
        label=_("Você aprova?"),
        choices=[("yes", _("Sim, aprovo as horas e o preço")), ("no", _("Não aprovo"))],
        widget=forms.RadioSelect,
    )
    reason = _text(_("Se não aprova: por quê"), required=False, rows=2, limit=300)

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes."""
        data = super().clean() or {}
        return {"approves": data.get("answer") == "yes", "reason": data.get("reason", "")}


class MessageForm(forms.Form):
    success_message = _("Mensagem enviada.")

    text = _text(_("Mensagem"))


class ContestForm(forms.Form):
    success_message = _("Contestação enviada. A Presence responde aqui mesmo.")

    text = _text(_("O que está errado"), help_text=_("Fica junto da linha, com a resposta e o que for decidido."))


class ReplyForm(forms.Form):
    """The client answers what Presence wrote in a contest, or is satisfied."""

    success_message = _("Resposta registrada. Obrigado!")

    answer = forms.ChoiceField(
        label=_("Sua resposta"),
        choices=[("no", _("Continuo contestando")), ("yes", _("Está esclarecido: retiro a contestação"))],
        widget=forms.RadioSelect,
    )
    text = _text(_("Mensagem"), required=False)

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes."""
        data = super().clean() or {}
        return {"satisfied": data.get("answer") == "yes", "text": data.get("text", "")}


class ResolveForm(forms.Form):
    success_message = _("Contestação resolvida.")

    outcome = forms.ChoiceField(
        label=_("Decisão"),
        choices=[("kept", _("A linha fica como está")), ("corrected", _("Foi corrigida"))],
        widget=forms.RadioSelect,
    )
    text = _text(_("O que dizer ao cliente"))

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes."""
        data = super().clean() or {}
        return {"corrected": data.get("outcome") == "corrected", "text": data.get("text", "")}
