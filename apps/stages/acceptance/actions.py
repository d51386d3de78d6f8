"""Draft the term from the record and render it; settle a refusal, let it expire. ``signing`` and ``sealing`` follow."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.people.choices import Choice
from apps.core import canonical, clock
from apps.core.background import queue, work
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.files import actions as files
from apps.rollouts import numbering, timeline
from apps.rollouts.access import refuse_two_companies
from apps.rollouts.models import Rollout
from apps.stages.acceptance import choosing, events, queries
from apps.stages.acceptance.access import refuse_drafter
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.sealing import document, rendering
from apps.stages.acceptance.signing import new_addresses
from apps.stages.acceptance.wording import clauses as wording
from apps.stages.acceptance.wording import record

State = AcceptanceTerm.State
REQUIRED = (PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PRESENCE)


def draft(
    rollout: Rollout,
    *,
    by: User,
    signatories: dict[str, User],
    steps: dict[str, int] | None = None,
    voids: Collection[str] = (),
    reason: str = "",
) -> AcceptanceTerm:
    """Draft the next version from the record; one that is not yet signed is superseded.

    ``signatories`` maps party roles to people of those parties: client, integrator and Presence are needed, the platform
    may be left out. ``steps`` says in which order they sign (1 first; the same number together; 1 where it says nothing).
    The PDF is rendered by a worker once the transaction is committed.

    Where somebody signed the version in force already, their signatures are lost: ``voids`` names those parties, so that
    nobody's signature is lost unseen, and ``reason`` tells them why; ``Invalid`` without either. Those of an outdated one
    are lost already, and who gave them was told.
    """
    require(by, "acceptance.draft", rollout)
    with timeline.changing(rollout) as rollout:
        in_force = _term_to_replace(rollout)
        for role in PartyRole:
            person = signatories.get(role.value)
            if person is None and role in REQUIRED:
                raise Invalid(_("Escolha quem assina: %(role)s.") % {"role": role.label}, field=role.value)
            if person is not None and role.value not in rollout.roles_of(person):
                raise Invalid(_("%(name)s não é desta empresa.") % {"name": person}, field=role.value)
            if person is not None:
                others = ((other, user.pk) for other, user in signatories.items() if user is not None)
                refuse_two_companies(rollout, person, role.value, others)
                refuse_drafter(person, role.value, by.pk)
        voided = queries.who_signed(in_force) if in_force and in_force.outdated_at is None else []
        if in_force:
            _require_knowledge_of(voided, voids, reason)
            in_force.state = State.SUPERSEDED
            in_force.save(update_fields=["state"])
        wording.pin(rollout)
        text = wording.text_of(rollout)
        record.refuse_without_city(rollout, text)
        gathered = record.build(rollout, text)
        term = AcceptanceTerm.objects.create(
            rollout=rollout,
            version=numbering.next_number(rollout, rollout.terms, "version"),
            record=gathered,
            record_sha256=canonical.sha256(gathered),
            drafted_by=by,
        )
        signing = [
            Signatory(
                term=term, role=role, user=person, name=str(person), email=person.email, step=(steps or {}).get(role, 1)
            )
            for role in PartyRole.values
            if (person := signatories.get(role)) is not None
        ]
        Signatory.objects.bulk_create(signing)
        term.envelope = document.envelope(term, document.signatory_rows(signing, rollout.companies()))
        term.save(update_fields=["envelope"])
        if in_force and voided:
            roles = [PartyRole(row.role) for row in voided]
            event = events.SignaturesVoided(version=in_force.version, signed=roles, reason=reason.strip())
            timeline.record(rollout, event, by)
        timeline.record(rollout, events.Drafted(version=term.version, sha256=term.record_sha256), by)
        new_addresses.record_unsettled(rollout, term, signing)
        _queue(term)
        return term


def draft_with_people(
    rollout: Rollout, *, by: User, signatories: Mapping[str, Choice], **draft_values: Any
) -> AcceptanceTerm:
    """``draft`` with people of the directory, or who are added to it. Raises ``choosing.WithoutAccess`` (422), with nothing
    drafted, where one of them has no access yet: they are invited."""
    require(by, "acceptance.draft", rollout)
    accounts = choosing.accounts_of(
        rollout,
        signatories,
        by=by,
        check=_term_to_replace,
        afterwards=_("Redija o termo depois que entrar, ou escolha outra pessoa."),
    )
    return draft(rollout, by=by, signatories=accounts, **draft_values)


def _term_to_replace(rollout: Rollout) -> AcceptanceTerm | None:
    """The term in force, which another draft supersedes. Raises ``Refusal`` where no term may be drafted now."""
    if rollout.stage != Stage.ACCEPTANCE:
        raise Refusal(_("O termo se redige na etapa do termo de aceite."))
    in_force = queries.term_in_force(rollout)
    if in_force and in_force.state == State.SIGNED:
        raise Refusal(_("O termo já foi assinado por todos."))
    return in_force


def _require_knowledge_of(signed: Iterable[Signatory], voids: Collection[str], reason: str) -> None:
    """Raise ``Invalid`` unless whoever drafts named each of those who ``signed`` among ``voids``, and says why."""
    names = queries.names_of(signed)
    if not {row.role for row in signed} <= set(voids):
        raise Invalid(
            _(
                "Já assinaram: %(names)s. Ao redigir de novo, estas assinaturas perdem o efeito; confirme e diga o motivo."
            )
            % {"names": names},
            field="reason",
        )
    if names and not reason.strip():
        raise Invalid(_("Diga por que o termo é redigido de novo. Quem assinou lê o motivo."), field="reason")


def queue_again(term: AcceptanceTerm, *, by: User) -> None:
    """Ask the worker again for a PDF that did not come."""
    require(by, "acceptance.draft", term)
    if term.state != State.DRAFTED:
        raise Refusal(_("O PDF deste termo já foi gerado."))
    work.renew("acceptance.render", term.pk)
    _queue(term)


def _queue(term: AcceptanceTerm) -> None:
    drafted = AcceptanceTerm.objects.filter(pk=term.pk, state=State.DRAFTED)
    queue.after_commit("apps.stages.acceptance.tasks.render_term", term.pk, when=drafted.exists)


def render(term_pk: int) -> None:
    """Make the PDF of a drafted term and open it for signing. A term in any other state is left as it is.

    The document is made outside the transaction and kept in it, so a worker that dies leaves the term drafted. The event
    names the parties whose turn it is.
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
        term.expires_at = term.rendered_at + timedelta(days=settings.TERM_SIGNING_DAYS)
        term.save(update_fields=["pdf", "state", "rendered_at", "expires_at"])
        term.signatories.update(since=term.rendered_at)
        opens = [PartyRole(signatory.role) for signatory in queries.whose_turn(term)]
        rendered = events.Rendered(term=str(term), version=term.version, sha256=term.pdf.sha256, opens=opens)
        timeline.record(rollout, rendered, None)


def settle_refusal(term: AcceptanceTerm, *, by: User, settlement: str) -> None:
    """Say what was done about the reason of a refusal; the gate to the next term asks for it until then."""
    require(by, "acceptance.draft", term)
    if not settlement.strip():
        raise Invalid(_("Diga o que foi feito do motivo da recusa."), field="settlement")
    with timeline.changing(term.rollout) as rollout:
        term = AcceptanceTerm.objects.get(pk=term.pk)
        if term.state != State.REFUSED or term.settlement:
            raise Refusal(_("Não há recusa à espera de resposta neste termo."))
        term.settlement = settlement.strip()
        term.save(update_fields=["settlement"])
        timeline.record(rollout, events.Settled(version=term.version, settlement=term.settlement), by)


def expire(term_pk: int) -> None:
    """Close a term whose time to sign is over; one that was answered, outdated or drafted anew meanwhile is left as it is."""
    term = AcceptanceTerm.objects.select_related("rollout").get(pk=term_pk)
    with timeline.changing(term.rollout, even_closed=True) as rollout:
        term = AcceptanceTerm.objects.get(pk=term_pk)
        if not term.can_be_signed or not queries.is_over(term):
            return
        term.state = State.EXPIRED
        term.save(update_fields=["state"])
        timeline.record(rollout, events.Expired(term=str(term), version=term.version), None)
