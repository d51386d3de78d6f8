from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, ClassVar

import rules
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.database.unaccented import by_name
from apps.core.network import mailboxes
from apps.core.searching import names_index


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """A person who signs in by ``email``; without a password only an e-mailed code signs them in. Raises
        ``ValueError`` where ``email`` is no address."""
        user = self.model(email=mailboxes.normalised(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=username)


def name_of_erased(pk: int) -> str:
    """What is read where the name of an erased person stood, in the active language."""
    return gettext("Pessoa removida %(number)d") % {"number": pk}


_names_then: ContextVar[Mapping[int, str]] = ContextVar("names_then", default=MappingProxyType({}))


@contextmanager
def names_then(names: Mapping[int, str]) -> Iterator[None]:
    """Within the block the accounts of ``names``, by their key, are called as they were then, those that were erased since
    excepted."""
    token = _names_then.set(names)
    try:
        yield
    finally:
        _names_then.reset(token)


class PersonName(DeferredAttribute):
    """Reads the name, within ``names_then`` that of then; of an erased account, of which none is stored, the words that
    stand for it."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        name = super().__get__(instance, cls)
        if instance is not None and name == "" and instance.erased_at:
            return name_of_erased(instance.pk)
        return name if instance is None else _names_then.get().get(instance.pk, name)

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = (
            value  # With it Python asks ``__get__`` before the instance's own values.
        )


def name_read(pk: int | None, name: str | None) -> str:
    """How somebody is called whose ``name`` a query read with ``pk``, the key of their account: as reading the account's own
    ``name`` would say. ``pk`` is None of somebody without an account; ``name`` is empty or None where the account was erased.
    """
    if pk is None or not name:
        return name or name_of_erased(pk or 0)
    return _names_then.get().get(pk, name)


class PersonNameField(models.CharField):
    """What a person is called. Erased accounts have an empty one in the database, and words in the reader's language."""

    descriptor_class = PersonName

    def deconstruct(self) -> Any:
        """A plain column for migrations."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return model_instance.__dict__.get(self.attname, "")


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do comes from their companies, not from Django's groups."""

    email = mailboxes.MailboxField(_("e-mail"), max_length=254, unique=True)
    name = PersonNameField(_("nome"), max_length=120)
    language = models.CharField(_("idioma"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    time_zone = models.CharField(_("fuso horário"), max_length=50, default=settings.TIME_ZONE)
    is_active = models.BooleanField(_("ativo"), default=True)
    devices_key = models.CharField(max_length=32, blank=True, editable=False)
    """Changed to end the trust in every browser that the person is known from (``accounts.devices``)."""
    erased_at = models.DateTimeField(_("apagada em"), null=True, editable=False)
    joined_at = models.DateTimeField(_("desde"), default=clock.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("pessoa")
        verbose_name_plural = _("pessoas")
        ordering = [*by_name("name"), "pk"]
        indexes = [names_index("name", "user_name_words")]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_ignoring_case"),
            # With it, the one above tells any two addresses of one mailbox apart from two mailboxes.
            models.CheckConstraint(condition=Q(email__regex=mailboxes.NORMALISED), name="user_email_is_normalised"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the rules of the apps (``access.py``) give it. Django's own tables of permissions hold none: they are not
        asked."""
        return (self.is_active and self.is_superuser) or rules.has_perm(perm, self, obj)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


def name_as_signed(name: str, user: User) -> str:
    """How ``user`` is called on what was signed, closed, published or sealed: by the ``name`` that was kept with it, whatever
    they are called by now; without one, and once the account was erased, as ever."""
    return name if name and user.erased_at is None else str(user)


class Consent(models.Model):
    """That a person agreed to a version of the terms of use, and when. A new version asks again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    version = models.CharField(_("versão"), max_length=20)
    at = models.DateTimeField(_("quando"), default=clock.now)

    class Meta:
        verbose_name = _("consentimento")
        verbose_name_plural = _("consentimentos")
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="consent_once_a_version")]

    def __str__(self) -> str:
        return f"{self.user}: {self.version}"


class MailedCode(models.Model):
    """Six digits that were mailed to somebody. Only their digest is kept; they work once, until ``expires_at``."""

    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class ProofCode(MailedCode):
    """A code by which a person proves, in the session that asked for it, that they read the account's mail.

    ``session`` is the SHA-256 of the session's key: the code works in no other one.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="proof_codes")
    session = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("código de confirmação")
        verbose_name_plural = _("códigos de confirmação")
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(tries__lte=5), name="proof_code_five_tries")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.created_at:%Y-%m-%d %H:%M}"


class AddressChange(models.Model):
    """That an account went from one address to another. The one before may confirm it or undo it (``address_changes``)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="address_changes")
    before = mailboxes.MailboxField(_("e-mail anterior"), max_length=254)
    after = mailboxes.MailboxField(_("e-mail novo"), max_length=254)
    at = models.DateTimeField(_("quando"), default=clock.now)
    confirmed_at = models.DateTimeField(_("confirmada em"), null=True)
    undone_at = models.DateTimeField(_("desfeita em"), null=True)

    class Meta:
        verbose_name = _("mudança de e-mail")
        verbose_name_plural = _("mudanças de e-mail")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(undone_at__isnull=True),
                name="address_change_confirmed_or_undone",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.at:%Y-%m-%d %H:%M}"
