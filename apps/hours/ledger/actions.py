"""Log, correct and close hours. Every change of the open part reclassifies it; a closed month never changes.

It is the month that closes, not the stage: completed and cancelled rollouts take hours too, until their month is closed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.core import clock
from apps.core.minutes import show as show_minutes
from apps.core.refusals import Invalid, NotAllowed, Refusal, require
from apps.core.requirements import asking
from apps.hours import classification, events, queries
from apps.hours.classification import Activity
from apps.hours.ledger import causes, closing, days, history, sums
from apps.hours.models import Line, Reclassification, TimeEntry
from apps.rollouts import numbering, timeline
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity

close_month = closing.close_month
DAY = 24 * 60


def log(
    rollout: Rollout,
    *,
    by: User,
    activity: str,
    started_at: datetime,
    minutes: int,
    note: str,
    nonconformity: Nonconformity | None = None,
    person: User | None = None,
    source: str = "",
) -> TimeEntry:
    """Enter time worked. ``minutes`` from 1 to 1440, not in the future, at most 24 h a person and day.

    Time caused by a nonconformity names it, and is homologation. Logging for another person is a project manager's.
    ``source`` names what proposed the entry; a second one of the same source is a ``Refusal``.
    """
    require(by, "hours.log", rollout)
    person = person or by
    if person != by:
        require(by, "hours.log_for_others", rollout)
    if not is_presence(person):
        raise NotAllowed(_("Só pessoas da Presence apontam horas."))
    with timeline.changing(rollout, even_closed=True) as rollout, asking(rollout):
        days.lock(person)
        if source and (existing := TimeEntry.objects.filter(person=person, source=source, deleted_at=None).first()):
            raise Refusal(_("Isto já foi apontado: %(entry)s.") % {"entry": existing})
        number = numbering.next_of(rollout, [queries.last_number(rollout)])
        entry = TimeEntry(rollout=rollout, number=number, person=person, source=source)
        _fill(entry, activity, started_at, minutes, note, nonconformity)
        entry.save()
        reclassify(rollout, entry, Reclassification.How.LOGGED)
        event = events.Logged(number=entry.number, duration=minutes, activity=Activity(activity))
        timeline.record(rollout, event, by)
        return entry


def edit(
    entry: TimeEntry,
    *,
    by: User,
    activity: str,
    started_at: datetime,
    minutes: int,
    note: str,
    nonconformity: Nonconformity | None = None,
) -> TimeEntry:
    """Correct an entry of an open month."""
    require(by, "hours.change", entry)
    with timeline.changing(entry.rollout, even_closed=True) as rollout:
        entry = _open_entry(entry)
        days.lock(entry.person)
        before = history.values(entry)
        _fill(entry, activity, started_at, minutes, note, nonconformity)
        entry.save()
        history.add_revision(entry, before, by=by)
        reclassify(rollout, entry, Reclassification.How.EDITED)
        event = events.Edited(number=entry.number, duration=minutes, activity=Activity(activity))
        timeline.record(rollout, event, by)
        return entry


def delete(entry: TimeEntry, *, by: User, reason: str) -> None:
    """Take an entry of an open month out of the count, with a reason; its number stays used."""
    require(by, "hours.change", entry)
    if not reason.strip():
        raise Invalid(_("Diga o motivo."), field="reason")
    with timeline.changing(entry.rollout, even_closed=True) as rollout:
        entry = _open_entry(entry)
        entry.deleted_at = clock.now()
        entry.save(update_fields=["deleted_at"])
        history.add_revision(entry, history.values(entry), by=by)
        reclassify(rollout, entry, Reclassification.How.DELETED)
        timeline.record(rollout, events.Deleted(number=entry.number, reason=reason.strip()), by)


def adjust(entry: TimeEntry, *, by: User, minutes: int, reason: str) -> TimeEntry:
    """Correct an entry of a closed month by an entry in the present one: ``minutes`` more, or less when negative.

    It takes back at most what the entry still has, what was billed first.
    """
    require(by, "hours.close", entry)
    if not reason.strip():
        raise Invalid(_("Diga o motivo."), field="reason")
    with timeline.changing(entry.rollout, even_closed=True) as rollout:
        entry = TimeEntry.objects.get(pk=entry.pk)
        remaining, now = _adjustable(entry, rollout)
        if minutes == 0 or remaining + minutes < 0 or minutes > DAY:
            raise Invalid(
                _("O ajuste vai de -%(left)s a 24h00 e não pode ser zero.") % {"left": show_minutes(remaining)},
                field="minutes",
            )
        adjustment = TimeEntry.objects.create(
            rollout=rollout,
            number=numbering.next_number(rollout, rollout.time_entries),
            person=entry.person,
            activity=entry.activity,
            started_at=now,
            minutes=minutes,
            note=reason.strip(),
            nonconformity=entry.nonconformity,
            cause_declined=entry.cause_declined,
            adjusts=entry,
        )
        reclassify(rollout, adjustment, Reclassification.How.ADJUSTED)
        event = events.Adjusted(adjusts=entry.number, duration=minutes, reason=reason.strip())
        timeline.record(rollout, event, by)
        return adjustment


def attribute(entry: TimeEntry, *, by: User, nonconformity: Nonconformity, reason: str) -> TimeEntry:
    """Say after its month was closed that ``nonconformity`` caused an entry of homologation.

    What the entry still has is taken back and entered again as caused by it, both as adjustments of today, which leave the
    day of the work as it is.
    """
    require(by, "hours.close", entry)
    if not reason.strip():
        raise Invalid(_("Diga o motivo."), field="reason")
    with timeline.changing(entry.rollout, even_closed=True) as rollout:
        entry = TimeEntry.objects.get(pk=entry.pk)
        remaining, now = _adjustable(entry, rollout)
        if entry.activity != Activity.HOMOLOGATION:
            raise Refusal(_("Só horas de homologação são causadas por não conformidade."))
        if nonconformity.rollout_id != rollout.pk:
            raise Invalid(_("A não conformidade é de outro projeto."), field="nonconformity")
        newest = entry.adjustments.filter(deleted_at=None).order_by("-number").first() or entry
        if newest.nonconformity_id == nonconformity.pk:
            raise Invalid(
                _("O apontamento já está atribuído à %(label)s.") % {"label": nonconformity.label},
                field="nonconformity",
            )
        causes.refuse_declined(nonconformity)
        if remaining == 0:
            raise Refusal(_("Os ajustes já retiraram tudo deste apontamento; não há o que atribuir."))
        common = {"rollout": rollout, "person": entry.person, "activity": entry.activity, "adjusts": entry}
        note = reason.strip()
        TimeEntry.objects.create(
            number=numbering.next_number(rollout, rollout.time_entries), started_at=now, minutes=-remaining, note=note,
            nonconformity=newest.nonconformity, **common,
        )  # fmt: skip
        adjustment = TimeEntry.objects.create(
            number=numbering.next_number(rollout, rollout.time_entries), started_at=now, minutes=remaining, note=note,
            nonconformity=nonconformity, **common,
        )  # fmt: skip
        reclassify(rollout, adjustment, Reclassification.How.ADJUSTED)
        event = events.Attributed(adjusts=entry.number, duration=remaining, label=nonconformity.label, reason=note)
        timeline.record(rollout, event, by)
        return adjustment


def follow_judgement(nonconformity: Nonconformity) -> None:
    """The open entries that it caused are free while it counts, and classified like others once it was declined. Within the
    transaction in which it was judged."""
    changed = causes.mark(nonconformity)
    if changed:
        declined = causes.is_declined(nonconformity)
        how = Reclassification.How.DECLINED if declined else Reclassification.How.RESTORED
        reclassify(nonconformity.rollout, None, how)


def lines_if_logged(
    rollout: Rollout,
    *,
    by: User,
    activity: str,
    started_at: datetime,
    minutes: int,
    nonconformity: Nonconformity | None = None,
    near: Iterable[TimeEntry] | None = None,
) -> list[classification.Line]:
    """The lines that ``log`` would write now, or the ``Invalid`` it would raise; nothing is written. ``near`` are the entries
    of ``by`` ``days.around`` it, where many are looked at and they were read already."""
    entry = TimeEntry(rollout=rollout, number=queries.last_number(rollout) + 1, person=by)
    _fill(entry, activity, started_at, minutes, "-", nonconformity, near)
    return queries.preview(rollout, entry.work())


def reclassify(rollout: Rollout, cause: TimeEntry | None = None, how: str = "") -> None:
    """Write the lines of the open part anew, those that differ, and their sums. Within the transaction of what changed it.

    Where an entry's classes become others, what they were is kept, with the entry that was changed (``cause``) and how.
    """
    entries = {entry.number: entry for entry in queries.open_entries(rollout)}
    versions = queries.policies(rollout)
    if versions[0].pk is None:
        versions[0].save()
    closed = queries.closed_so_far(rollout, entries.values())
    expected: dict[int, list[Line]] = {entry.pk: [] for entry in entries.values()}
    for line in classification.classify([entry.work() for entry in entries.values()], queries.rules(rollout), closed):
        entry = entries[line.entry]
        expected[entry.pk].append(
            Line(
                entry=entry, position=len(expected[entry.pk]) + 1, minutes=line.minutes, hour_class=line.hour_class,
                allowance=line.allowance, charged_minutes=line.charged, rate=line.rate, amount=line.amount,
                reason=line.reason, params=line.params,
            )
        )  # fmt: skip
    stored: dict[int, list[Line]] = {}
    for row in Line.objects.filter(entry__rollout=rollout, statement=None).order_by("entry", "position"):
        stored.setdefault(row.entry_id, []).append(row)
    unchanged = {
        pk
        for pk, rows in expected.items()
        if list(map(_line_values, rows)) == list(map(_line_values, stored.get(pk, [])))
    }
    outdated = [row.pk for pk, rows in stored.items() if pk not in unchanged for row in rows]
    Line.objects.filter(pk__in=outdated).delete()
    Line.objects.bulk_create([row for pk, rows in expected.items() if pk not in unchanged for row in rows])
    sums.write_open(rollout, [row for rows in expected.values() for row in rows])
    history.note_reclassified(history.classes(stored), history.classes(expected), cause, how)


def _line_values(line: Line) -> tuple[object, ...]:
    return (
        line.position, line.minutes, str(line.hour_class), line.allowance, line.charged_minutes, line.rate, line.amount,
        line.reason, line.params,
    )  # fmt: skip


def _adjustable(entry: TimeEntry, rollout: Rollout) -> tuple[int, datetime]:
    """The minutes that a closed entry has with its adjustments, and the instant of an adjustment made now. Raises ``Refusal``
    (409) where it is corrected in itself, or where the present month is closed."""
    if entry.adjusts_id or not queries.is_month_closed(rollout, entry.started_at):
        raise Refusal(_("O mês deste apontamento está aberto: corrija o próprio apontamento."))
    now = clock.now()
    if queries.is_month_closed(rollout, now):
        raise Refusal(_("O mês atual já foi fechado."))
    adjusted = entry.adjustments.filter(deleted_at=None).aggregate(all=Sum("minutes"))["all"] or 0
    return entry.minutes + adjusted, now


def _open_entry(entry: TimeEntry) -> TimeEntry:
    entry = TimeEntry.objects.get(pk=entry.pk)
    if entry.deleted_at or entry.adjusts_id:
        raise Refusal(_("Este apontamento não pode ser alterado."))
    if queries.is_month_closed(entry.rollout, entry.started_at):
        raise Refusal(_("O mês deste apontamento já foi fechado. Registre um ajuste no mês atual."))
    return entry


def _fill(
    entry: TimeEntry,
    activity: str,
    started_at: datetime,
    duration: int,
    note: str,
    nonconformity: Nonconformity | None,
    near: Iterable[TimeEntry] | None = None,
) -> None:
    """Check and set what was typed; raises ``Invalid`` naming the field."""
    rollout, started_at = entry.rollout, started_at.astimezone(UTC)
    if not 0 < duration <= DAY:
        raise Invalid(_("A duração vai de 1 minuto a 24 horas."), field="minutes")
    if started_at + timedelta(minutes=duration) > clock.now() + timedelta(minutes=1):
        raise Invalid(_("Não se apontam horas no futuro."), field="started_at")
    if queries.is_month_closed(rollout, started_at):
        raise Invalid(
            _("As horas de %(month)s já foram fechadas. Registre um ajuste no mês atual.")
            % {"month": f"{queries.month_of(started_at):%m/%Y}"},
            field="started_at",
        )
    if nonconformity and activity != Activity.HOMOLOGATION:
        raise Invalid(_("Só horas de homologação são causadas por não conformidade."), field="nonconformity")
    if nonconformity and nonconformity.rollout_id != rollout.pk:
        raise Invalid(_("A não conformidade é de outro projeto."), field="nonconformity")
    causes.refuse_declined(nonconformity, already=entry.nonconformity_id)
    if not note.strip():
        raise Invalid(_("Diga o que foi feito."), field="note")
    near = days.around(entry.person, started_at, duration, without=entry.pk, entries=near)
    for day, minutes_there, minutes_added in days.minutes_by_day(entry.person, started_at, duration, entries=near):
        if minutes_there + minutes_added > DAY:
            raise Invalid(
                _("Com isto, %(person)s passaria de 24 horas em %(day)s (já tem %(already)s).")
                % {"person": entry.person, "day": date_format(day, "d/m"), "already": show_minutes(minutes_there)},
                field="minutes",
            )
    entry.activity, entry.started_at, entry.minutes = activity, started_at, duration
    entry.note, entry.nonconformity = note.strip(), nonconformity
    entry.cause_declined = causes.is_declined(nonconformity)
    entry.overlaps = days.sharing(near, started_at, started_at + timedelta(minutes=duration))
