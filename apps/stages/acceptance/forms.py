from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.models import Purpose
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.acceptance.actions import REQUIRED


class DraftForm(forms.Form):
    success_message = _("Termo redigido. O PDF está sendo gerado.")

    def __init__(self, *args, rollout: Rollout, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for role in (PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PRESENCE, PartyRole.PLATFORM):
            company = rollout.company(role)
            people = User.objects.filter(memberships__company=company, is_active=True).order_by("name")
            signs = people.filter(people__company=company, people__purposes__contains=[Purpose.SIGNATORY])
            usual = rollout.project_manager if role == PartyRole.PRESENCE else signs.first() or people.first()
            self.fields[role.value] = forms.ModelChoiceField(
                people,
                label=_("Assina por %(role)s") % {"role": role.label},
                required=role in REQUIRED,
                initial=usual if role in REQUIRED else None,
            )
            self.fields[f"step_{role.value}"] = forms.TypedChoiceField(
                label=_("Ordem"),
                choices=[(number, str(number)) for number in range(1, len(PartyRole) + 1)],
                coerce=int,
                initial=1,
                required=False,
                widget=forms.Select(attrs={"aria-label": _("Ordem de %(role)s") % {"role": role.label}}),
            )

    def clean(self) -> dict:
        data = super().clean() or {}
        return {
            "signatories": {role: data[role] for role in PartyRole.values if data.get(role)},
            "steps": {role: data.get(f"step_{role}") or 1 for role in PartyRole.values},
        }

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Who signs and in which place, by party."""
        return [(self[role], self[f"step_{role}"]) for role in self.fields if not role.startswith("step_")]


class SettleForm(forms.Form):
    success_message = _("Resposta registrada.")

    settlement = forms.CharField(
        label=_("O que foi feito do motivo da recusa"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
