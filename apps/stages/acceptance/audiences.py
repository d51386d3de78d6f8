"""To whom the notices of the term go."""

from collections.abc import Iterable

from apps.accounts.models import User
from apps.rollouts.audiences import project_manager
from apps.rollouts.models import Event
from apps.stages.acceptance.models import AcceptanceTerm, Signatory


def whose_turn_begins(event: Event) -> Iterable[User]:
    """Those whose turn to sign the term begins with the event (the roles ``opens`` of its data), while it still is."""
    signatories = Signatory.objects.filter(
        term__rollout=event.rollout_id,
        term__version=event.data.get("version"),
        term__state=AcceptanceTerm.State.READY,
        term__outdated_at=None,
        role__in=event.data.get("opens", []),
        state=Signatory.State.PENDING,
    )
    return [row.user for row in signatories.select_related("user") if row.user.is_active]


def who_had_signed(event: Event) -> Iterable[User]:
    """Those whose signatures the event voids (the roles ``signed`` of its data, of its ``version``)."""
    signatories = Signatory.objects.filter(
        term__rollout=event.rollout_id, term__version=event.data.get("version"), role__in=event.data.get("signed", [])
    )
    return [row.user for row in signatories.select_related("user") if row.user.is_active]


def who_had_signed_and_manager(event: Event) -> Iterable[User]:
    """They, and the project manager."""
    return [*who_had_signed(event), *project_manager(event)]


def signatories_and_manager(event: Event) -> Iterable[User]:
    """Everybody whom the term of the event names, and the project manager."""
    signatories = Signatory.objects.filter(term__rollout=event.rollout_id, term__version=event.data.get("version"))
    people = [row.user for row in signatories.select_related("user") if row.user.is_active]
    return [*people, *project_manager(event)]
