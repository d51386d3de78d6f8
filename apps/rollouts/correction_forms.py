from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.choices import CompanyField
from apps.companies.forms import CompanyForm
from apps.companies.models import Company, Kind, Membership
from apps.core.process import PartyRole
from apps.core.web.forms import CHOOSE, DayField
from apps.rollouts.forms import project_managers
from apps.rollouts.models import Rollout
from apps.rollouts.parties import ELIGIBLE

KIND_OF_FIELD = {"client": Kind.CLIENT, "platform_company": Kind.PLATFORM, "integrator": Kind.INTEGRATOR}
"""The kind of a company that is registered while a project is opened, by the field that it is for."""


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Todas as partes leem no histórico.")
    )


class NewCompanyForm(CompanyForm):
    """A company of a kind that its place in the project says."""

    class Meta(CompanyForm.Meta):
        fields = [name for name in CompanyForm.Meta.fields if name != "kind"]


class CorrectForm(forms.Form):
    success_message = _("Dados do projeto corrigidos. Se a data mudou, confira o plano das etapas.")

    scope = forms.CharField(label=_("Escopo"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    target_date = DayField(label=_("Entrada em produção prevista"), required=False)
    reason = reason_field()


class HandOverForm(forms.Form):
    success_message = _("O projeto tem outro gerente.")

    to = forms.ModelChoiceField(User.objects.none(), label=_("Novo gerente de projeto"), empty_label=CHOOSE)
    reason = reason_field()

    def __init__(self, *args, manager: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = project_managers().exclude(pk=manager.pk)  # type: ignore[attr-defined]


class HandOverSeveralForm(HandOverForm):
    success_message = _("Os projetos têm outro gerente.")

    rollouts = forms.ModelMultipleChoiceField(
        Rollout.objects.none(), label=_("Projetos"), widget=forms.CheckboxSelectMultiple
    )
    field_order = ["rollouts", "to", "reason"]

    def __init__(self, *args, rollouts, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rollouts"].queryset = rollouts  # type: ignore[attr-defined]


class ColleagueField(forms.ModelChoiceField):
    """A place in a company, by its person's name."""

    def label_from_instance(self, obj: Membership) -> str:
        return str(obj.user)


class AnalystForm(forms.Form):
    success_message = _("Analista incluído no projeto.")

    membership = ColleagueField(Membership.objects.none(), label=_("Pessoa da Presence"), empty_label=CHOOSE)

    def __init__(self, *args, rollout: Rollout, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["membership"]  # type: ignore[assignment]
        people = Membership.objects.filter(company__kind=Kind.PRESENCE, user__is_active=True)
        assigned = rollout.analysts.values("membership")
        field.queryset = people.exclude(pk__in=assigned).exclude(user=rollout.project_manager_id).select_related("user")


class ReplacePartyForm(forms.Form):
    success_message = _("Empresa trocada. O que está em aberto já é da nova.")

    company = CompanyField(Company.objects.none(), label=_("Nova empresa"))
    credentials = forms.ChoiceField(
        label=_("Credenciais no cofre"),
        choices=[
            ("purge", _("Destruir todas e pedir novas a quem as entrega")),
            ("hand_over", _("Manter: a nova empresa assume as mesmas")),
        ],
        initial="purge",
        widget=forms.RadioSelect,
        help_text=_("Quem sai pode tê-las lido. Destruir é o mais seguro."),
    )
    reason = reason_field()

    def __init__(self, *args, rollout: Rollout, role: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        kinds = tuple(sorted(ELIGIBLE[PartyRole(role)]))
        field: CompanyField = self.fields["company"]  # type: ignore[assignment]
        field.queryset = Company.objects.current().filter(kind__in=kinds).exclude(pk=rollout.company(role).pk)
        field.query = "&".join(f"kind={kind}" for kind in kinds)


class SecondPhaseForm(forms.Form):
    success_message = _("Segunda fase aberta, com as mesmas empresas, pessoas e a ficha de integração.")

    project_manager = forms.ModelChoiceField(project_managers(), label=_("Gerente de projeto"), empty_label=CHOOSE)
    target_date = DayField(label=_("Entrada em produção prevista"), required=False)
    scope = forms.CharField(
        label=_("Escopo"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("O que esta fase acrescenta ao que já está em produção."),
    )
