"""What a person does to their own account. Passwords and sign-in are allauth's."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts import personal_data
from apps.accounts.address_changes import vouch_for_address
from apps.accounts.models import Consent, User
from apps.core import names
from apps.core.network import mailboxes
from apps.core.refusals import Invalid

# The date of the text in templates/account/terms.html. Change both together.
TERMS_VERSION = "2026-11-24"


def register(*, email: str, name: str, password: str = "", terms: bool) -> User:
    """A new person's account, with their consent to the current terms. Without a password they sign in with e-mailed codes.

    Raises ``Invalid`` without consent, for a weak password, a name that carries an address, and for an address that has an
    account.
    """
    if not terms:
        raise Invalid(_("Para entrar é preciso aceitar os termos de uso."), field="terms")
    names.refuse_addresses(name=name)
    if User.objects.filter(email=email).exists():
        raise Invalid(_("Já existe uma conta com este e-mail. Entre com ela."))
    if password:
        try:
            validate_password(password, User(email=email, name=name))
        except ValidationError as error:
            raise Invalid(" ".join(error.messages), field="password") from None
    with transaction.atomic():
        user = User.objects.create_user(email, password or None, name=name)
        Consent.objects.create(user=user, version=TERMS_VERSION)
        vouch_for_address(user)
    return user


def has_consented(user: User) -> bool:
    """Whether ``user`` agreed to the current version of the terms."""
    return user.consents.filter(version=TERMS_VERSION).exists()


def consent(user: User, *, terms: bool) -> None:
    """Note that ``user`` agrees to the current terms, with the time. Raises ``Invalid`` without the tick."""
    if not terms:
        raise Invalid(_("Para continuar é preciso aceitar os termos de uso."), field="terms")
    Consent.objects.get_or_create(user=user, version=TERMS_VERSION)


def erase(user: User, *, email: str) -> None:
    """Erase ``user``'s own account. ``email`` is typed to be sure. Raises ``Refusal`` while something waits for them."""
    if mailboxes.comparable(email) != user.email:
        raise Invalid(_("Este não é o e-mail desta conta."), field="email")
    personal_data.erase(user)


def update_profile(user: User, *, name: str, language: str, time_zone: str) -> User:
    """Change how ``user`` is called, and the language and IANA time zone in which they read every page.

    Raises ``Invalid`` for a name that carries an address.
    """
    names.refuse_addresses(name=name)
    user.name, user.language, user.time_zone = name, language, time_zone
    user.save(update_fields=["name", "language", "time_zone"])
    return user


def choose_language(user: User, language: str) -> None:
    """Remember the language that ``user`` picked in the menu (one of ``settings.LANGUAGES``) on every device."""
    user.language = language
    user.save(update_fields=["language"])
