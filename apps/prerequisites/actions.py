"""Deliver, accept, send back. States: pending → submitted → accepted, or → rejected → submitted again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from apps.accounts.models import User
from apps.blueprints.catalogues import content
from apps.core import clock, plugins
from apps.core.background import queue
from apps.core.localized import Localized
from apps.core.network.addresses import require_address
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.files import actions as files
from apps.prerequisites import attachments, events, kinds
from apps.prerequisites.credentials import delivery as credentials
from apps.prerequisites.credentials import purge
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import numbering, timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.models import Rollout
from apps.vault import actions as vault

State = Prerequisite.State


def copy_the_list(rollout: Rollout) -> None:
    """Ask of a new rollout what its platform's blueprint lists today."""
    Prerequisite.objects.bulk_create(
        Prerequisite(
            rollout=rollout,
            key=item.key,
            position=position,
            title=item.title,
            help=item.help,
            where=item.where or Localized(),
            example=item.example or Localized(),
            days_before=item.days_before,
            owner=item.owner,
            gate=item.gate,
            kind=item.kind,
            environment=item.environment,
            waivable=item.waivable,
            fields=[asdict(field) for field in item.fields],
        )
        for position, item in enumerate(content.prerequisites_for(rollout.platform.slug), start=1)
    )


@sensitive_variables()
def submit(
    prerequisite: Prerequisite,
    *,
    by: User,
    text: str = "",
    link: str = "",
    file: files.FormFile | Sequence[files.FormFile] | None = None,
    stays: Sequence[str] = (),
    values: dict[str, str] | None = None,
    contacts: list[dict[str, Any]] | None = None,
) -> Submission:
    """Deliver ``prerequisite``, for the first time or again.

    ``file`` is one or several; ``stays`` are the keys of files of the delivery that came back that count again.
    ``values`` are a credential's fields by name: secret ones go to the vault, and one left blank keeps what the last
    delivery held, as long as nothing changed of where it is sent (``credentials``). Of a delivery that came back with some
    of its parts marked as wrong only those count here; the others stay as they were. What Presence itself owes is accepted
    at once, since nobody else reviews it. Raises ``Refusal`` (409) when it waits for review or was accepted,
    ``Invalid`` (422) when something needed is missing or names no place.
    """
    require(by, "prerequisites.submit", prerequisite)
    with timeline.changing(prerequisite.rollout) as rollout:
        prerequisite = Prerequisite.objects.prefetch_related(attachments.OF_SUBMISSIONS).get(pk=prerequisite.pk)
        prerequisite.rollout = rollout
        if prerequisite.state == State.SUBMITTED:
            raise Refusal(_("Este item já foi entregue e está em conferência na Presence."))
        if prerequisite.state == State.WITHDRAWN:
            raise Refusal(_("Este item foi retirado; não é mais preciso entregá-lo."))
        if prerequisite.state == State.ACCEPTED:
            raise Refusal(_("Este item já foi aceito. Peça à Presence que o reabra para enviar outra versão."))
        kind, last, asked_again = kinds.of(prerequisite), prerequisite.last, prerequisite.asked_again
        delivery = kinds.Delivery(
            text=text.strip(),
            link=link,
            new_files=files.received(file, by=by),
            kept_files=attachments.kept_files_of(last, stays),
            values=values or {},
            contacts=contacts or [],
        )
        delivery = kind.completed(delivery, last, asked_again)
        kind.check(delivery)
        if delivery.link and not (last and delivery.link == last.link):
            require_address(delivery.link, field="link")
        attachments.refuse_returned_files(prerequisite, delivery.new_files, delivery.kept_files, delivery.link)
        submission = Submission.objects.create(
            prerequisite=prerequisite,
            number=numbering.next_of(rollout, (submission.number for submission in prerequisite.submissions.all())),
            text=delivery.text,
            link=delivery.link,
            values=kind.stored_values(delivery, by=by),
            submitted_by=by,
        )
        prerequisite._prefetched_objects_cache.clear()  # type: ignore[attr-defined] # There is one delivery more.
        attachments.attach(submission, [*delivery.kept_files, *files.store_all(delivery.new_files, by=by)])
        kind.store(submission, delivery)
        _move(prerequisite, State.SUBMITTED)
        if prerequisite.owner == PartyRole.PRESENCE:
            _accept(prerequisite, submission, by)
        for event in kind.events(submission, last):
            timeline.record(rollout, event, by)
        timeline.record(rollout, events.Submitted(item=prerequisite.title, number=submission.number), by)
        if kind.gathering:
            without_evidence = Submission.objects.filter(kind.gathering.missing, pk=submission.pk)
            queue.after_commit(kind.gathering.task, submission.pk, when=without_evidence.exists)
        return submission


def accept(prerequisite: Prerequisite, *, by: User, number: int | None = None) -> None:
    """Accept what was delivered. What follows is its kind's (contacts become the company's); secrets that earlier deliveries
    held and this one does not are destroyed. Nobody who delivered any part of it accepts it.

    ``number`` is that of the delivery that the reviewer read: ``Refusal`` says what became of it meanwhile.
    """
    require(by, "prerequisites.review", prerequisite)
    with timeline.changing(prerequisite.rollout) as rollout:
        prerequisite, submission = _waiting_for_review(prerequisite, number)
        # A delivery may hold parts of any delivery before it: a file that stays, a secret left blank.
        refuse_both_halves(by, *prerequisite.submissions.values_list("submitted_by", flat=True))
        _accept(prerequisite, submission, by)
        timeline.record(rollout, events.Accepted(item=prerequisite.title), by)


def reject(
    prerequisite: Prerequisite, *, by: User, reason: str, wrong: Sequence[str] = (), number: int | None = None
) -> None:
    """Send what was delivered back to its owner, with the reason. ``wrong`` names the parts (``kinds``) to
    deliver again; without it all of them. ``number`` as for ``accept``."""
    require(by, "prerequisites.review", prerequisite)
    if not reason.strip():
        raise Invalid(_("Diga o que precisa ser corrigido."), field="reason")
    with timeline.changing(prerequisite.rollout) as rollout:
        prerequisite, submission = _waiting_for_review(prerequisite, number)
        _decide(submission, Submission.Decision.REJECTED, by, reason.strip(), _checked_parts(prerequisite, wrong))
        _move(prerequisite, State.REJECTED)
        rejected = events.Rejected(item=prerequisite.title, key=prerequisite.key, reason=reason.strip())
        timeline.record(rollout, rejected, by)


def reopen(prerequisite: Prerequisite, *, by: User, reason: str, wrong: Sequence[str] = ()) -> None:
    """Take back the acceptance of something that turned out wrong; its owner must deliver it, or the parts named in
    ``wrong``, again."""
    require(by, "prerequisites.review", prerequisite)
    if not reason.strip():
        raise Invalid(_("Diga o que precisa ser corrigido."), field="reason")
    with timeline.changing(prerequisite.rollout) as rollout:
        prerequisite = Prerequisite.objects.get(pk=prerequisite.pk)
        if prerequisite.state != State.ACCEPTED:
            raise Refusal(_("Só um item aceito pode ser reaberto."))
        submission = prerequisite.last
        if submission is not None:
            _decide(submission, Submission.Decision.REJECTED, by, reason.strip(), _checked_parts(prerequisite, wrong))
        _move(prerequisite, State.REJECTED)
        reopened = events.Reopened(item=prerequisite.title, key=prerequisite.key, reason=reason.strip())
        timeline.record(rollout, reopened, by)
        announce_return(rollout, prerequisite, by)


@dataclass(frozen=True)
class Revealed:
    """A field of a credential for somebody to read. Its ``repr`` keeps the value to itself: template contexts are logged.

    ``warning`` says so where a secret was given for another destination than the delivery names now."""

    label: str
    value: str = field(repr=False)
    warning: str = ""


@sensitive_variables()
def reveal(prerequisite: Prerequisite, *, by: User, reason: str) -> list[Revealed]:
    """Every field of the credential, secrets too, for ``by`` to read once.

    The reason stands on the timeline, where the client reads it too. Works while the rollout is open.
    """
    require(by, "prerequisites.reveal", prerequisite)
    if not reason.strip():
        raise Invalid(_("Diga para que precisa da credencial."), field="reason")
    with timeline.changing(prerequisite.rollout) as rollout:
        prerequisite = Prerequisite.objects.get(pk=prerequisite.pk)
        submission = prerequisite.last
        if not kinds.of(prerequisite).holds_secrets or submission is None:
            raise Refusal(_("Não há credencial guardada neste item."))
        secrets = {secret.field: secret for secret in submission.secrets.all()}
        plaintexts = {name: vault.unseal(secret) for name, secret in secrets.items()}
        warnings = {
            name: credentials.warning_of_other_destination(prerequisite, secret, submission.values)
            for name, secret in secrets.items()
        }
        revealed = events.Revealed(item=prerequisite.title, key=prerequisite.key, reason=reason.strip())
        timeline.record(rollout, revealed, by)
    return [
        Revealed(
            str(spec["label"]),
            plaintexts.get(spec["name"]) or submission.values.get(spec["name"], ""),
            warnings.get(spec["name"], ""),
        )
        for spec in prerequisite.specs()
    ]


def take_back(submission: Submission, stopped: Submission.Stopped) -> bool:
    """Send an accepted credential that stopped working back to its owner; ``stopped`` is what its platform answers now.

    Nobody's act but the application's. False, and nothing done, when it is no longer the accepted delivery.
    """
    with timeline.changing(submission.prerequisite.rollout) as rollout:
        prerequisite = Prerequisite.objects.get(pk=submission.prerequisite_id)
        if prerequisite.state != State.ACCEPTED or prerequisite.last != submission:
            return False
        submission.stopped = stopped
        _decide(submission, Submission.Decision.REJECTED, None)
        _move(prerequisite, State.REJECTED)
        timeline.record(rollout, events.Stopped(item=prerequisite.title, key=prerequisite.key), None)
        announce_return(rollout, prerequisite, None)
        return True


def announce_return(rollout: Rollout, prerequisite: Prerequisite, by: User | None) -> None:
    """Let the apps above follow that an accepted delivery was sent back. ``rollout`` is locked."""
    prerequisite.rollout = rollout
    for plugin in plugins.plugins():
        for follow in plugin.delivery_returned:
            follow(prerequisite, by)


def _waiting_for_review(prerequisite: Prerequisite, number: int | None) -> tuple[Prerequisite, Submission]:
    prerequisite = Prerequisite.objects.get(pk=prerequisite.pk)
    submission = prerequisite.last
    read = prerequisite.submissions.filter(number=number).first() if number else None
    if read and read.decision:
        raise Refusal(already_decided(read))
    if read and read != submission:
        raise Refusal(_("Chegou outra entrega deste item depois da que você leu. Abra a nova antes de decidir."))
    if prerequisite.state != State.SUBMITTED or submission is None:
        raise Refusal(_("Não há entrega em conferência neste item."))
    return prerequisite, submission


def already_decided(submission: Submission) -> str:
    """Who decided what, for the reviewer who came second."""
    values = {
        "who": submission.decided_by or _("O sistema"),
        "item": submission.prerequisite.title,
        "when": date_format(clock.local(submission.decided_at or clock.now()), "SHORT_DATETIME_FORMAT"),
        "reason": submission.why_returned,
    }
    if submission.decision == Submission.Decision.ACCEPTED:
        return _("%(who)s já aceitou “%(item)s” em %(when)s.") % values
    return _("%(who)s já devolveu “%(item)s” em %(when)s: %(reason)s") % values


def _accept(prerequisite: Prerequisite, submission: Submission, by: User) -> None:
    _decide(submission, Submission.Decision.ACCEPTED, by)
    _move(prerequisite, State.ACCEPTED)
    purge.drop_superseded(submission)
    kinds.of(prerequisite).accepted(submission)


def _checked_parts(prerequisite: Prerequisite, wrong: Sequence[str]) -> list[str]:
    """``wrong`` in the order of the parts; all of them are as good as none."""
    parts = [name for name, _label in kinds.of(prerequisite).parts()]
    if set(wrong) - set(parts):
        raise Invalid(_("Escolha só campos desta entrega."), field="wrong")
    return [] if set(wrong) == set(parts) else [name for name in parts if name in wrong]


def _decide(
    submission: Submission, decision: str, by: User | None, reason: str = "", wrong: Sequence[str] = ()
) -> None:
    submission.decision = decision
    submission.reason = reason
    submission.wrong = list(wrong)
    submission.decided_by = by
    submission.decided_at = clock.now()
    submission.save(update_fields=["decision", "reason", "stopped", "wrong", "decided_by", "decided_at"])


def _move(prerequisite: Prerequisite, state: str) -> None:
    prerequisite.state = state
    prerequisite.since = clock.now()
    prerequisite.save(update_fields=["state", "since"])
