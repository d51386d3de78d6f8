from collections.abc import Iterator

from django.db.models import OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import minutes, money
from apps.core.database.compiled import compiled_once
from apps.core.database.rows import JSON, embedded, rows_of
from apps.core.localized import Localized, both
from apps.core.process import PartyRole
from apps.core.requirements import Answer, Requirement, asked_once, requirement
from apps.hours.agreement import actions
from apps.hours.agreement.forms import AnswerForm, ReplyForm
from apps.hours.models import Contest, ExtraHoursRequest
from apps.rollouts.models import Rollout

OF_CONTEST = ("entry",)


def answer_to_a_request(rollout: Rollout, number: str) -> Answer | None:
    request = rollout.extra_requests.filter(number=number, state=ExtraHoursRequest.State.OPEN).first()
    if request is None:
        return None
    return Answer(
        button=_("Responder"),
        icon="hand-coins",
        permission="hours.answer_extra",
        subject=request,
        make_form=AnswerForm,
        act=lambda **data: actions.answer(request, **data),
        help=_what_is_asked(request),
    )


def _what_is_asked(request: ExtraHoursRequest) -> Localized:
    request_text = both(
        _("%(duration)s de %(activity)s por %(price)s (%(rate)s a hora): %(purpose)s"),
        duration=minutes.show(request.minutes),
        activity=request.get_activity_display,
        price=money.show(request.price),
        rate=money.show(request.hourly_rate),
        purpose=request.purpose,
    )
    if not request.already_worked:
        return request_text
    worked = both(_("%(worked)s já foram trabalhadas."), worked=minutes.show(request.already_worked))
    return Localized({language: f"{request_text[language]} {worked[language]}" for language in request_text})


@asked_once
def _unanswered(rollout: Rollout) -> tuple[list[JSON], list[JSON]]:
    """The open requests of extra hours and the open contests with their entries, embedded."""
    return _unanswered_in_rollout(rollout.pk)[0]


@compiled_once
def _unanswered_in_rollout(rollout_pk: int) -> "QuerySet[Rollout, tuple[list[JSON], list[JSON]]]":
    requests = ExtraHoursRequest.objects.filter(rollout=OuterRef("pk"), state=ExtraHoursRequest.State.OPEN)
    contests = Contest.objects.filter(rollout=OuterRef("pk"), state=Contest.State.OPEN)
    unanswered = {
        "open_requests": embedded(requests.order_by("number")),
        "open_contests": embedded(contests.order_by("number"), *OF_CONTEST),
    }
    return Rollout.objects.filter(pk=rollout_pk).annotate(**unanswered).values_list(*unanswered)


@requirement("hours:request", answer=answer_to_a_request)
def extra_hours_are_answered(rollout: Rollout) -> Iterator[Requirement]:
    for request in rows_of(ExtraHoursRequest, _unanswered(rollout)[0]):
        yield Requirement(
            key=f"hours:request:{request.number}",
            text=both(
                _("Responder ao pedido de horas extras: %(duration)s de %(activity)s"),
                duration=minutes.show(request.minutes),
                activity=request.get_activity_display,
            ),
            owed_by=PartyRole.CLIENT,
            by_lead=True,
            since=request.sent_at,
            url=reverse("hours:room", args=[rollout.pk]) + "#acordo",
        )


def reply_in_a_contest(rollout: Rollout, number: str) -> Answer | None:
    """The client's answer to what Presence wrote last; Presence resolves the contest on its own page."""
    open_contests = rollout.contests.filter(state=Contest.State.OPEN, waits_for=PartyRole.CLIENT)
    contest = open_contests.filter(number=number).first()
    last_message = contest.messages.last() if contest else None
    if contest is None or last_message is None:
        return None
    return Answer(
        button=_("Responder"),
        icon="message-circle",
        permission="hours.contest",
        subject=contest,
        make_form=ReplyForm,
        act=lambda **data: actions.reply(contest, **data),
        help=both(_("A Presence respondeu: “%(text)s”"), text=last_message.text),
    )


@requirement("hours:contest", answer=reply_in_a_contest)
def contests_are_answered(rollout: Rollout) -> Iterator[Requirement]:
    for contest in rows_of(Contest, _unanswered(rollout)[1], *OF_CONTEST):
        yield Requirement(
            key=f"hours:contest:{contest.number}",
            text=both(
                _("Responder na contestação %(number)d, do apontamento %(entry)d"),
                number=contest.number,
                entry=contest.entry.number,
            ),
            owed_by=contest.waits_for,
            since=contest.since,
            url=reverse("hours:contest_thread", args=[rollout.pk, contest.number]),
            review=contest.waits_for == PartyRole.PRESENCE,
        )
