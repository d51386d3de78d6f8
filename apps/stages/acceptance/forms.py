from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.people.choices import PersonField
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.acceptance import choosing, queries
from apps.stages.acceptance.actions import REQUIRED
from apps.stages.acceptance.models import AcceptanceTerm


class DraftForm(forms.Form):
    success_message = _("Termo redigido. O PDF está sendo gerado.")

    def __init__(self, *args, rollout: Rollout, by: User, term: AcceptanceTerm | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.signed = queries.who_signed(term) if term and term.can_be_signed else []
        directories = choosing.directories(rollout, by=by)
        for role in (PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PRESENCE, PartyRole.PLATFORM):
            directory, is_required = directories[role], role in REQUIRED
            self.fields[role.value] = PersonField(
                directory,
                label=_("Assina por %(role)s") % {"role": role.label},
                required=is_required,
                initial=choosing.usual_signer(role, directory) if is_required else None,
            )
            self.fields[f"step_{role.value}"] = forms.TypedChoiceField(
                label=_("Ordem"),
                choices=[(number, str(number)) for number in range(1, len(PartyRole) + 1)],
                coerce=int,
                initial=1,
                required=False,
                widget=forms.Select(attrs={"aria-label": _("Ordem de %(role)s") % {"role": role.label}}),
            )

        if self.signed:
            self.fields["reason"] = forms.CharField(
                label=_("Por que redigir de novo"),
                max_length=300,
                required=False,
                help_text=_("Quem já assinou recebe este motivo por e-mail."),
            )
            self.fields["voids"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict:
        data = super().clean() or {}
        return {
            "signatories": {role: data[role] for role in PartyRole.values if data.get(role)},
            "steps": {role: data.get(f"step_{role}") or 1 for role in PartyRole.values},
            "voids": (data.get("voids") or "").split(","),
            "reason": data.get("reason", ""),
        }

    @property
    def signed_roles(self) -> str:
        """The parties whose signatures are lost, as the page that says so sends them back."""
        return ",".join(row.role for row in self.signed)

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Who signs and in which place, by party."""
        return [(self[role], self[f"step_{role}"]) for role in self.fields if role in PartyRole.values]


class SettleForm(forms.Form):
    success_message = _("Resposta registrada.")

    settlement = forms.CharField(
        label=_("O que foi feito do motivo da recusa"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
