from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.companies.models import COMPANY_ROLES, PRESENCE_ROLES, Company, Kind, Person, Role
from apps.companies.people.choices import Choice, Directory, PersonField
from apps.core.network.mailboxes import MailboxFormField


class InviteForm(forms.Form):
    success_message = _("Convite enviado. O link vale por 7 dias.")

    email = MailboxFormField(
        label=_("E-mail do convite"),
        max_length=254,
        required=False,
        help_text=_("Só se a pessoa ainda não tem e-mail no cadastro, ou se este convite vai para outro."),
    )
    role = forms.ChoiceField(label=_("Papel"))

    def __init__(self, *args, company: Company, may_name_leads: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        without_access = Person.objects.filter(company=company).exclude(user__in=company.memberships.values("user"))
        url = f"{reverse('companies:people_suggestions')}?company={company.pk}"
        directory = Directory(without_access, url=url, addable=[company])
        self.fields = {"person": PersonField(directory, label=gettext("Pessoa")), **self.fields}
        roles: tuple[Role, ...] = PRESENCE_ROLES if company.kind == Kind.PRESENCE else COMPANY_ROLES
        if not may_name_leads and Role.LEAD in roles:
            roles = tuple(role for role in roles if role != Role.LEAD)
            self.fields["role"].help_text = gettext(
                "Quem convida um responsável é outro responsável da empresa; o primeiro, um gestor da Presence."
            )
        self.fields["role"].initial = roles[-1]  # The least that the company's kind knows.
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What ``actions.invite`` takes."""
        data = super().clean() or {}
        person: Choice | None = data.get("person")
        if person is None:
            return data
        addresses = person.addresses if isinstance(person, Person) else [person.email]
        email = data.get("email") or next(iter(addresses), "")
        if not email and "email" not in self.errors:
            self.add_error("email", gettext("Informe o e-mail: %(name)s ainda não tem um.") % {"name": person})
        return {**data, "email": email, "name": str(person), "position": person.position}


class EnterForm(forms.Form):
    """What a new person says to come in: how they are called, perhaps a password, and that they agree to the terms."""

    name = forms.CharField(label=_("Seu nome"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Senha"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Opcional. Sem senha, você entra com um código enviado ao seu e-mail."),
    )
    terms = forms.BooleanField(required=False)

    def __init__(self, *args, terms_url: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        link = format_html(
            '<a class="link" href="{}" target="_blank">{}</a>', terms_url, gettext("termos de uso e privacidade")
        )
        self.fields["terms"].label = format_html(gettext("Li e aceito os {}."), link)
