"""What every chapter of a demonstration rollout needs: its people, and a clock that stands in the past."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.core import clock, workdays
from apps.core.process import FORWARD, Gate, PartyRole
from apps.demo.people import Participants
from apps.rollouts import actions as rollouts
from apps.rollouts.models import Rollout


def at_work(instant: datetime) -> datetime:
    """``instant``, moved on to the next business day between nine and six if it falls outside."""
    local = clock.local(instant)
    if local.hour >= 18:
        local = (local + timedelta(days=1)).replace(hour=9)
    elif local.hour < 9:
        local = local.replace(hour=9)
    while not workdays.is_workday(clock.day_of(local)):
        local = (local + timedelta(days=1)).replace(hour=9)
    return local


class StoryBase:
    """A demonstration rollout, created at ``started``. Every step moves its clock forward, at most to ``today``."""

    def __init__(
        self,
        participants: Participants,
        client: str,
        platform: str,
        integrator: str,
        slug: str,
        started: datetime,
        today: datetime,
        manager: str,
    ) -> None:
        self.participants = participants
        self.client_key, self.integrator_key, self.platform_key = client, integrator, platform
        self.now, self.today = started, today
        self.manager = participants.people[manager]
        self.analyst = participants.people["analista@presence.demo"]
        self.client, self.integrator = participants.lead(client), participants.lead(integrator)
        with self.later(0):
            self.rollout = rollouts.create_rollout(
                by=self.manager,
                client=participants.companies[client],
                platform=Platform.objects.get(slug=slug),
                platform_company=participants.companies[platform],
                integrator=participants.companies[integrator],
                project_manager=self.manager,
                scope="Produtos, preços, estoque, pedidos e faturamento. Marketplaces ficam para uma segunda fase.",
                target_date=clock.day_of(started + timedelta(days=90)),
            )

    @contextmanager
    def later(self, hours: float) -> Iterator[None]:
        """Go on ``hours`` later, or when people are next at work; never later than today."""
        self.now = min(at_work(self.now + timedelta(hours=hours)), self.today)
        with clock.at(self.now):
            yield

    def reload(self) -> Rollout:
        """The rollout as the database has it now."""
        self.rollout = Rollout.objects.get(pk=self.rollout.pk)
        return self.rollout

    def advance(self) -> None:
        rollout = self.reload()
        gate: Gate = FORWARD[rollout.stage]
        with self.later(2):
            rollouts.advance(rollout, gate, by=self.manager, seen_version=rollout.version)
        self.reload()

    def person_for(self, role: str) -> User:
        return {
            PartyRole.PRESENCE.value: self.analyst,
            PartyRole.CLIENT.value: self.client,
            PartyRole.INTEGRATOR.value: self.integrator,
            PartyRole.PLATFORM.value: self.participants.lead(self.platform_key),
        }[role]

    def pause(self, caused_by: str, reason: str) -> None:
        rollout = self.reload()
        with self.later(10):
            rollouts.hold(rollout, by=self.manager, caused_by=caused_by, reason=reason, seen_version=rollout.version)
