from zoneinfo import available_timezones

from allauth.account import forms as allauth
from allauth.core import context
from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.proof import fresh
from apps.core.network.mailboxes import MailboxFormField

# The zones of Brazil, from east to west, as people know them.
BRAZIL = [
    ("America/Noronha", _("Fernando de Noronha (UTC−2)")),
    ("America/Sao_Paulo", _("Brasília, São Paulo, Rio de Janeiro (UTC−3)")),
    ("America/Manaus", _("Manaus (UTC−4)")),
    ("America/Cuiaba", _("Cuiabá (UTC−4)")),
    ("America/Rio_Branco", _("Rio Branco (UTC−5)")),
]


def time_zones() -> list:
    """Choices of IANA time zones, those of Brazil first."""
    brazilian = {zone for zone, _label in BRAZIL}
    # "Etc/…" and the names without a region are aliases that nobody looks for.
    others = sorted(zone for zone in available_timezones() - brazilian if "/" in zone and not zone.startswith("Etc/"))
    return [(_("Brasil"), BRAZIL), (_("Outros"), [(zone, zone.replace("_", " ")) for zone in others])]


class ConsentForm(forms.Form):
    terms = forms.BooleanField(label=_("Li e aceito os termos de uso e privacidade"), required=False)


class EraseForm(forms.Form):
    email = MailboxFormField(
        label=_("Digite o seu e-mail para confirmar"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )


class ProfileForm(forms.ModelForm):
    success_message = _("Perfil atualizado.")
    time_zone = forms.ChoiceField(
        label=_("Fuso horário"), choices=time_zones, help_text=_("Datas e horários aparecem neste fuso.")
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        labels = {"name": _("Nome"), "language": _("Idioma")}
        help_texts = {"name": _("Como aparece no histórico e nos documentos dos projetos.")}


class MailboxMixin:
    """allauth's forms, with the address in the one form in which it is kept. Their own words and widget stay."""

    address = "email"

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        library_field = self.fields[self.address]  # type: ignore[attr-defined]
        mailbox_field = MailboxFormField(
            label=library_field.label, widget=library_field.widget, required=library_field.required
        )
        self.fields[self.address] = mailbox_field  # type: ignore[attr-defined]


class SignInForm(MailboxMixin, allauth.LoginForm):
    address = "login"


class LoginCodeForm(MailboxMixin, allauth.RequestLoginCodeForm):
    """The library's form, for an account's own address: one that waits to be confirmed opens nothing yet."""

    def clean_email(self) -> str:
        email = super().clean_email()
        user = getattr(self, "_user", None)
        if user and user.email != email:
            self._user = None
        return email


class LostPasswordForm(MailboxMixin, allauth.ResetPasswordForm):
    """The library's form, for an account's own address as well."""

    users: list[User]

    def clean_email(self) -> str:
        email = super().clean_email()
        self.users = [user for user in self.users if user.email == email]
        return email


class NewAddressForm(MailboxMixin, allauth.AddEmailForm):
    """The library's form, with the address that had been typed before fresh proof was asked for."""

    def __init__(self, *args, **kwargs) -> None:
        kwargs["initial"] = {**kwargs.get("initial", {}), **fresh.typed(context.request)}
        super().__init__(*args, **kwargs)
