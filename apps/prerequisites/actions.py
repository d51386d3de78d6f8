"""Deliver, accept, send back. States: pending → submitted → accepted, or → rejected → submitted again."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from apps.accounts.models import User
from apps.companies.models import Contact
from apps.core import clock
from apps.core.background import queue
from apps.core.network.addresses import require_address
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.files import actions as files
from apps.prerequisites import attachments
from apps.prerequisites.credentials import delivery as credentials
from apps.prerequisites.credentials import purge
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import numbering, timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.models import Rollout
from apps.vault import actions as vault

SUBMITTED = timeline.kind("prerequisites.submitted", gettext_lazy("entregou “%(item)s”"), "upload")
ACCEPTED = timeline.kind("prerequisites.accepted", gettext_lazy("aceitou “%(item)s”"), "check")
REJECTED = timeline.kind("prerequisites.rejected", gettext_lazy("devolveu “%(item)s”: %(reason)s"), "undo-2")
STOPPED = timeline.kind(
    "prerequisites.stopped", gettext_lazy("notou que a credencial “%(item)s” deixou de funcionar"), "plug-zap"
)
REVEALED = timeline.kind("prerequisites.revealed", gettext_lazy("revelou a credencial “%(item)s”: %(reason)s"), "eye")
REOPENED = timeline.kind("prerequisites.reopened", gettext_lazy("reabriu “%(item)s”: %(reason)s"), "rotate-ccw")

State = Prerequisite.State
Kind = Prerequisite.Kind


@sensitive_variables()
def submit(
    prerequisite: Prerequisite,
    *,
    by: User,
    text: str = "",
    link: str = "",
    file: files.Given | Sequence[files.Given] | None = None,
    stays: Sequence[str] = (),
    values: dict[str, str] | None = None,
    contacts: list[dict[str, str]] | None = None,
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
        prerequisite = Prerequisite.objects.get(pk=prerequisite.pk)
        if prerequisite.state == State.SUBMITTED:
            raise Refusal(_("Este item já foi entregue e está em conferência na Presence."))
        if prerequisite.state == State.WITHDRAWN:
            raise Refusal(_("Este item foi retirado; não é mais preciso entregá-lo."))
        if prerequisite.state == State.ACCEPTED:
            raise Refusal(_("Este item já foi aceito. Peça à Presence que o reabra para enviar outra versão."))
        text = text.strip()
        last = prerequisite.last
        news = files.received(file, by=by)
        old = attachments.that_stay(last, stays)
        if last and (again := prerequisite.asked_again):
            if prerequisite.kind == Kind.DOCUMENT and "file" not in again:
                news, link, old = [], last.link, last.files
            if prerequisite.kind == Kind.DOCUMENT and "text" not in again:
                text = last.text
            if prerequisite.kind == Kind.ENVIRONMENT:
                link, text = (link if "link" in again else last.link), (text if "text" in again else last.text)
            if prerequisite.kind != Kind.CREDENTIAL:
                known = (values or {}).items()
                values = {**last.values, **{name: value for name, value in known if _part(name) in again}}
            contacts = [
                *(row for row in contacts or [] if row["kind"] in again),
                *(row for row in last.contacts() if row["kind"] not in again),
            ]
        if prerequisite.kind == Kind.CREDENTIAL:
            values = credentials.merged(prerequisite, values or {})
            secrets = credentials.check(prerequisite, values)
        elif prerequisite.kind == Kind.CONTACT:
            if not contacts:
                raise Invalid(_("Informe o contato técnico e o de decisão."))
        elif prerequisite.kind in (Kind.LINK, Kind.ENVIRONMENT) and not link:
            raise Invalid(_("Informe o link."), field="link")
        elif prerequisite.kind == Kind.STATEMENT and not text:
            raise Invalid(_("Escreva a declaração."), field="text")
        elif prerequisite.kind == Kind.DOCUMENT and not (news or link or old):
            raise Invalid(_("Envie um arquivo ou informe um link."), field="file")
        if link and not (last and link == last.link):
            require_address(link, field="link")
        attachments.refuse_what_came_back(prerequisite, news, old, link)
        submission = Submission.objects.create(
            prerequisite=prerequisite,
            number=numbering.next_number(rollout, prerequisite.submissions),
            text=text,
            link=link,
            submitted_by=by,
        )
        attachments.attach(submission, [*old, *files.store_all(news, by=by)])
        if prerequisite.kind == Kind.CREDENTIAL:
            credentials.keep(submission, values or {}, secrets)
        elif contacts or prerequisite.kind == Kind.ENVIRONMENT:
            submission.values = {"contacts": contacts} if contacts else values or {}
            submission.save(update_fields=["values"])
        _move(prerequisite, State.SUBMITTED)
        if prerequisite.owner == PartyRole.PRESENCE:
            _accept(prerequisite, submission, by, rollout)
        if prerequisite.kind == Kind.CREDENTIAL:
            for host in credentials.new_hosts(prerequisite, submission.values, last):
                timeline.record(rollout, credentials.HOST_GIVEN, by, key=prerequisite.key, host=host)
        timeline.record(rollout, SUBMITTED, by, item=prerequisite.title["pt"], number=submission.number)
        this = Submission.objects.filter(pk=submission.pk)
        if prerequisite.kind in (Kind.DOCUMENT, Kind.LINK):
            unread = this.filter(evidence={})
            queue.after_commit("apps.prerequisites.tasks.look_into_document", submission.pk, when=unread.exists)
        if prerequisite.kind == Kind.CREDENTIAL:
            untried = this.filter(probes=None)
            queue.after_commit("apps.prerequisites.tasks.probe_submission", submission.pk, when=untried.exists)
        if prerequisite.kind == Kind.ENVIRONMENT:
            unseen = this.filter(environment_checks=None)
            queue.after_commit("apps.prerequisites.tasks.look_at_environment", submission.pk, when=unseen.exists)
        return submission


def accept(prerequisite: Prerequisite, *, by: User, seen: int | None = None) -> None:
    """Accept what was delivered. Contacts delivered become contacts of the company; secrets that earlier deliveries held
    and this one does not are destroyed. Nobody who delivered any part of it accepts it.

    ``seen`` is the number of the delivery that the reviewer read: ``Refusal`` says what became of it meanwhile."""
    require(by, "prerequisites.review", prerequisite)
    with timeline.changing(prerequisite.rollout) as rollout:
        prerequisite, submission = _waiting_for_review(prerequisite, seen)
        # A delivery may hold parts of any delivery before it: a file that stays, a secret left blank.
        refuse_both_halves(by, *prerequisite.submissions.values_list("submitted_by", flat=True))
        _accept(prerequisite, submission, by, rollout)
        timeline.record(rollout, ACCEPTED, by, item=prerequisite.title["pt"])


def reject(
    prerequisite: Prerequisite, *, by: User, reason: str, wrong: Sequence[str] = (), seen: int | None = None
) -> None:
    """Send what was delivered back to its owner, with the reason. ``wrong`` names the parts (``Prerequisite.parts``) to
    deliver again; without it all of them. ``seen`` as for ``accept``."""
    require(by, "prerequisites.review", prerequisite)
    if not reason.strip():
        raise Invalid(_("Diga o que precisa ser corrigido."), field="reason")
    with timeline.changing(prerequisite.rollout) as rollout:
        prerequisite, submission = _waiting_for_review(prerequisite, seen)
        _decide(submission, Submission.Decision.REJECTED, by, reason.strip(), _known(prerequisite, wrong))
        _move(prerequisite, State.REJECTED)
        timeline.record(
            rollout, REJECTED, by, item=prerequisite.title["pt"], key=prerequisite.key, reason=reason.strip()
        )


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
            _decide(submission, Submission.Decision.REJECTED, by, reason.strip(), _known(prerequisite, wrong))
        _move(prerequisite, State.REJECTED)
        timeline.record(
            rollout, REOPENED, by, item=prerequisite.title["pt"], key=prerequisite.key, reason=reason.strip()
        )


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
        if prerequisite.kind != Kind.CREDENTIAL or submission is None:
            raise Refusal(_("Não há credencial guardada neste item."))
        secrets = {secret.field: secret for secret in submission.secrets.all()}
        kept = {name: vault.unseal(secret) for name, secret in secrets.items()}
        elsewhere = {
            name: credentials.given_for(prerequisite, secret, submission.values) for name, secret in secrets.items()
        }
        timeline.record(
            rollout, REVEALED, by, item=prerequisite.title["pt"], key=prerequisite.key, reason=reason.strip()
        )
    return [
        Revealed(
            str(spec["label"]),
            kept.get(spec["name"]) or submission.values.get(spec["name"], ""),
            elsewhere.get(spec["name"], ""),
        )
        for spec in prerequisite.specs()
    ]


def take_back(submission: Submission, reason: str) -> bool:
    """Send an accepted credential that stopped working back to its owner, with ``reason`` (Portuguese: it is kept).

    Nobody's act but the application's. False, and nothing done, when it is no longer the accepted delivery.
    """
    with timeline.changing(submission.prerequisite.rollout) as rollout:
        prerequisite = Prerequisite.objects.get(pk=submission.prerequisite_id)
        if prerequisite.state != State.ACCEPTED or prerequisite.last != submission:
            return False
        _decide(submission, Submission.Decision.REJECTED, None, reason)
        _move(prerequisite, State.REJECTED)
        timeline.record(rollout, STOPPED, None, item=prerequisite.title["pt"], key=prerequisite.key)
        return True


def _part(name: str) -> str:
    """The part (``Prerequisite.parts``) that a value belongs to."""
    return "sharing" if name == "shared_with" else name


def _waiting_for_review(prerequisite: Prerequisite, seen: int | None) -> tuple[Prerequisite, Submission]:
    prerequisite = Prerequisite.objects.get(pk=prerequisite.pk)
    submission = prerequisite.last
    read = prerequisite.submissions.filter(number=seen).first() if seen else None
    if read and read.decision:
        raise Refusal(already_decided(read))
    if read and read != submission:
        raise Refusal(_("Chegou outra entrega deste item depois da que você leu. Abra a nova antes de decidir."))
    if prerequisite.state != State.SUBMITTED or submission is None:
        raise Refusal(_("Não há entrega em conferência neste item."))
    return prerequisite, submission


def already_decided(submission: Submission) -> str:
    """Who decided what, for the reviewer who came second."""
    about = {
        "who": submission.decided_by or _("O sistema"),
        "item": submission.prerequisite.title,
        "when": date_format(clock.local(submission.decided_at or clock.now()), "SHORT_DATETIME_FORMAT"),
        "reason": submission.reason,
    }
    if submission.decision == Submission.Decision.ACCEPTED:
        return _("%(who)s já aceitou “%(item)s” em %(when)s.") % about
    return _("%(who)s já devolveu “%(item)s” em %(when)s: %(reason)s") % about


def _accept(prerequisite: Prerequisite, submission: Submission, by: User, rollout: Rollout) -> None:
    _decide(submission, Submission.Decision.ACCEPTED, by)
    _move(prerequisite, State.ACCEPTED)
    purge.drop_superseded(submission)
    for contact in submission.contacts():
        Contact.objects.update_or_create(
            company=rollout.company(prerequisite.owner),
            kind=contact["kind"],
            email=contact["email"],
            defaults={name: contact[name] for name in ("name", "phone", "position")},
        )


def _known(prerequisite: Prerequisite, wrong: Sequence[str]) -> list[str]:
    """``wrong`` in the order of the parts; all of them are as good as none."""
    parts = [name for name, _label in prerequisite.parts()]
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
    submission.save(update_fields=["decision", "reason", "wrong", "decided_by", "decided_at"])


def _move(prerequisite: Prerequisite, state: str) -> None:
    prerequisite.state = state
    prerequisite.since = clock.now()
    prerequisite.save(update_fields=["state", "since"])
