"""Draft the term from the record, render it, sign it or refuse it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import canonical, clock, queue
from apps.core.refusals import Invalid, Refusal, require
from apps.files import actions as files
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.stages import PartyRole, Stage
from apps.stages.acceptance import queries, record, rendering
from apps.stages.acceptance.models import AcceptanceTerm, Signatory

DRAFTED = timeline.kind("acceptance.drafted", gettext_lazy("redigiu o termo de aceite, versão %(version)s"), "file-pen")
RENDERED = timeline.kind("acceptance.rendered", gettext_lazy("PDF do termo de aceite %(term)s gerado"), "file-check")
SIGNED = timeline.kind("acceptance.signed", gettext_lazy("assinou o termo de aceite"), "pen-line")
REFUSED = timeline.kind("acceptance.refused", gettext_lazy("recusou o termo de aceite: %(reason)s"), "file-x")

State = AcceptanceTerm.State
REQUIRED = (PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PRESENCE)


def draft(rollout: Rollout, *, by: User, signatories: dict[str, User]) -> AcceptanceTerm:
    """Draft the next version from the record; one that is not yet signed is superseded.

    ``signatories`` maps party roles to people of those parties: client, integrator and Presence are needed, the platform
    may be left out. The PDF is rendered by a worker once the transaction is committed.
    """
    require(by, "acceptance.draft", rollout)
    with timeline.changing(rollout) as rollout:
        if rollout.stage != Stage.ACCEPTANCE:
            raise Refusal(_("O termo se redige na etapa do termo de aceite."))
        in_force = queries.term_in_force(rollout)
        if in_force and in_force.state == State.SIGNED:
            raise Refusal(_("O termo já foi assinado por todos."))
        for role in PartyRole:
            person = signatories.get(role.value)
            if person is None and role in REQUIRED:
                raise Invalid(_("Escolha quem assina: %(role)s.") % {"role": role.label}, field=role.value)
            if person is not None and role.value not in rollout.roles_of(person):
                raise Invalid(_("%(name)s não é desta empresa.") % {"name": person}, field=role.value)
        if in_force:
            in_force.state = State.SUPERSEDED
            in_force.save(update_fields=["state"])
        gathered = record.build(rollout)
        term = AcceptanceTerm.objects.create(
            rollout=rollout,
            version=rollout.terms.count() + 1,
            record=gathered,
            record_sha256=canonical.sha256(gathered),
            drafted_by=by,
        )
        Signatory.objects.bulk_create(
            Signatory(term=term, role=role, user=person, name=str(person), email=person.email)
            for role in PartyRole.values
            if (person := signatories.get(role)) is not None
        )
        timeline.record(rollout, DRAFTED, by, version=term.version, sha256=term.record_sha256)
        _queue(term)
        return term


def queue_again(term: AcceptanceTerm, *, by: User) -> None:
    """Ask the worker again for a PDF that did not come."""
    require(by, "acceptance.draft", term)
    if term.state != State.DRAFTED:
        raise Refusal(_("O PDF deste termo já foi gerado."))
    _queue(term)


def _queue(term: AcceptanceTerm) -> None:
    drafted = AcceptanceTerm.objects.filter(pk=term.pk, state=State.DRAFTED)
    queue.after_commit("apps.stages.acceptance.tasks.render_term", term.pk, when=drafted.exists)


def render(term_pk: int) -> None:
    """Make the PDF of a drafted term and open it for signing. A term in any other state is left as it is.

    The document is made outside the transaction and kept in it, so a worker that dies leaves the term drafted.
    """
    term = AcceptanceTerm.objects.select_related("rollout").filter(pk=term_pk, state=State.DRAFTED).first()
    if term is None:
        return
    content = rendering.pdf(term)
    with timeline.changing(term.rollout, even_closed=True) as rollout:
        term = AcceptanceTerm.objects.get(pk=term_pk)
        if term.state != State.DRAFTED:
            return
        term.pdf = files.store_bytes(content, f"{term}.pdf")
        term.state = State.READY
        term.rendered_at = clock.now()
        term.save(update_fields=["pdf", "state", "rendered_at"])
        term.signatories.update(since=clock.now())
        timeline.record(rollout, RENDERED, None, term=str(term), sha256=term.pdf.sha256)


def sign(signatory: Signatory, *, by: User, consent: bool, address: str | None = None, agent: str = "") -> None:
    """Sign in person: who, when (UTC), from where, and the hash of the PDF that was signed are kept.

    Raises ``Refusal`` when the term is not open for signing or the record has changed since it was drafted.
    """
    require(by, "acceptance.sign", signatory)
    if not consent:
        raise Invalid(_("Marque que leu o termo e concorda em assinar eletronicamente."), field="consent")
    with timeline.changing(signatory.rollout) as rollout:
        signatory, term = _pending(signatory)
        if queries.is_stale(term):
            raise Refusal(
                _("O registro do projeto mudou depois da redação. A Presence precisa redigir o termo de novo.")
            )
        signatory.state = Signatory.State.SIGNED
        signatory.signed_at = clock.now()
        signatory.signed_sha256 = term.pdf.sha256 if term.pdf else ""
        signatory.address, signatory.agent = address, agent[:300]
        signatory.save()
        if not term.signatories.exclude(state=Signatory.State.SIGNED).exists():
            term.state = State.SIGNED
            term.save(update_fields=["state"])
        timeline.record(rollout, SIGNED, by, party=signatory.role, version=term.version, sha256=signatory.signed_sha256)


def refuse(signatory: Signatory, *, by: User, reason: str) -> None:
    """Refuse to sign, with the reason; the rollout may then go back to homologation, or the term be drafted anew."""
    require(by, "acceptance.sign", signatory)
    if not reason.strip():
        raise Invalid(_("Diga o motivo da recusa."), field="reason")
    with timeline.changing(signatory.rollout) as rollout:
        signatory, term = _pending(signatory)
        signatory.state, signatory.reason = Signatory.State.REFUSED, reason.strip()
        signatory.save(update_fields=["state", "reason"])
        term.state = State.REFUSED
        term.save(update_fields=["state"])
        timeline.record(rollout, REFUSED, by, party=signatory.role, reason=signatory.reason, version=term.version)


def _pending(signatory: Signatory) -> tuple[Signatory, AcceptanceTerm]:
    signatory = Signatory.objects.select_related("term__rollout", "term__pdf").get(pk=signatory.pk)
    if signatory.term.state != State.READY:
        raise Refusal(_("Este termo não está aberto para assinatura."))
    if signatory.state != Signatory.State.PENDING:
        raise Refusal(_("Você já respondeu a este termo."))
    return signatory, signatory.term
