import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import MailedCode
from apps.blueprints.catalogues import clauses
from apps.companies.models import Membership
from apps.core import clock, codes
from apps.core.process import PartyRole
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout


def new_code() -> str:
    """What verifies a term: sixty random bits as twelve characters in three groups."""
    return codes.written("".join(secrets.choice(codes.ALPHABET) for _index in range(12)))


TONES = {"signed": "success", "refused": "danger", "expired": "warning"}
"""The tones of badges, by the state of a term; of the others it is "info"."""


class AcceptanceTerm(models.Model):
    """One version of the term. ``record`` is what it says, as data, and ``envelope`` what stands around it (its code, who is
    to sign); the PDF is made from the two and nothing else. From ``outdated_at`` on the project's record says otherwise, in
    what the signatures bind: nobody signs it any more.

    ``pdf`` is what people sign. ``sealed`` is ``pdf`` with the evidence and Presence's seal behind it; from then on the row
    does not change any more, which the database holds.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", _("Gerando PDF")
        READY = "ready", _("Aguardando assinaturas")
        SIGNED = "signed", _("Assinado")
        REFUSED = "refused", _("Recusado")
        SUPERSEDED = "superseded", _("Substituído")
        EXPIRED = "expired", _("Prazo vencido")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="terms")
    version = models.PositiveSmallIntegerField(_("versão"))
    state = models.CharField(max_length=10, choices=State, default=State.DRAFTED)
    record = models.JSONField()
    record_sha256 = models.CharField(max_length=64)
    envelope = models.JSONField(default=dict)
    code = models.CharField(_("código de verificação"), max_length=14, unique=True, default=new_code)
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=clock.now)
    rendered_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(_("assinar até"), null=True)
    outdated_at = models.DateTimeField(null=True)
    sealed = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    sealed_at = models.DateTimeField(null=True)
    settlement = models.TextField(_("o que foi feito do motivo da recusa"), blank=True)

    class Meta:
        verbose_name = _("termo de aceite")
        verbose_name_plural = _("termos de aceite")
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "version"], name="term_version_once"),
            models.UniqueConstraint(
                fields=["rollout"], condition=Q(state__in=["drafted", "ready"]), name="term_one_to_sign"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "signed"]) | Q(pdf__isnull=False), name="term_ready_with_its_pdf"
            ),
            models.CheckConstraint(
                condition=Q(sealed__isnull=True, sealed_at__isnull=True)
                | Q(sealed__isnull=False, sealed_at__isnull=False, state="signed"),
                name="term_sealed_when_signed",
            ),
            models.CheckConstraint(condition=Q(settlement="") | Q(state="refused"), name="term_settles_a_refusal"),
        ]

    def __str__(self) -> str:
        return f"{self.rollout.code}-T{self.version}"

    @property
    def can_be_signed(self) -> bool:
        """It is out for signature, and says what the record says."""
        return self.state == self.State.READY and self.outdated_at is None

    @property
    def is_outdated(self) -> bool:
        """It is out for signature and no longer says what the record says."""
        return self.state == self.State.READY and self.outdated_at is not None

    @property
    def state_label(self) -> str:
        return gettext("Desatualizado") if self.is_outdated else self.get_state_display()

    @property
    def tone(self) -> str:
        """The tone of the badge that shows its state."""
        return "warning" if self.is_outdated else TONES.get(self.state, "info")

    @property
    def is_set_aside(self) -> bool:
        """The rollout went back to the homologation after everybody had signed."""
        return hasattr(self, "set_aside")


class SetAside(models.Model):
    """A term that everybody had signed when the rollout went back to the homologation. It stays as it was signed, for what it
    says; the gate to the go-live asks for another one."""

    term = models.OneToOneField(AcceptanceTerm, on_delete=models.CASCADE, related_name="set_aside")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("termo seguido por outro")
        verbose_name_plural = _("termos seguidos por outros")

    def __str__(self) -> str:
        return str(self.term)


class Wording(models.Model):
    """Which version of the template a rollout's clauses come from, from the first draft or change on; what the rollout
    says otherwise stands in its ``own`` clauses."""

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="wording")
    version = models.PositiveIntegerField(_("versão do modelo"))

    class Meta:
        verbose_name = _("redação das cláusulas")
        verbose_name_plural = _("redações das cláusulas")

    def __str__(self) -> str:
        return f"{self.rollout.code} · v{self.version}"


class OwnClause(models.Model):
    """A clause in which a rollout differs from the template, and why.

    ``title`` and ``text`` are in Portuguese, the language of the term, and may name the parties as the template's do; one
    that was left out has neither. ``over`` is the fingerprint of the template's clause that it was written over.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", _("mudada neste projeto")
        ADDED = "added", _("própria deste projeto")
        LEFT_OUT = "left_out", _("deixada de fora")

    wording = models.ForeignKey(Wording, on_delete=models.CASCADE, related_name="own")
    key = models.SlugField(max_length=50)
    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(_("título"), max_length=clauses.LONGEST_TITLE, blank=True)
    text = models.TextField(_("texto"), blank=True)
    reason = models.TextField(_("motivo"))
    over = models.CharField(max_length=16, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("cláusula do projeto")
        verbose_name_plural = _("cláusulas do projeto")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["wording", "key"], name="own_clause_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="own_clause_with_a_reason"),
            models.CheckConstraint(
                condition=Q(kind="left_out", title="", text="") | ~Q(kind="left_out") & ~Q(title="") & ~Q(text=""),
                name="own_clause_says_something_unless_left_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wording.rollout.code} · {self.key}"


class SignatoryQuerySet(models.QuerySet["Signatory"]):
    def with_places(self) -> "SignatoryQuerySet":
        """With their people, and whether each still has an account and a place in a company of the party (``is_there``)."""
        places = Membership.objects.filter(
            user=models.OuterRef("user"),
            user__is_active=True,
            company__parties__rollout=models.OuterRef("term__rollout"),
            company__parties__role=models.OuterRef("role"),
        )
        return self.select_related("user").annotate(is_there=models.Exists(places))


class Signatory(models.Model):
    """Somebody who signs for a party, after everybody of an earlier ``step``. What is signed is the PDF's hash.

    ``since`` is the instant from which they may: their turn. ``delegated_from`` is the name of who the term names, where
    a colleague signs in their place: they passed the signature on, or had left the company and the person ``designated_by``,
    who acted for the party ``designated_as``, said who signs.

    Who signed elsewhere has the ``file`` that came back and what is kept of the ``certificate``: subject, cnpj, proof (by
    which number it is theirs: cpf, cnpj), issuer, root, icp_brasil, fingerprint, serial, signature (SHA-256), signed_at (as
    the signature says; ``timestamped`` when an authority says so) and revocation (good, or unknown: it could not be asked).

    ``proof`` is what a signature in the browser rests on, without words of any language: the fresh proof of the person
    (``fresh``: way and at), the mailed code (``code``: sent_at, used_at) or the passkey (``passkey``: registered_at).
    """

    class State(models.TextChoices):
        PENDING = "pending", _("A assinar")
        SIGNED = "signed", _("Assinou")
        REFUSED = "refused", _("Recusou")

    class Method(models.TextChoices):
        """How the person proved who they are, besides being signed in."""

        CODE = "code", _("entrada recente e código enviado ao e-mail")
        PASSKEY = "passkey", _("entrada recente com chave de acesso (passkey)")
        CERTIFICATE = "certificate", _("certificado digital, fora do navegador")

    term = models.ForeignKey(AcceptanceTerm, on_delete=models.CASCADE, related_name="signatories")
    role = models.CharField(_("parte"), max_length=12, choices=PartyRole)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    name = models.CharField(_("nome"), max_length=120)
    email = models.EmailField(_("e-mail"))
    step = models.PositiveSmallIntegerField(_("ordem"), default=1)
    delegated_from = models.CharField(_("delegada por"), max_length=120, blank=True)
    delegated_at = models.DateTimeField(null=True)
    designated_by = models.CharField(_("designada por"), max_length=120, blank=True)
    designated_as = models.CharField(max_length=12, choices=PartyRole, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    since = models.DateTimeField(default=clock.now)
    signed_at = models.DateTimeField(null=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    method = models.CharField(max_length=12, choices=Method, blank=True)
    proof = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    certificate = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)
    reason = models.TextField(_("motivo da recusa"), blank=True)

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("signatário")
        verbose_name_plural = _("signatários")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["term", "role"], name="signatory_one_per_role"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False) & ~Q(signed_sha256=""),
                name="signatory_signed_with_hash_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="signatory_refused_with_a_reason"
            ),
            models.CheckConstraint(condition=Q(step__gte=1), name="signatory_step_from_one"),
            models.CheckConstraint(
                condition=Q(designated_by="", designated_as="")
                | ~Q(designated_by="") & ~Q(designated_as="") & ~Q(delegated_from=""),
                name="signatory_designated_in_the_place_of_somebody",
            ),
            models.CheckConstraint(
                condition=Q(method="certificate", file__isnull=False) | ~Q(method="certificate") & Q(file__isnull=True),
                name="signatory_certificate_with_its_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_role_display()})"

    @property
    def rollout(self) -> Rollout:
        return self.term.rollout


class SignatoryCPF(models.Model):
    """With whose CPF a signatory's certificate will sign: a keyed digest, until it did. It holds for the ``user`` who gave
    it, not for a colleague to whom the signature is passed."""

    signatory = models.OneToOneField(Signatory, on_delete=models.CASCADE, related_name="cpf")
    term = models.ForeignKey(AcceptanceTerm, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("CPF de signatário")
        verbose_name_plural = _("CPFs de signatários")
        constraints = [models.UniqueConstraint(fields=["term", "digest"], name="signatory_cpf_once_a_term")]

    def __str__(self) -> str:
        return f"{self.signatory_id}: {self.given_at:%Y-%m-%d %H:%M}"


class SigningCode(MailedCode):
    """A code of six digits that was mailed to a signatory, for this signature alone."""

    signatory = models.ForeignKey(Signatory, on_delete=models.CASCADE, related_name="codes")

    class Meta:
        verbose_name = _("código de assinatura")
        verbose_name_plural = _("códigos de assinatura")
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(tries__lte=5), name="signing_code_five_tries")]

    def __str__(self) -> str:
        return f"{self.signatory_id}: {self.created_at:%Y-%m-%d %H:%M}"
