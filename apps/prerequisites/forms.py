from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.process import PartyRole
from apps.core.web.forms import DayField
from apps.prerequisites import kinds
from apps.prerequisites.models import Prerequisite
from apps.rollouts import planning
from apps.rollouts.models import Rollout


class SubmitForm(forms.Form):
    """The form of one prerequisite: its kind says what it asks (``kinds``)."""

    def __init__(self, *args, prerequisite: Prerequisite, **kwargs) -> None:
        kwargs.setdefault("auto_id", f"item{prerequisite.pk}_%s")
        super().__init__(*args, **kwargs)
        self.success_message = _("Entregue: %(item)s.") % {"item": prerequisite.title}
        self.kind = kinds.of(prerequisite)
        self.fields.update(self.kind.asked_form_fields())

    def clean(self) -> dict[str, Any]:
        """What ``actions.submit`` takes."""
        data = super().clean() or {}
        for name, message in self.kind.problems(data):
            if name in self.fields and name not in self.errors:
                self.add_error(name, message)
        return self.kind.clean(data)


class RevealForm(forms.Form):
    reason = forms.CharField(label=_("Para que precisa dela"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class WhyForm(forms.Form):
    """A reason, for waiving or withdrawing an item."""

    reason = forms.CharField(label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}))


class DueForm(forms.Form):
    success_message = _("Prazo mudado.")

    due = DayField(label=_("Prazo"), required=False, help_text=_("Em branco, volta a valer o prazo do plano."))
    reason = forms.CharField(label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}))


class OwnItemForm(forms.Form):
    """An item that the platform's list does not have. Its credential has up to six fields of its own."""

    FIELDS = range(1, 7)

    title = forms.CharField(label=_("O que é preciso entregar"), max_length=200)
    help = forms.CharField(label=_("Explicação"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    owner = forms.ChoiceField(label=_("Quem entrega"), choices=PartyRole.choices, initial=PartyRole.CLIENT)
    gate = forms.ChoiceField(label=_("Necessário para"))
    kind = forms.ChoiceField(
        label=_("O que se entrega"), choices=Prerequisite.Kind.choices, initial=Prerequisite.Kind.DOCUMENT
    )
    environment = forms.ChoiceField(
        label=_("Ambiente"),
        required=False,
        choices=[("", _("Nenhum em particular")), *Prerequisite.Environment.choices],
    )
    due = DayField(
        label=_("Prazo"),
        required=False,
        help_text=_("Em branco, o prazo acompanha o plano das etapas."),
    )
    waivable = forms.BooleanField(label=_("Pode ser dispensado pela gestão"), required=False)

    def __init__(self, *args, rollout: Rollout, item: Prerequisite | None = None, **kwargs) -> None:
        if item:
            initial = {name: getattr(item, name) for name in ("owner", "gate", "kind", "environment", "waivable")}
            initial |= {"title": str(item.title), "help": str(item.help), "due": item.due_set}
            for number, spec in enumerate(item.specs(), start=1):
                initial |= {f"field_{number}": str(spec["label"]), f"secret_{number}": spec["secret"]}
            kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.success_message = _("Item mudado.") if item else _("Item pedido.")
        self.fields["gate"].choices = [  # type: ignore[attr-defined]
            (gate.value, gate.label) for gate in planning.gates_ahead(rollout)
        ]
        for number in self.FIELDS:
            numbering = {"n": number}
            self.fields[f"field_{number}"] = forms.CharField(
                label=gettext("Campo %(n)s da credencial") % numbering, required=False, max_length=80
            )
            self.fields[f"secret_{number}"] = forms.BooleanField(
                label=gettext("O campo %(n)s é secreto e vai ao cofre") % numbering, required=False, initial=True
            )

    def clean(self) -> dict[str, Any]:
        """``fields`` of the credential as the action takes them."""
        data = super().clean() or {}
        credential_fields = [
            {"label": data[f"field_{number}"], "secret": data.get(f"secret_{number}", False)}
            for number in self.FIELDS
            if data.get(f"field_{number}")
        ]
        return {**{name: data[name] for name in type(self).base_fields if name in data}, "fields": credential_fields}

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"field_{number}"], self[f"secret_{number}"]) for number in self.FIELDS]

    def base_bound_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in type(self).base_fields]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("O que precisa ser corrigido"), widget=forms.Textarea(attrs={"rows": 2}))
    wrong = forms.MultipleChoiceField(
        label=_("Pedir de novo só"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Sem marcar nada, toda a entrega é pedida de novo."),
    )

    def __init__(self, *args, prerequisite: Prerequisite, **kwargs) -> None:
        kwargs.setdefault("auto_id", f"reason{prerequisite.pk}_%s")
        super().__init__(*args, **kwargs)
        parts = kinds.of(prerequisite).parts()
        self.fields["wrong"].choices = parts  # type: ignore[attr-defined]
        if len(parts) == 1:
            del self.fields["wrong"]
