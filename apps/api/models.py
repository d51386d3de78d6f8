import hashlib
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.companies.access import is_presence_manager
from apps.companies.models import Membership, roles_of
from apps.core import clock
from apps.core.web.rest import Scope
from apps.rollouts.models import Rollout

ANSWERS_LAST = timedelta(days=7)


def digest_of(secret: str) -> str:
    """What is stored of a token. It is long and random, so its plain SHA-256 cannot be searched for."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user) -> "ApiTokenQuerySet":
        """Presence's managers see every token of what they see; others those of their own company."""
        tokens = self.filter(rollout__in=Rollout.objects.visible_to(user))
        return tokens if is_presence_manager(user) else tokens.filter(membership__company__in=list(roles_of(user)))


class ApiToken(models.Model):
    """A token of the REST API for one rollout: it acts as a person in their company, within its scopes.

    Only its digest is stored. It ends with its person's membership of the company. ``requests`` counts what it asked for in
    ``minute``, the last one in which it asked for anything.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="api_tokens")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("nome"), max_length=80)
    scopes = models.JSONField(_("alcance"), default=list)
    prefix = models.CharField(_("começo"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(_("vale até"), null=True)
    last_used_at = models.DateTimeField(_("último uso"), null=True)
    revoked_at = models.DateTimeField(null=True)
    minute = models.DateTimeField(null=True)
    requests = models.PositiveIntegerField(default=0)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("token de API")
        verbose_name_plural = _("tokens de API")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rollout", "name"], condition=Q(revoked_at=None), name="api_token_name_once_per_rollout"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def last_day(self) -> date | None:
        """The day in the reader's time zone at whose end it ends."""
        return clock.day_of(self.expires_at - timedelta(seconds=1)) if self.expires_at else None

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(value).label) for value in self.scopes]


class Answer(models.Model):
    """The answer to what was sent with a key, so that the same sent again is answered the same: a request of a ``token`` with
    an ``Idempotency-Key``, or a form that ``person`` sent in the browser (``sent_forms``).

    ``request`` is the keyed digest of what was sent. A token's key stands for one request; a form that was changed before it
    was sent again is another one. ``body`` is the answer to a token, ``location`` where a form led to, empty for the page
    that it was sent from. There is a row only where something was done.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, null=True, related_name="answers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    location = models.TextField(blank=True, db_default="")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("resposta a um envio")
        verbose_name_plural = _("respostas a envios")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="api_answer_once_per_key"),
            models.UniqueConstraint(fields=["person", "key", "request"], name="answer_once_a_form"),
            models.CheckConstraint(
                condition=Q(token=None, person__isnull=False) | Q(token__isnull=False, person=None),
                name="answer_to_a_token_or_a_person",
            ),
        ]

    def __str__(self) -> str:
        return self.key
