"""What the kickoff settles before development starts, and what is owed of it later."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.database.rows import rows_of
from apps.core.localized import Localized, both
from apps.core.process import Gate, PartyRole, Stage
from apps.core.requirements import Answer, Requirement, asked_once, requirement
from apps.core.web.forms import ConfirmForm
from apps.meetings import dates
from apps.meetings.models import Meeting
from apps.rollouts.models import Rollout
from apps.stages.kickoff import actions, amendments, queries, worksheet
from apps.stages.kickoff.forms import AmendmentsForm, MinutesAnswerForm
from apps.stages.kickoff.models import Amendment, Kickoff, MinutesAnswer, Row
from apps.stages.kickoff.sheets import FIELDS, STATUSES

kickoff_of = asked_once(queries.kickoff_with_what_is_open)
_minutes = asked_once(queries.minutes_in_force)


@asked_once
def _rows(rollout: Rollout) -> dict[str, list[Row]]:
    """The rows that stand, by sheet, with what rules ask of them (``queries.rows_with_places``); none without a kickoff."""
    kickoff = kickoff_of(rollout)
    return queries.rows_with_places(kickoff) if kickoff else {}


def _adopted(kickoff: Kickoff) -> list[str]:
    """The process of each adopted method."""
    processes: list[str] = kickoff.adopted_processes  # type: ignore[attr-defined]
    return processes


@requirement("kickoff:held", Gate.START_DEVELOPMENT)
def the_meeting_was_held(rollout: Rollout) -> Iterator[Requirement]:
    meeting = queries.meeting_of(rollout)
    if meeting is None or meeting.state != Meeting.State.HELD:
        yield Requirement(
            key="kickoff:held",
            text=both(_("Realizar a reunião inaugural")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("kickoff:room", args=[rollout.pk]) + "#reuniao",
        )


@requirement("kickoff:model", Gate.START_DEVELOPMENT)
def the_integration_model_is_chosen(rollout: Rollout) -> Iterator[Requirement]:
    kickoff = kickoff_of(rollout)
    if kickoff is None or not kickoff.model:
        yield Requirement(
            key="kickoff:model",
            text=both(_("Definir o modelo de integração")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("kickoff:room", args=[rollout.pk]) + "#modelo",
        )


@requirement("kickoff:fields", Gate.START_DEVELOPMENT)
def a_field_of_an_adopted_method_has_its_place(rollout: Rollout) -> Iterator[Requirement]:
    kickoff = kickoff_of(rollout)
    if kickoff is None or not any(row.is_agreed for row in _rows(rollout)[FIELDS.key]):
        url = reverse("kickoff:room", args=[rollout.pk]) + "#metodos"
        if kickoff and _adopted(kickoff):
            url = reverse("kickoff:worksheet", args=[rollout.pk]) + "#campos"
        yield Requirement(
            key="kickoff:fields",
            text=both(_("Definir os métodos e campos adotados")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=url,
        )


@requirement("kickoff:statuses", Gate.START_DEVELOPMENT)
def the_order_situations_are_agreed(rollout: Rollout) -> Iterator[Requirement]:
    """Each situation of the ERP has its place on the platform, once a method of orders is adopted."""
    kickoff = kickoff_of(rollout)
    if kickoff is None or "orders" not in _adopted(kickoff):
        return
    if any(row.key and not row.cell("platform_status") for row in _rows(rollout)[STATUSES.key]):
        yield Requirement(
            key="kickoff:statuses",
            text=both(_("Combinar as situações do pedido na ficha de integração")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("kickoff:worksheet", args=[rollout.pk]) + "#statuses",
            waivable=True,
        )


@requirement("kickoff:minutes", Gate.START_DEVELOPMENT)
def the_minutes_are_published(rollout: Rollout) -> Iterator[Requirement]:
    kickoff = kickoff_of(rollout)
    if kickoff is None or kickoff.minutes_published_at is None:
        yield Requirement(
            key="kickoff:minutes",
            text=both(_("Publicar a ata da reunião inaugural")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("kickoff:room", args=[rollout.pk]) + "#ata",
        )


def answer_to_the_minutes(rollout: Rollout, party: str) -> Answer | None:
    minutes = _minutes(rollout)
    if minutes is None or minutes.answers.filter(party=party).exists():
        return None
    return Answer(
        button=_("Responder"),
        icon="file-check",
        permission="kickoff.answer_minutes",
        subject=minutes,
        make_form=MinutesAnswerForm,
        act=lambda **data: actions.answer_minutes(minutes, party=party, **data),
        help=_("A ata e a ficha de integração dizem o que as empresas combinaram. Leia no projeto e responda aqui."),
    )


@requirement("kickoff:minutes_answer", Gate.START_DEVELOPMENT, answer=answer_to_the_minutes)
def client_and_integrator_confirm_the_minutes(rollout: Rollout) -> Iterator[Requirement]:
    yield from _confirmations(rollout, PartyRole.CLIENT, PartyRole.INTEGRATOR)


@requirement("kickoff:minutes_answer")
def the_platform_may_confirm_the_minutes(rollout: Rollout) -> Iterator[Requirement]:
    if rollout.stage == Stage.KICKOFF:
        yield from _confirmations(rollout, PartyRole.PLATFORM)


def _confirmations(rollout: Rollout, *parties: PartyRole) -> Iterator[Requirement]:
    """What each of ``parties`` has yet to answer to the minutes in force, or Presence to an objection."""
    minutes = _minutes(rollout)
    if minutes is None:
        return
    url = reverse("kickoff:room", args=[rollout.pk]) + "#ata"
    answers = {answer.party: answer for answer in rows_of(MinutesAnswer, minutes.given_answers)}  # type: ignore[attr-defined]
    for party in parties:
        key, answer = f"kickoff:minutes_answer:{party.value}", answers.get(party.value)
        if answer is None:
            text = both(_("Confirmar a ata da reunião inaugural, versão %(number)d"), number=minutes.number)
            yield Requirement(key, text, party, minutes.published_at, url, waivable=True)
        elif answer.objection:
            text = both(_("Responder à objeção à ata (%(party)s) e publicar nova versão"), party=party.label)
            yield Requirement(key, text, PartyRole.PRESENCE, answer.at, url, waivable=True, review=True)


def answer_with_a_done_action(rollout: Rollout, row_pk: str) -> Answer | None:
    row = Row.objects.filter(kickoff__rollout=rollout, pk=row_pk).select_related("kickoff__rollout").first()
    if row is None:
        return None
    return Answer(
        button=_("Está feito"),
        permission="kickoff.do_action",
        subject=row,
        make_form=ConfirmForm,
        act=lambda **data: worksheet.do_action(row, **data),
        help=_("Ficou combinado na reunião inaugural."),
    )


@requirement("kickoff:action", answer=answer_with_a_done_action)
def action_items_are_done(rollout: Rollout) -> Iterator[Requirement]:
    kickoff = kickoff_of(rollout)
    for row in rows_of(Row, kickoff.action_rows) if kickoff else ():  # type: ignore[attr-defined]
        if row.cell("text") and row.cell("party") and not row.cell("done"):
            yield Requirement(
                key=f"kickoff:action:{row.pk}",
                text=Localized.of(row.cell("text")),
                owed_by=row.cell("party"),
                since=rollout.stage_entered_at,
                url=reverse("kickoff:worksheet", args=[rollout.pk]) + f"#linha-{row.pk}",
                due=date.fromisoformat(row.cell("due")) if row.cell("due") else None,
            )


def answer_to_amendments(rollout: Rollout, party: str) -> Answer | None:
    kickoff = kickoff_of(rollout)
    if kickoff is None or amendments.why_closed(rollout):
        return None
    waiting = list(amendments.open_amendments(kickoff).filter(concerned=party))
    if not waiting:
        return None
    return Answer(
        button=_("Responder"),
        icon="file-check",
        permission="kickoff.answer_amendment",
        subject=waiting[0],
        make_form=partial(AmendmentsForm, amendments=waiting),
        act=lambda **data: amendments.answer(kickoff, **data),
        help=_("O que muda na ficha de integração depois da ata vale quando a outra parte aceita."),
    )


@requirement("kickoff:amendments", Gate.START_ACCEPTANCE, answer=answer_to_amendments)
def amendments_are_answered_before_the_term(rollout: Rollout) -> Iterator[Requirement]:
    yield from _unanswered(rollout)


@requirement("kickoff:amendments")
def amendments_may_be_answered_at_once(rollout: Rollout) -> Iterator[Requirement]:
    yield from _unanswered(rollout)


def _unanswered(rollout: Rollout) -> Iterator[Requirement]:
    """For each party that was asked, one requirement for all the amendments that wait for it."""
    kickoff = kickoff_of(rollout)
    open_amendments = rows_of(Amendment, kickoff.open_amendments) if kickoff else []  # type: ignore[attr-defined]
    if not open_amendments or amendments.why_closed(rollout):
        return
    since_by_party: dict[str, datetime] = {}
    for amendment in open_amendments:
        since_by_party.setdefault(amendment.concerned, amendment.proposed_at)
    for party, since in since_by_party.items():
        yield Requirement(
            key=f"{amendments.KEY}{party}",
            text=both(_("Responder aos aditivos da ficha de integração")),
            owed_by=party,
            since=since,
            url=reverse("kickoff:worksheet", args=[rollout.pk]) + "#aditivos",
            waivable=True,
            review=True,
        )


def answer_to_the_date(rollout: Rollout, _rest: str) -> Answer | None:
    meeting = queries.meeting_of(rollout)
    return dates.answer_to(meeting) if meeting and meeting.is_planned else None


@requirement("kickoff:date", answer=answer_to_the_date)
def the_planned_date_is_confirmed(rollout: Rollout) -> Iterator[Requirement]:
    if meeting := queries.meeting_of(rollout):
        url = reverse("kickoff:room", args=[rollout.pk]) + "#reuniao"
        yield from dates.asked_of(meeting, key="kickoff:date", since=rollout.stage_entered_at, url=url)
