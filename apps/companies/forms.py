from django import forms
from django.utils.translation import gettext_lazy as _

from apps.companies.choices import CompanyField
from apps.companies.models import Company


class CompanyForm(forms.ModelForm):
    success_message = _("Empresa salva.")

    class Meta:
        model = Company
        fields = ["kind", "legal_name", "trade_name", "cnpj", "street", "city", "state", "postal_code"]


class OwnCompanyForm(forms.ModelForm):
    """What a company's own lead may correct."""

    success_message = _("Empresa salva.")

    class Meta:
        model = Company
        fields = ["trade_name", "street", "city", "state", "postal_code"]


class MergeForm(forms.Form):
    success_message = _("Cadastros unidos. Projetos, pessoas e convites estão neste.")

    into = CompanyField(Company.objects.none(), label=_("Cadastro que fica"))
    reason = forms.CharField(label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, company: Company, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field: CompanyField = self.fields["into"]  # type: ignore[assignment]
        field.queryset = Company.objects.current().filter(kind=company.kind).exclude(pk=company.pk)
        field.query = f"kind={company.kind}"
