from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, Func, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import BaseExpression, Combinable
from django.db.models.functions import Coalesce

from apps.core import canonical, cnpj, papers
from apps.core.canonical import instant
from apps.core.database.compiled import compiled_once
from apps.core.database.rows import embedded
from apps.core.localized import Localized
from apps.meetings.models import Attendee, Meeting, MeetingKind
from apps.meetings.queries import held, planned
from apps.rollouts.models import Rollout
from apps.stages.kickoff.models import AgreedMethod, Amendment, CellChange, Kickoff, Minutes, MinutesAnswer, Row
from apps.stages.kickoff.sheets import ACTIONS, DATA, FIELDS, SHEETS, STATUSES, Sheet, in_words

FORMAT = "presence-rollout/integration-worksheet"
VERSION = 1


def kickoff_of(rollout: Rollout) -> Kickoff | None:
    return _kickoffs.first(rollout.pk)


@compiled_once
def _kickoffs(rollout_pk: int) -> QuerySet[Kickoff]:
    return Kickoff.objects.filter(rollout=rollout_pk)


def kickoff_with_what_is_open(rollout: Rollout) -> Kickoff | None:
    """The kickoff of ``rollout`` with the processes of the adopted methods (``adopted_processes``, one for each method) and,
    embedded with it, the rows of what the parties wrote down to do (``action_rows``, done or not) and the amendments that
    nobody has answered (``open_amendments``, by the party that is asked and when they were proposed)."""
    return _kickoff_with_what_is_open.first(rollout.pk)


@compiled_once
def _kickoff_with_what_is_open(rollout_pk: int) -> QuerySet[Kickoff]:
    adopted = AgreedMethod.objects.filter(kickoff=OuterRef("pk"), agreed=True).order_by("position")
    actions = Row.objects.filter(kickoff=OuterRef("pk"), sheet=ACTIONS.key, removed_at=None)
    amendments = Amendment.objects.filter(kickoff=OuterRef("pk"), state=Amendment.State.OPEN)
    return Kickoff.objects.filter(rollout=rollout_pk).annotate(
        adopted_processes=ArraySubquery(adopted.values("process")),
        action_rows=embedded(actions.order_by("position", "pk")),
        open_amendments=embedded(amendments.order_by("concerned", "proposed_at", "pk")),
    )


def meeting_of(rollout: Rollout) -> Meeting | None:
    """The kickoff's meeting: that which was held, otherwise the one that is planned; None while there is neither."""
    meetings = held(rollout, MeetingKind.KICKOFF) or planned(rollout, MeetingKind.KICKOFF)
    return max(meetings, key=lambda meeting: meeting.number, default=None)


def held_meeting(rollout: Rollout) -> Meeting | None:
    """The kickoff's meeting, once it was held."""
    return rollout.meetings.held().filter(kind=MeetingKind.KICKOFF).last()


def model_title(kickoff: Kickoff) -> Localized:
    """The chosen integration model's title; empty when none is chosen."""
    return Localized.of(
        next((offer["title"] for offer in kickoff.offered_models if offer["key"] == kickoff.model), None)
    )


def rows(kickoff: Kickoff) -> dict[str, list[Row]]:
    """The rows that stand, by sheet; of the fields only those of adopted methods."""
    return _by_sheet(_standing_rows(kickoff.pk, kickoff=kickoff))


def _by_sheet(standing_rows: Iterable[Row]) -> dict[str, list[Row]]:
    by_sheet: dict[str, list[Row]] = {key: [] for key in SHEETS}
    for row in standing_rows:
        if row.method is None or row.method.agreed:
            by_sheet[row.sheet].append(row)
    return by_sheet


def rows_with_places(kickoff: Kickoff) -> dict[str, list[Row]]:
    """Of the fields of adopted methods, and of the situations of an order, the rows that stand, with their key and cells
    alone: every event of the kickoff asks, and a worksheet has hundreds."""
    by_sheet: dict[str, list[Row]] = {FIELDS.key: [], STATUSES.key: []}
    for sheet, key, cells in _places(kickoff.pk):
        by_sheet[sheet].append(Row(sheet=sheet, key=key, cells=cells))
    return by_sheet


@compiled_once
def _places(kickoff_pk: int) -> "QuerySet[Row, tuple[str, str, dict[str, str]]]":
    of_adopted_methods = Q(method=None) | Q(method__agreed=True)
    places = Row.objects.filter(of_adopted_methods, kickoff=kickoff_pk, removed_at=None)
    return places.filter(sheet__in=[FIELDS.key, STATUSES.key]).order_by().values_list("sheet", "key", "cells")


@compiled_once
def _standing_rows(kickoff_pk: int) -> QuerySet[Row]:
    return _standing(Row.objects.filter(kickoff=kickoff_pk)).select_related("method")


def _standing(rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.filter(removed_at=None).order_by("position", "pk")


def fields_by_method(
    kickoff: Kickoff, field_rows: list[Row], methods: list[AgreedMethod] | None = None
) -> list[tuple[AgreedMethod, list[Row]]]:
    """``(method, its rows)`` of each adopted method, in the order of the catalogue; ``methods`` are those, where they were
    read already."""
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in field_rows:
        grouped[row.method_id or 0].append(row)
    adopted = kickoff.methods.filter(agreed=True) if methods is None else methods
    return [(method, grouped[method.pk]) for method in adopted]


def agreed_fields_by_method(kickoff: Kickoff) -> list[tuple[AgreedMethod, int]]:
    """Each adopted method, of which ``number_of_fields`` counts the fields, with the number of those that have their place
    on the platform, in one query."""
    cells = Row.objects.filter(method=OuterRef("pk"), sheet=FIELDS.key, removed_at=None).order_by().values("cells")
    number_of_fields = Func(F("fields"), function="jsonb_array_length", output_field=IntegerField())
    methods = kickoff.methods.filter(agreed=True).defer("fields").annotate(
        all_cells=ArraySubquery(cells), number_of_fields=number_of_fields
    )  # fmt: skip
    return [(method, sum(Row(cells=row).is_agreed for row in method.all_cells)) for method in methods]


def changes_after(kickoff: Kickoff, pk: int) -> list[CellChange]:
    """What was written since the change ``pk``, the oldest first."""
    return list(CellChange.objects.filter(row__kickoff=kickoff, pk__gt=pk).select_related("by", "row"))


def history(kickoff: Kickoff) -> QuerySet[CellChange]:
    """Every change of the worksheet, the newest first."""
    return (
        CellChange.objects.filter(row__kickoff=kickoff).select_related("by", "row__method", "amendment").order_by("-pk")
    )


def last_change(kickoff: Kickoff) -> int:
    """The key of the newest change; 0 before the first."""
    newest = CellChange.objects.filter(row__kickoff=kickoff).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def minutes_in_force(rollout: Rollout) -> Minutes | None:
    """The newest version with its answers (``given_answers``, embedded), if nothing that it says has changed since."""
    published = _newest_minutes.first(rollout.pk)
    return published if published and published.kickoff.minutes_published_at else None


@compiled_once
def _newest_minutes(rollout_pk: int) -> QuerySet[Minutes]:
    answers = MinutesAnswer.objects.filter(minutes=OuterRef("pk")).order_by("pk")
    minutes = Minutes.objects.filter(kickoff__rollout=rollout_pk).select_related("kickoff__rollout")
    return minutes.annotate(given_answers=embedded(answers)).order_by("-number")[:1]


def minutes_without_pdf() -> list[int]:
    """The keys of the published versions that wait for their PDF."""
    return list(Minutes.objects.filter(pdf=None).exclude(snapshot={}).values_list("pk", flat=True))


def worksheet(rollout: Rollout) -> dict[str, Any]:
    """The worksheet as plain JSON, for the integrator and for the minutes. Keys are stable; ``version`` rises when one
    changes its meaning. Texts of blueprints are Portuguese; instants are UTC; fields nobody filled in are left out."""
    kickoff = Kickoff.objects.get(rollout=rollout)
    by_sheet = rows(kickoff)
    meeting = meeting_of(rollout)
    attendees = sorted(meeting.attendees.select_related("person__user"), key=_place) if meeting else []
    held_at = meeting.started_at if meeting else None
    return {
        "format": FORMAT,
        "version": VERSION,
        "rollout": {"code": rollout.code, "title": rollout.title, "platform": rollout.platform.name},
        "parties": [
            {"role": party.role, "legal_name": party.company.legal_name, "cnpj": cnpj.show(party.company.cnpj)}
            for party in rollout.parties.all()
        ],
        "meeting": {
            "held_at": instant(held_at) if held_at else None,
            "participants": [{"name": str(row), "party": row.party, "attended": row.attended} for row in attendees],
        },
        "model": {
            "key": kickoff.model, "title": model_title(kickoff).get("pt", ""), "note": kickoff.model_note,
        },
        "agenda": [{"title": item.title.get("pt", ""), "notes": item.notes} for item in kickoff.agenda.exclude(notes="")],
        **agreed_map(kickoff, by_sheet),
        "amendments": [_amendment(row) for row in kickoff.amendments.select_related("row__method")],
        "open_questions": [
            {
                "method": row.method.code if row.method else "",
                "presence_field": str(row),
                "question": row.cell("question"),
                "owner": row.cell("question_owner"),
            }
            for row in [*by_sheet[FIELDS.key], *by_sheet[DATA.key]]
            if row.is_open_question
        ],
    }  # fmt: skip


def agreed_map(
    kickoff: Kickoff, by_sheet: dict[str, list[Row]], methods: list[AgreedMethod] | None = None
) -> dict[str, Any]:
    """What the rows say that is agreed, as plain JSON: the fields by method, the data by topic, the other sheets by name.
    ``by_sheet`` are the ``rows``, ``methods`` as in ``fields_by_method``. Rows that nobody filled in are left out."""
    return {
        "methods": [
            {
                "code": method.code,
                "title": method.title.get("pt", ""),
                "process": method.process,
                "direction": method.direction,
                "fields": [
                    {**_cells(FIELDS, row), "label": row.label.get("pt", "")} for row in method_rows if _says(row)
                ],
            }
            for method, method_rows in fields_by_method(kickoff, by_sheet[FIELDS.key], methods)
        ],
        "data": [
            {"topic": topic["key"], "title": topic["title"].get("pt", ""), "fields": fields}
            for topic in kickoff.topics
            if (fields := [_cells(DATA, row) for row in by_sheet[DATA.key] if row.topic == topic["key"] and _says(row)])
        ],
        **{
            key: [cells for row in by_sheet[key] if any((cells := _cells(sheet, row)).values())]
            for key, sheet in SHEETS.items()
            if sheet not in (FIELDS, DATA)
        },
    }


def homologated(kickoff: Kickoff, standing_rows: Iterable[Row], minutes: int | None, amendments: int) -> dict[str, Any]:
    """The map of ``kickoff`` as a term names it: ``minutes`` is the version that it began with, ``amendments`` how many were
    accepted since, ``content`` what ``standing_rows`` say now and ``sha256`` the hash of that."""
    content = _map_in_words(kickoff, standing_rows)
    return {"minutes": minutes, "amendments": amendments, "sha256": canonical.sha256(content), "content": content}


def to_be_homologated() -> dict[str, Combinable | BaseExpression]:
    """To annotate a rollout with what ``homologated`` takes, by its names; ``rows_of(Row, standing_rows, "method")``."""
    kickoffs = Kickoff.objects.filter(rollout=OuterRef("pk")).order_by()
    accepted = Count("amendments", filter=Q(amendments__state=Amendment.State.ACCEPTED))
    return {
        "standing_rows": embedded(_standing(Row.objects.filter(kickoff__rollout=OuterRef("pk"))), "method"),
        "minutes": Subquery(kickoffs.annotate(newest=Max("published__number")).values("newest")),
        "amendments": Coalesce(Subquery(kickoffs.annotate(accepted=accepted).values("accepted")), 0),
    }


def map_sha256(kickoff: Kickoff) -> str:
    """The hash of the map as it is agreed now: equal maps have the same."""
    return canonical.sha256(_map_in_words(kickoff, _standing_rows(kickoff.pk, kickoff=kickoff)))


def _map_in_words(kickoff: Kickoff, standing_rows: Iterable[Row]) -> dict[str, Any]:
    """What is agreed, in Portuguese whoever asks, as the parties sign it; questions are no part of it."""
    by_sheet = _binding(_by_sheet(standing_rows))
    methods = list(dict.fromkeys(row.method for row in by_sheet[FIELDS.key] if row.method))
    with papers.on_paper():
        return in_words(agreed_map(kickoff, by_sheet, sorted(methods, key=lambda method: method.position)))


def _binding(by_sheet: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The rows without what binds nobody."""
    for row in (row for sheet_rows in by_sheet.values() for row in sheet_rows):
        row.cells = {column.name: row.cell(column.name) for column in row.spec.columns if column.binds}
    return by_sheet


def _says(row: Row) -> bool:
    return any(row.cell(column) for column in ("platform_field", "unused", "question"))


def _amendment(amendment: Amendment) -> dict[str, Any]:
    return {
        "number": amendment.number,
        "sheet": amendment.row.sheet,
        "method": amendment.row.method.code if amendment.row.method else "",
        "row": str(amendment.row),
        "column": "" if amendment.removes else amendment.column,
        "agreed": amendment.before,
        "proposed": amendment.after,
        "removes_row": amendment.removes,
        "reason": amendment.reason,
        "state": amendment.state,
        "proposed_by": amendment.party,
        "proposed_at": instant(amendment.proposed_at),
        "concerns": amendment.concerned,
        "decided_at": instant(amendment.decided_at) if amendment.decided_at else None,
        "decision_note": amendment.decision_note,
    }


def _place(row: Attendee) -> tuple[str, str]:
    return row.party, str(row)


def _cells(sheet: Sheet, row: Row) -> dict[str, Any]:
    return {
        column.name: bool(row.cell(column.name)) if column.kind == "flag" else row.cell(column.name)
        for column in sheet.columns
    }
