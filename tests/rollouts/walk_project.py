"""The moves of the random walk that concern the project as a whole: stages, plan, companies, people, what follows its end."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from apps.accounts.models import User
from apps.companies import actions as companies
from apps.companies.models import Kind, Membership, Role
from apps.core import clock
from apps.core.process import BACKWARD, FORWARD, PartyRole, Stage
from apps.rollouts import actions, gates, parties, phases, planning
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.models import Rollout
from tests.companies.factories import CompanyFactory, a_person

KINDS = {PartyRole.CLIENT: Kind.CLIENT, PartyRole.INTEGRATOR: Kind.INTEGRATOR, PartyRole.PLATFORM: Kind.PLATFORM}


class ProjectMoves:
    """Part of ``walk.Walk``."""

    rollout: Rollout
    people: dict[str, User]
    random: random.Random
    now: datetime
    speaker: Callable[[str], User]

    def steering(self) -> list[Callable[[], None]]:
        """What moves the project, corrects it, or changes who takes part."""
        return [
            self.advance, self.advance, self.advance, self.go_back, self.hold, self.resume, self.waive, self.reopen,
            self.replace, self.hand_over, self.correct, self.change_plan, self.assign_analyst, self.remove_analyst,
            self.lead_leaves, self.second_phase, self.time_passes,
        ]  # fmt: skip

    def advance(self) -> None:
        rollout = self.rollout
        if rollout.stage in FORWARD:
            actions.advance(rollout, FORWARD[rollout.stage], by=self.people["pm"], seen_version=rollout.version)

    def go_back(self) -> None:
        rollout = self.rollout
        if gate := BACKWARD.get(rollout.stage):
            actions.send_back(rollout, gate, by=self.people["pm"], seen_version=rollout.version, reason="Defeito")

    def hold(self) -> None:
        rollout = self.rollout
        role = self.random.choice(PartyRole.values)
        actions.hold(rollout, by=self.people["pm"], caused_by=role, reason="Férias", seen_version=rollout.version)

    def resume(self) -> None:
        actions.resume(self.rollout, by=self.people["pm"], seen_version=self.rollout.version)

    def waive(self) -> None:
        rollout = self.rollout
        gate = gates.next_gate(rollout)
        waivable = [need for need in gates.unmet(rollout, gate) if need.waivable] if gate else []
        if waivable:
            need = self.random.choice(waivable)
            actions.waive(rollout, gate, need.key, by=self.people["manager"], reason="Já temos")

    def reopen(self) -> None:
        rollout = self.rollout
        phases.reopen(rollout, by=self.people["manager"], reason="Defeito", seen_version=rollout.version)

    def replace(self) -> None:
        role = self.random.choice(list(KINDS))
        company = CompanyFactory(kind=KINDS[role])
        a_person(company, Role.LEAD)
        credentials = self.random.choice(["purge", "hand_over"])
        by = self.people["pm"]
        parties.replace(self.rollout, role, by=by, company=company, reason="Vendida", credentials=credentials)

    def hand_over(self) -> None:
        to = self.people[self.random.choice(["pm", "manager"])]
        corrections.hand_over(self.rollout, by=self.people["manager"], to=to, reason="Férias")

    def correct(self) -> None:
        scope = f"Escopo {self.random.randrange(1000)}"
        corrections.correct(self.rollout, by=self.people["pm"], scope=scope, target_date=None, reason="Engano")

    def change_plan(self) -> None:
        days = {Stage.COMPLETED.value: clock.day_of(self.now) + timedelta(days=self.random.randrange(400, 500))}
        planning.change(self.rollout, by=self.people["pm"], dates=days, reason="Combinado")

    def time_passes(self) -> None:
        self.now += timedelta(days=self.random.choice([1, 2, 20]))

    def cancel(self) -> None:
        rollout = self.rollout
        actions.cancel(rollout, by=self.people["pm"], reason="O cliente desistiu", seen_version=rollout.version)

    def second_phase(self) -> None:
        phases.start_second_phase(self.rollout, by=self.people["pm"], scope="Notas fiscais")

    def assign_analyst(self) -> None:
        membership = a_person(self.rollout.company(PartyRole.PRESENCE), Role.ANALYST).memberships.get()
        corrections.assign_analyst(self.rollout, by=self.people["pm"], membership=membership)

    def remove_analyst(self) -> None:
        if analyst := self.rollout.analysts.first():
            corrections.remove_analyst(analyst, by=self.people["pm"])

    def lead_leaves(self) -> None:
        """Who speaks for a company leaves it, and another lead comes; what they were to sign waits for a designation."""
        role = self.random.choice(list(KINDS))
        company, leaving = self.rollout.company(role), self.speaker(role)
        a_person(company, Role.LEAD)
        for membership in Membership.objects.filter(user=leaving, company=company):
            companies.remove_person(membership, by=self.people["manager"])
