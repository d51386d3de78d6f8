"""How each kind of requirement is settled where it is read: its form, and the action of its room behind it.

A requirement without an answer here is settled in its room; the portal then leads there.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.core import minutes, money, plugins
from apps.core.requirements import Answer
from apps.core.web.forms import ConfirmForm
from apps.hours.agreement import actions as hours
from apps.hours.agreement import forms as agreement_forms
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.credentials import delivery as credentials
from apps.prerequisites.forms import SubmitForm
from apps.prerequisites.models import Prerequisite
from apps.rollouts import appointments
from apps.rollouts.models import Rollout
from apps.stages.kickoff import actions as kickoff
from apps.stages.kickoff import queries as kickoff_queries
from apps.stages.kickoff import worksheet
from apps.stages.kickoff.forms import MinutesAnswerForm
from apps.stages.kickoff.models import Row

if TYPE_CHECKING:
    pass


Finder = Callable[[Rollout, str], "Answer | None"]
_finders: list[tuple[str, Finder]] = []


def _answers(prefix: str) -> Callable[[Finder], Finder]:
    def register(finder: Finder) -> Finder:
        _finders.append((prefix, finder))
        return finder

    return register


def find(rollout: Rollout, key: str) -> Answer | None:
    """The answer to the requirement ``key`` of ``rollout``; None when it is settled in its room only."""
    for prefix, finder in _finders:
        if key.startswith(prefix):
            return finder(rollout, key.removeprefix(prefix))
    return plugins.answer_to(rollout, key)


@_answers("prerequisite:")
def _deliver(rollout: Rollout, key: str) -> Answer | None:
    item = (
        rollout.prerequisites.filter(key=key)
        .prefetch_related("submissions__secrets", "submissions__attached__file", "submissions__decided_by")
        .first()
    )
    if item is None or not item.is_due:
        return None
    last, again = item.last, item.asked_again
    if again and item.kind == Prerequisite.Kind.CREDENTIAL:
        again = credentials.asked(item)
    kept = [(label, value) for name, label, value in _delivered(item) if name not in again] if again else []
    return Answer(
        button=_("Entregar de novo") if last else _("Entregar"),
        icon="upload",
        permission="prerequisites.submit",
        subject=item,
        make_form=lambda *args, **kwargs: SubmitForm(*args, prerequisite=item, **kwargs),
        act=lambda **data: prerequisites.submit(item, **data),
        help=item.help,
        where=item.where,
        came_back=last.reason if last else "",
        kept=kept,
    )


def _delivered(item) -> list[tuple[str, str, str]]:
    """``(part, label, value)`` of the last delivery; a secret is named, never shown."""
    last = item.last
    secrets = {secret.field for secret in last.secrets.all()}
    contacts = {row["kind"]: row["name"] for row in last.contacts()}
    values = {
        **{str(name): value for name, value in last.values.items() if isinstance(value, str)},
        **contacts,
        "file": ", ".join(file.name for file in last.files) or last.link,
        "link": last.link,
        "text": last.text,
        **dict.fromkeys(secrets, _("guardado no cofre")),
    }
    return [(name, label, values[name]) for name, label in item.parts() if values.get(name)]


@_answers("kickoff:date")
def _kickoff_date(rollout: Rollout, _key: str) -> Answer:
    return appointments.answer_to(rollout.kickoff)


@_answers("kickoff:minutes_answer:")
def _minutes(rollout: Rollout, party: str) -> Answer | None:
    minutes = kickoff_queries.minutes_in_force(rollout)
    if minutes is None or minutes.answers.filter(party=party).exists():
        return None
    return Answer(
        button=_("Responder"),
        icon="file-check",
        permission="kickoff.answer_minutes",
        subject=minutes,
        make_form=MinutesAnswerForm,
        act=lambda **data: kickoff.answer_minutes(minutes, party=party, **data),
        help=_("A ata e a ficha de integração dizem o que as empresas combinaram. Leia no projeto e responda aqui."),
    )


@_answers("kickoff:action:")
def _action(rollout: Rollout, pk: str) -> Answer | None:
    row = Row.objects.filter(kickoff__rollout=rollout, pk=pk).select_related("kickoff__rollout").first()
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


@_answers("hours:request:")
def _extra_hours(rollout: Rollout, number: str) -> Answer | None:
    found = rollout.extra_requests.filter(number=number, state="open").first()
    if found is None:
        return None
    worked = _("%(worked)s já foram trabalhadas.") % {"worked": minutes.show(found.already_worked)}
    return Answer(
        button=_("Responder"),
        icon="hand-coins",
        permission="hours.answer_extra",
        subject=found,
        make_form=agreement_forms.AnswerForm,
        act=lambda **data: hours.answer(found, **data),
        help=_("%(duration)s de %(activity)s por %(price)s (%(rate)s a hora): %(purpose)s")
        % {
            "duration": minutes.show(found.minutes),
            "activity": found.get_activity_display(),
            "price": money.show(found.price),
            "rate": money.show(found.hourly_rate),
            "purpose": found.purpose,
        }
        + (f" {worked}" if found.already_worked else ""),
    )


@_answers("hours:contest:")
def _contest(rollout: Rollout, number: str) -> Answer | None:
    found = rollout.contests.filter(number=number, state="open", waits_for="client").first()
    last = found.messages.last() if found else None
    if found is None or last is None:
        return None
    return Answer(
        button=_("Responder"),
        icon="message-circle",
        permission="hours.contest",
        subject=found,
        make_form=agreement_forms.ReplyForm,
        act=lambda **data: hours.reply(found, **data),
        help=_("A Presence respondeu: “%(text)s”") % {"text": last.text},
    )
