from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.core import clock, mailboxes


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """A person who signs in by ``email``; without a password only an e-mailed code opens the door. Raises ``ValueError``
        for an address that is none."""
        user = self.model(email=mailboxes.normalised(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do comes from their companies, not from Django's groups."""

    email = mailboxes.MailboxField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("nome"), max_length=120)
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
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_ignoring_case"),
            # With it, the one above tells any two addresses of one mailbox apart from two mailboxes.
            models.CheckConstraint(condition=Q(email__regex=mailboxes.KEPT), name="user_email_is_normalised"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


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
