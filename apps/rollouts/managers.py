"""Who may manage a rollout for Presence."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.access import is_project_manager
from apps.core.refusals import Invalid


def is_able(person: User) -> bool:
    """Whether ``person`` has the role at Presence, and an account that was not closed."""
    return person.is_active and is_project_manager(person)


def lock(people: Iterable[User]) -> None:
    """Lock all of ``people`` in one order, before each is ``locked``, so that two who do so never wait for each other."""
    keys = {person.pk for person in people}
    list(User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def locked(person: User, *, field: str) -> User:
    """``person`` read again and locked until the transaction ends, so that nobody leaves Presence (``companies.actions``)
    while a rollout is given to them. Raises ``Invalid`` on ``field`` unless they may manage one."""
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if not is_able(person):
        raise Invalid(_("O gerente de projeto precisa ter esse papel na Presence."), field=field)
    return person
