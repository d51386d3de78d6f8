"""How each kind of requirement is settled where it is read: its form, and the action of its room behind it.

A requirement without an answer here is settled in its room; the portal then leads there.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.core import plugins
from apps.core.requirements import Answer
from apps.core.web.forms import ConfirmForm
from apps.rollouts import appointments
from apps.rollouts.models import Rollout
from apps.stages.homologation.execution import actions as homologation
from apps.stages.homologation.execution.forms import FixForm

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


@_answers("homologation:nonconformity:")
def _mend(rollout: Rollout, number: str) -> Answer | None:
    found = rollout.nonconformities.filter(number=number).select_related("case").first()
    if found is None or found.state != found.State.OPEN:
        return None
    reopened = _("Já foi reaberta %(times)d vez(es).") % {"times": found.times_reopened} if found.times_reopened else ""
    return Answer(
        button=_("Está corrigida"),
        icon="wrench",
        permission="homologation.fix",
        subject=found,
        make_form=FixForm,
        act=lambda **data: homologation.mark_fixed(found, **data),
        help=f"{found.title} ({found.get_severity_display().lower()}). {reopened}".strip(),
    )


@_answers("homologation:case:")
def _agree(rollout: Rollout, code: str) -> Answer | None:
    reservation = rollout.reservations.filter(case__code=code, withdrawn_at=None, agreed_at=None).first()
    if reservation is None:
        return None
    return Answer(
        button=_("Concordo com a ressalva"),
        icon="handshake",
        permission="homologation.agree_for_client",
        subject=reservation,
        make_form=ConfirmForm,
        act=lambda **data: homologation.agree_reservation(reservation, **data),
        help=_("O caso segue para o termo de aceite sem ter passado, com esta ressalva: “%(text)s”. Prazo: %(when)s.")
        % {"text": reservation.text, "when": f"{reservation.deadline:%d/%m/%Y}"},
    )


@_answers("training:date:")
def _training_date(rollout: Rollout, number: str) -> Answer | None:
    session = rollout.training_sessions.filter(number=number, state="planned").first()
    return appointments.answer_to(session) if session else None
