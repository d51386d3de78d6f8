from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.core import canonical, clock, codes
from apps.core.database.compiled import compiled_once
from apps.core.database.rows import embedded, rows_of, take_as_prefetched
from apps.core.requirements import asked_once
from apps.rollouts.models import Rollout
from apps.seals import certificates
from apps.stages.acceptance import binding
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.wording import record
from apps.stages.acceptance.wording.clauses import Text

TO_SIGN = (AcceptanceTerm.State.DRAFTED, AcceptanceTerm.State.READY)
IN_FORCE = (*TO_SIGN, AcceptanceTerm.State.SIGNED)


@asked_once
def terms_of(rollout: Rollout) -> list[AcceptanceTerm]:
    """All of them by version, with their signatories and those people, without what the PDF was made of."""
    terms = _terms(rollout.pk, rollout=rollout)
    for term in terms:
        signatories = rows_of(Signatory, term.embedded_signatories, "user")
        for signatory in signatories:
            signatory.is_there = signatory.pk in term.signatories_there
        take_as_prefetched(term, "signatories", signatories)
    return terms


@compiled_once
def _terms(rollout_pk: int) -> QuerySet[AcceptanceTerm]:
    signatories = Signatory.objects.with_places().filter(term=OuterRef("pk")).order_by("pk")
    terms = AcceptanceTerm.objects.filter(rollout=rollout_pk).select_related("set_aside").defer("record", "envelope")
    return terms.annotate(
        embedded_signatories=embedded(signatories, "user"),
        signatories_there=ArraySubquery(signatories.filter(is_there=True).values("pk")),
    )


def term_in_force(rollout: Rollout) -> AcceptanceTerm | None:
    """The term being rendered, signed or already signed; refused, superseded and set-aside ones are history."""
    return rollout.terms.filter(state__in=IN_FORCE, set_aside=None).first()


def signatories_in_force(rollout: Rollout) -> QuerySet[Signatory]:
    """Those of the term in force, each with it."""
    signatories = Signatory.objects.filter(term__rollout=rollout, term__state__in=IN_FORCE, term__set_aside=None)
    return signatories.select_related("term__rollout").order_by("pk")


def latest_term(rollout: Rollout) -> AcceptanceTerm | None:
    return rollout.terms.last()


def company_names(term: AcceptanceTerm) -> dict[str, str]:
    """The legal name of each party's company when ``term`` was drafted, as the paper has it: it may be called otherwise by
    now, or another may have taken its place."""
    return {party["role"]: party["legal_name"] for party in term.record["parties"]}


def is_stale(term: AcceptanceTerm, text: Text | None = None) -> bool:
    """What the signatures bind changed since the term was drafted. A signed term does not go stale. ``text`` is what the
    rollout's term says now, where it was read already."""
    if term.state == AcceptanceTerm.State.SIGNED:
        return False
    return term.outdated_at is not None or bool(changed_parts(term, text))


def changed_parts(term: AcceptanceTerm, text: Text | None = None) -> list[binding.Part]:
    """What of the project's record binds and is no longer as ``term`` says."""
    gathered = record.build(term.rollout, text, drafted=term.record)
    if canonical.sha256(gathered) == term.record_sha256:
        return []
    return binding.changed_parts(term.record, gathered)


def names_of(signatories: Iterable[Signatory]) -> str:
    """Who they are and for which party, in one line."""
    return ", ".join(f"{row.name} ({row.get_role_display()})" for row in signatories)


def whose_turn(term: AcceptanceTerm) -> QuerySet[Signatory]:
    """Who may sign now: of those who have not, the earliest step. Nobody unless the term is open for signing."""
    keys = [signatory.pk for signatory in next_to_sign(term, term.signatories.all())]
    return term.signatories.filter(pk__in=keys)


def next_to_sign(term: AcceptanceTerm, signatories: Iterable[Signatory]) -> list[Signatory]:
    """The same of ``signatories``, which are those of ``term``."""
    if not term.can_be_signed:
        return []
    pending = [row for row in signatories if row.state == Signatory.State.PENDING]
    first = min((row.step for row in pending), default=None)
    return [row for row in pending if row.step == first]


def has_left(signatory: Signatory) -> bool:
    """An open term waits for ``signatory`` (read ``with_places``), who is of the company no more."""
    waits = signatory.term.can_be_signed and signatory.state == Signatory.State.PENDING
    return waits and not signatory.is_there


def who_signed(term: AcceptanceTerm) -> list[Signatory]:
    """Those whose signatures ``term`` has so far."""
    return [row for row in term.signatories.all() if row.state == Signatory.State.SIGNED]


def has_turn(signatory: Signatory) -> bool:
    """Of a ``signatory`` whose term came with its signatories, without a query."""
    return signatory.pk in [row.pk for row in next_to_sign(signatory.term, signatory.term.signatories.all())]


def is_over(term: AcceptanceTerm) -> bool:
    """The time to sign has passed."""
    return term.expires_at is not None and term.expires_at <= clock.now()


def may_bring(user: User, term: AcceptanceTerm | None) -> bool:
    """A file that was signed elsewhere is awaited from ``user``. Where no authority is trusted, only who drafts is shown the
    way, and reads there what is missing."""
    if term is None or not term.can_be_signed or not user.has_perm("acceptance.bring", term):
        return False
    if user.has_perm("acceptance.draft", term.rollout):
        return True
    turn = next_to_sign(term, term.signatories.all())
    return any(row.user_id == user.pk for row in turn) and bool(certificates.trusted_authorities()[0])


def unsettled_refusal(rollout: Rollout) -> AcceptanceTerm | None:
    """The newest refused term whose reason nobody has answered."""
    return rollout.terms.filter(state=AcceptanceTerm.State.REFUSED, settlement="").last()


def unsettled_among(terms: Iterable[AcceptanceTerm]) -> AcceptanceTerm | None:
    """The same of ``terms``, which are those of a rollout in order."""
    unsettled = [term for term in terms if term.state == AcceptanceTerm.State.REFUSED and not term.settlement]
    return unsettled[-1] if unsettled else None


def refusal_of(term: AcceptanceTerm) -> Signatory | None:
    return next((row for row in term.signatories.all() if row.state == Signatory.State.REFUSED), None)


def by_code(code: str) -> AcceptanceTerm | None:
    """The term of a verification code, however it was typed; one without a PDF is nothing to verify."""
    terms = AcceptanceTerm.objects.select_related("rollout", "pdf", "sealed").exclude(pdf=None)
    return terms.filter(code=codes.written(codes.typed(code))).first()


def by_hash(sha256: str) -> AcceptanceTerm | None:
    """The term whose sealed or signed document has this hash."""
    terms = AcceptanceTerm.objects.select_related("rollout", "pdf", "sealed")
    return terms.filter(Q(sealed__sha256=sha256) | Q(pdf__sha256=sha256)).first()


def waiting_for_seal() -> list[int]:
    """The keys of terms that everybody signed and that have waited for their seal for more than a minute."""
    since = clock.now() - timedelta(minutes=1)
    signed = AcceptanceTerm.objects.filter(state=AcceptanceTerm.State.SIGNED, sealed=None).exclude(envelope={})
    return [term.pk for term in signed.prefetch_related("signatories") if (signed_at(term) or since) <= since]


def signed_at(term: AcceptanceTerm) -> datetime | None:
    """When the last one signed a term that everybody signed; None where no signature has an instant."""
    return max((signatory.signed_at for signatory in term.signatories.all() if signatory.signed_at), default=None)


def overdue() -> list[int]:
    """The keys of the terms whose time to sign is over; an outdated one waits for nobody who could be late."""
    ready = AcceptanceTerm.objects.filter(
        state=AcceptanceTerm.State.READY, outdated_at=None, expires_at__lte=clock.now()
    )
    return list(ready.values_list("pk", flat=True))


def waiting_for_pdf() -> list[int]:
    """The keys of drafted terms that have waited for their PDF for more than a minute."""
    since = clock.now() - timedelta(minutes=1)
    waiting = AcceptanceTerm.objects.filter(state=AcceptanceTerm.State.DRAFTED, drafted_at__lt=since)
    return list(waiting.values_list("pk", flat=True))


def being_made(term: AcceptanceTerm) -> str:
    """What a worker is to make of ``term`` next: its ``"pdf"``, its ``"seal"``, or nothing."""
    if term.sealed_id:
        return ""
    if term.pdf_id:
        return "seal" if term.state == AcceptanceTerm.State.SIGNED and term.envelope else ""
    return "pdf" if term.state == AcceptanceTerm.State.DRAFTED else ""
