from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.cnpj import CNPJField
from apps.core.database.compiled import compiled_once
from apps.core.database.unaccented import by_name


class Kind(models.TextChoices):
    """What a company is in the market. The role it plays in one rollout is ``rollouts.Party``."""

    PRESENCE = "presence", "Presence"
    PLATFORM = "platform", _("Plataforma")
    INTEGRATOR = "integrator", _("Integrador")
    CLIENT = "client", _("Cliente")


class Role(models.TextChoices):
    """What a person is in their company. The first three exist at Presence only, the last two elsewhere only."""

    MANAGER = "manager", _("Gestor Presence")
    PROJECT_MANAGER = "project_manager", _("Gerente de projeto")
    ANALYST = "analyst", _("Analista")
    LEAD = "lead", _("Responsável")
    MEMBER = "member", _("Membro")


PRESENCE_ROLES = (Role.MANAGER, Role.PROJECT_MANAGER, Role.ANALYST)
COMPANY_ROLES = (Role.LEAD, Role.MEMBER)


class CompanyQuerySet(models.QuerySet["Company"]):
    def current(self) -> "CompanyQuerySet":
        """Without the records that turned out to be of a company that has another."""
        return self.filter(merged_into=None)

    def visible_to(self, user) -> "CompanyQuerySet":
        """Presence people see every company; others see their own. Partners are seen through a rollout's page."""
        roles = roles_of(user)
        if user.is_superuser or any(kind == Kind.PRESENCE for kind, _role in roles.values()):
            return self.current()
        return self.current().filter(pk__in=list(roles))


class Company(models.Model):
    """A company that takes part in rollouts; there is one of kind ``presence``.

    A second record of the same company keeps ``merged_into``: nothing new refers to it, and what was closed and signed under
    it names it as it was then. ``merged_at`` (UTC), ``merged_by`` and ``merged_reason`` say when, who and why.
    """

    kind = models.CharField(_("tipo"), max_length=12, choices=Kind)
    legal_name = models.CharField(_("razão social"), max_length=160)
    trade_name = models.CharField(_("nome fantasia"), max_length=80)
    cnpj = CNPJField(_("CNPJ"), unique=True)
    street = models.CharField(_("endereço"), max_length=160, blank=True)
    city = models.CharField(_("cidade"), max_length=80, blank=True)
    state = models.CharField(_("UF"), max_length=2, blank=True)
    postal_code = models.CharField(_("CEP"), max_length=9, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="merged_records"
    )
    merged_at = models.DateTimeField(null=True, editable=False)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    merged_reason = models.TextField(_("motivo"), blank=True, editable=False)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("empresa")
        verbose_name_plural = _("empresas")
        ordering = [*by_name("trade_name"), "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="company_kind_is_known"),
            # There is one Presence: every rule about "Presence people" leans on it.
            models.UniqueConstraint(fields=["kind"], condition=Q(kind=Kind.PRESENCE), name="company_one_presence"),
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_at=None, merged_by=None, merged_reason="")
                | Q(merged_into__isnull=False, merged_at__isnull=False, merged_by__isnull=False) & ~Q(merged_reason=""),
                name="company_merged_with_a_reason",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="company_is_not_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return self.trade_name

    @property
    def address(self) -> str:
        place = "/".join(filter(None, [self.city, self.state]))
        return ", ".join(filter(None, [self.street, place, self.postal_code]))


class Membership(models.Model):
    """An account's place in a company: what it may see and do there. Who it is stands in the company's directory: the
    database refuses a membership without its ``Person`` (``membership_has_a_person``, checked when a transaction ends)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("papel"), max_length=16, choices=Role)

    class Meta:
        verbose_name = _("vínculo")
        verbose_name_plural = _("vínculos")
        ordering = [*by_name("company__trade_name", "user__name"), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "company"], name="membership_once_per_company"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.company}"

    def clean(self) -> None:
        """Raise ``ValidationError`` for somebody who belongs to the other side; the database refuses it too."""
        if on_the_other_side(self.company, email=self.user.email, but=self.pk):
            raise ValidationError({"user": _("Pessoas da Presence não fazem parte de outra empresa, nem o contrário.")})


def on_the_other_side(company: Company, *, email: str, but: int | None = None) -> bool:
    """Whether the person with ``email`` belongs to Presence while ``company`` is another, or the reverse.

    Presence agrees with the other companies on hours, results and terms, so nobody may stand on both sides. ``but`` is the
    key of a membership that does not count. Addresses that the person has proved, or had before, count as theirs.
    """
    address = (
        Q(user__email=email)
        | Q(user__emailaddress__email=email, user__emailaddress__verified=True)
        | Q(user__address_changes__before=email, user__address_changes__undone_at=None)
    )
    others = Membership.objects.filter(address).exclude(pk=but)
    if company.kind == Kind.PRESENCE:
        return others.exclude(company__kind=Kind.PRESENCE).exists()
    return others.filter(company__kind=Kind.PRESENCE).exists()


def forget_roles_of(user) -> None:
    """What ``roles_of`` read earlier in the request is out of date."""
    if hasattr(user, "_company_roles"):
        del user._company_roles  # Not by ``__dict__``: ``user`` may stand for another object (``SimpleLazyObject``).


def roles_of(user) -> dict[int, tuple[str, str]]:
    """``{company id: (company kind, role)}`` for ``user``; read once and kept on the user object for the request.

    All that a person may see and do starts here.
    """
    if not user.is_authenticated:
        return {}
    cached = getattr(user, "_company_roles", None)
    if cached is None:
        cached = {company: (kind, role) for company, kind, role in _roles_by_company(user.pk)}
        user._company_roles = cached
    return cached


@compiled_once
def _roles_by_company(user_pk: int) -> "models.QuerySet[Membership, tuple[int, str, str]]":
    memberships = Membership.objects.filter(user=user_pk).order_by(*by_name("company__trade_name"), "pk")
    return memberships.values_list("company_id", "company__kind", "role")
