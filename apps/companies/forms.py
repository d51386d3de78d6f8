from django import forms
from django.utils.translation import gettext_lazy as _

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
