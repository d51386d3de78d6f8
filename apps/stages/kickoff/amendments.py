"""Change what the published minutes agreed: one side proposes, the other side concerned accepts or declines.

Until the minutes are published the worksheet is simply written (``worksheet``); it closes when the term is signed by all.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock, plugins
from apps.core.process import PATH, PartyRole, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal, require
from apps.rollouts import numbering, read_model, timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.models import Party, Rollout
from apps.stages.kickoff import events, queries
from apps.stages.kickoff.models import Amendment, CellChange, Kickoff, MinutesAnswer, Row
from apps.stages.kickoff.sheets import LONGEST, SITTING

Step, State = CellChange.Step, Amendment.State
KEY = "kickoff:amendments:"
"""What the keys of the requirements to answer begin with; the role follows."""
WRITABLE = PATH[: PATH.index(Stage.ACCEPTANCE) + 1]
"""The stages in which the worksheet may change."""


def why_closed(rollout: Rollout) -> str:
    """Why the worksheet of ``rollout`` may not change any more, in the reader's language; empty while it may."""
    if rollout.stage not in WRITABLE or (rollout.stage == Stage.ACCEPTANCE and plugins.is_signed(rollout)):
        return _("A ficha está fechada: o termo de aceite, assinado por todos, fixou o que ela diz.")
    return ""


def is_amending(rollout: Rollout, kickoff: Kickoff) -> bool:
    """A change of the worksheet is an amendment: its minutes were published. While an objection to them stands and
    development has not begun, it is written freely, for the next version."""
    if rollout.stage != Stage.KICKOFF:
        return True
    if kickoff.minutes_published_at is None:
        return False
    answers = MinutesAnswer.objects.filter(minutes=kickoff.published.last())
    return not answers.exclude(objection="").exists()


@contextmanager
def changing_worksheet(kickoff: Kickoff, by: User, permission: str) -> Iterator[tuple[Rollout, Kickoff]]:
    """The rollout locked and the kickoff fresh, while the worksheet may change; ``Refusal`` (409) once it may not."""
    require(by, permission, kickoff)
    with timeline.changing(kickoff.rollout) as rollout:
        if reason := why_closed(rollout):
            raise Refusal(reason)
        kickoff = Kickoff.objects.get(pk=kickoff.pk)
        kickoff.rollout = rollout
        prefetch_related_objects([rollout], Prefetch("parties", Party.objects.select_related("company")))
        yield rollout, kickoff


def sides_of(row: Row) -> Sequence[str]:
    """The roles between which ``row`` is agreed, the first to be asked first: of a decision or an action the party that it
    names, of a row of data those of its topic."""
    if row.spec.conducted and row.cell("party"):
        return (row.cell("party"), *row.spec.sides)
    topic_sides = next((topic["sides"] for topic in row.kickoff.topics if topic["key"] == row.topic), ())
    return topic_sides or row.spec.sides


def party_of(rollout: Rollout, by: User, row: Row) -> str:
    """The role for which ``by`` proposes a change of ``row``: one of its sides, where they play several."""
    roles = rollout.roles_of(by)
    return next((role for role in [*sides_of(row), *PartyRole.values] if role in roles), PartyRole.PRESENCE.value)


def concerned_by(rollout: Rollout, by: User, row: Row) -> str:
    """The role that answers what ``by`` proposes for ``row``: the first of its sides that is another company."""
    companies = rollout.companies()
    own_companies = {companies[role].pk for role in [*rollout.roles_of(by), party_of(rollout, by, row)]}
    sides = [*sides_of(row), PartyRole.PRESENCE, PartyRole.CLIENT]
    return next(PartyRole(role).value for role in sides if companies[role].pk not in own_companies)


def open_amendments(kickoff: Kickoff) -> QuerySet[Amendment]:
    """What is proposed and not answered, with what a page says of it."""
    return kickoff.amendments.filter(state=State.OPEN).select_related("row__method", "proposed_by")


def propose(
    rollout: Rollout, row: Row, column: str, value: str, *, by: User, reason: str = "", earlier: Amendment | None = None
) -> Amendment | None:
    """Propose ``value`` for a cell (or that the row goes), in place of what the same side proposed ``earlier``; what is
    agreed already takes that back, and there is no amendment. Within ``changing_worksheet``; the caller saves ``row``."""
    if earlier is not None:
        _close(earlier, row, State.WITHDRAWN, by)
    current = row.cell(column)
    if value == current and column != CellChange.REMOVED:
        return None
    amendment = Amendment.objects.create(
        kickoff=row.kickoff,
        number=numbering.next_number(rollout, row.kickoff.amendments),
        row=row,
        column=column,
        before=str(row)[:LONGEST] if column == CellChange.REMOVED else current,
        after=value,
        reason=reason.strip()[:LONGEST],
        party=party_of(rollout, by, row),
        concerned=concerned_by(rollout, by, row),
        proposed_by=by,
    )
    _keep_step(amendment, row, Step.PROPOSED, by)
    return amendment


def note_proposals(rollout: Rollout, proposals: Sequence[Amendment], by: User, *, withdrew: bool = False) -> None:
    """One event for each side that is asked, unless the same person asked it in this sitting and it has not answered. What
    is open changes with the first amendment that a side is asked, or as one is taken back (``withdrew``)."""
    asked_roles = {amendment.concerned for amendment in proposals}
    owing = set(rollout.open_requirements.filter(key__startswith=KEY).values_list("owed_by", flat=True))
    since = clock.now() - SITTING
    sittings = (
        rollout.events.filter(kind=events.AmendmentsProposed.kind, actor=by, at__gt=since)
        if asked_roles & owing
        else []
    )
    told_before = {event.data["owner"] for event in sittings} & owing
    for role in PartyRole.values:
        if role in asked_roles - told_before:
            numbers = [amendment.number for amendment in proposals if amendment.concerned == role]
            timeline.record(rollout, events.AmendmentsProposed(numbers=numbers, owner=PartyRole(role)), by)
    if withdrew and asked_roles <= told_before:
        read_model.keep(rollout, {"kickoff"})
        rollout.save(update_fields=read_model.SAVED)


def answer(kickoff: Kickoff, *, by: User, numbers: Iterable[int], accepts: bool, note: str = "") -> list[Amendment]:
    """Accept the amendments ``numbers``, which then stand in the worksheet, or decline them with a reason (``note``).

    Raises ``NotAllowed`` (403) for one that waits for another side, or that the same person proposed, ``Refusal`` (409) for
    one that was answered or taken back meanwhile; then nothing is answered.
    """
    numbers = sorted(set(numbers))
    if not numbers:
        raise Invalid(_("Escolha ao menos um aditivo."), field="numbers")
    if not accepts and not note.strip():
        raise Invalid(_("Diga por que não."), field="note")
    with changing_worksheet(kickoff, by, "kickoff.fill") as (rollout, kickoff):
        amendments = list(kickoff.amendments.filter(number__in=numbers).select_related("row__method"))
        if len(amendments) != len(numbers):
            raise Invalid(_("Este aditivo não existe."), field="numbers")
        for amendment in amendments:
            amendment.kickoff = kickoff
            refuse_both_halves(by, amendment.proposed_by_id)
            if not by.has_perm("kickoff.answer_amendment", amendment):
                raise NotAllowed(
                    _("O aditivo %(number)d espera a resposta de outra parte: %(party)s.")
                    % {"number": amendment.number, "party": amendment.get_concerned_display()}
                )
            if amendment.state != State.OPEN:
                raise Refusal(
                    _("O aditivo %(number)d já foi respondido ou retirado. Atualize a página.")
                    % {"number": amendment.number}
                )
            if accepts and not amendment.removes and amendment.row.cell(amendment.column) != amendment.before:
                raise Refusal(
                    _("A célula do aditivo %(number)d mudou depois dele: hoje diz “%(text)s”. Proponham de novo.")
                    % {"number": amendment.number, "text": amendment.row.cell(amendment.column)}
                )
        rows = {amendment.row_id: amendment.row for amendment in amendments}
        for amendment in amendments:
            row = rows[amendment.row_id]
            if row.removed_at:
                continue  # By another of them, which took this one back.
            row.kickoff = kickoff
            _close(amendment, row, State.ACCEPTED if accepts else State.DECLINED, by, note)
        _save(rows.values())
        parties = [PartyRole(role) for role in PartyRole.values if role in {row.party for row in amendments}]
        if accepts:
            sha256 = queries.map_sha256(kickoff)
            event = events.AmendmentsAccepted(numbers=numbers, parties=parties, sha256=sha256)
            timeline.record(rollout, event, by, party=amendments[0].concerned)
        else:
            declined = events.AmendmentsDeclined(numbers=numbers, parties=parties, reason=note.strip())
            timeline.record(rollout, declined, by, party=amendments[0].concerned)
        return amendments


def withdraw(amendment: Amendment, *, by: User) -> None:
    """Take a proposal back that was not answered, by a person of the side that made it."""
    with changing_worksheet(amendment.kickoff, by, "kickoff.fill") as (rollout, _kickoff):
        amendment = Amendment.objects.select_related("kickoff", "row").get(pk=amendment.pk)
        if amendment.party not in rollout.roles_of(by):
            raise NotAllowed(_("Só quem propôs o aditivo, ou a sua empresa, o retira."))
        if amendment.state != State.OPEN:
            raise Refusal(_("Este aditivo já foi respondido ou retirado."))
        _close(amendment, amendment.row, State.WITHDRAWN, by)
        _save([amendment.row])
        timeline.record(rollout, events.AmendmentWithdrawn(number=amendment.number), by, party=amendment.party)


def withdraw_all(row: Row, *, by: User) -> None:
    """What was proposed for a row that goes is taken back with it; the caller saves ``row``."""
    for amendment in row.amendments.filter(state=State.OPEN):
        _close(amendment, row, State.WITHDRAWN, by)


def _close(amendment: Amendment, row: Row, state: Amendment.State, by: User, note: str = "") -> None:
    amendment.state, amendment.decided_by, amendment.decided_at = state, by, clock.now()
    amendment.decision_note = note.strip()[:LONGEST]
    amendment.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    if state == State.ACCEPTED and amendment.removes:
        row.removed_at = clock.now()
        withdraw_all(row, by=by)
    elif state == State.ACCEPTED:
        row.cells[amendment.column] = amendment.after
    _keep_step(amendment, row, Step(state.value), by)


def _keep_step(amendment: Amendment, row: Row, step: CellChange.Step, by: User) -> None:
    row.count_change(amendment.column)
    CellChange.objects.create(
        row=row,
        column=amendment.column,
        before=amendment.before,
        after=amendment.after,
        step=step,
        amendment=amendment,
        by=by,
    )


def _save(rows: Iterable[Row]) -> None:
    Row.objects.bulk_update(rows, ["cells", "versions", "removed_at"])
