from django import forms
from django.utils.translation import gettext_lazy as _

from apps.companies.models import COMPANY_ROLES, PRESENCE_ROLES, Company, Contact, Kind, Role


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


class PersonForm(forms.Form):
    success_message = _("Pessoa incluída. Ela entra com um código enviado por e-mail.")

    name = forms.CharField(label=_("Nome"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Papel"))
    position = forms.CharField(label=_("Cargo"), max_length=80, required=False)

    def __init__(self, *args, company: Company, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        roles = PRESENCE_ROLES if company.kind == Kind.PRESENCE else COMPANY_ROLES
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]  # type: ignore[attr-defined]


class ContactForm(forms.ModelForm):
    success_message = _("Contato incluído.")

    class Meta:
        model = Contact
        fields = ["kind", "name", "position", "email", "phone"]
