from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.rollouts.models import Rollout
from apps.rollouts.stages import PartyRole
from apps.stages.acceptance.actions import REQUIRED


class DraftForm(forms.Form):
    success_message = _("Termo redigido. O PDF está sendo gerado.")

    def __init__(self, *args, rollout: Rollout, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for role in (PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PRESENCE, PartyRole.PLATFORM):
            people = User.objects.filter(memberships__company=rollout.company(role), is_active=True).order_by("name")
            usual = rollout.project_manager if role == PartyRole.PRESENCE else people.first()
            self.fields[role.value] = forms.ModelChoiceField(
                people,
                label=_("Assina por %(role)s") % {"role": role.label},
                required=role in REQUIRED,
                initial=usual if role in REQUIRED else None,
            )

    def clean(self) -> dict:
        data = super().clean() or {}
        return {"signatories": {role: person for role, person in data.items() if person}}


class SignForm(forms.Form):
    success_message = _("Termo assinado.")

    consent = forms.BooleanField(
        label=_(
            "Li o termo e concordo em assiná-lo eletronicamente (MP 2.200-2/2001, art. 10, § 2º; Lei 14.063/2020)."
        ),
        required=False,
    )


class RefuseForm(forms.Form):
    success_message = _("Recusa registrada.")

    reason = forms.CharField(label=_("Motivo da recusa"), widget=forms.Textarea(attrs={"rows": 3}))
