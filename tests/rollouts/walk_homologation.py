"""The moves of the random walk in the homologation: rounds, results, corrections, and what is judged otherwise."""

import random
from collections.abc import Callable
from datetime import timedelta

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries as homologation
from apps.stages.homologation.execution import actions as execution
from apps.stages.homologation.execution import reservations, scope
from apps.stages.homologation.models import Nonconformity, Result, ScopeReduction
from apps.stages.homologation.nonconformities import actions as nonconformities
from apps.stages.homologation.nonconformities import judgement


class HomologationMoves:
    """Part of ``walk.Walk``."""

    rollout: Rollout
    people: dict[str, User]
    random: random.Random
    speaker: Callable[[str], User]
    attempt: Callable[..., bool]

    def judging(self) -> list[Callable[[], None]]:
        """What settles a case or a failure without another run."""
        return [
            self.not_applicable, self.agree_not_applicable, self.reserve, self.agree_reservation, self.withdraw_reservation,
            self.decline, self.merge, self.contest, self.change_scope, self.agree_scope, self.withdraw_scope,
        ]  # fmt: skip

    def open_round(self) -> None:
        execution.start_round(self.rollout.script, by=self.people["analyst"])

    def close_round(self) -> None:
        execution.close_round(self.rollout.script, by=self.people["analyst"])

    def some_case(self):
        return self.random.choice(list(self.rollout.script.cases.filter(applies=True)))

    def pass_case(self, case=None) -> None:
        by = self.speaker(PartyRole.CLIENT)
        execution.record_result(case or self.some_case(), by=by, outcome="passed", evidence_text="Log")

    def fail_case(self) -> None:
        severity = self.random.choice(["blocking", "major", "minor"])
        by = self.speaker(PartyRole.CLIENT)
        failure = {"outcome": "failed", "note": "Falhou", "severity": severity, "owner": "integrator"}
        execution.record_result(self.some_case(), by=by, **failure)

    def fix(self) -> None:
        for row in self.rollout.nonconformities.filter(state="open"):
            nonconformities.mark_fixed(row, by=self.speaker(PartyRole.INTEGRATOR), fix_version="2.0")

    def verify(self) -> None:
        for row in self.rollout.nonconformities.filter(state="fixed"):
            nonconformities.verify_fix(row, by=self.people["analyst"])

    def run_all(self) -> None:
        """Correct what is open, run what waits in a round, verify: each as far as it goes."""
        rollout = self.rollout
        self.attempt(self.fix)
        if homologation.open_round(rollout.script) is None:
            self.attempt(self.open_round)
        round_ = homologation.open_round(rollout.script)
        for case in round_.cases.all() if round_ else []:
            self.attempt(lambda case=case: self.pass_case(case))
        self.attempt(self.verify)
        self.attempt(self.close_round)

    def not_applicable(self) -> None:
        by = self.people["analyst"]
        execution.record_result(self.some_case(), by=by, outcome="not_applicable", note="A loja não vende isto")

    def agree_not_applicable(self) -> None:
        newest = Result.objects.filter(case__script__rollout=self.rollout, outcome="not_applicable").last()
        if newest:
            execution.confirm_result(newest, by=self.speaker(PartyRole.CLIENT))

    def reserve(self) -> None:
        deadline = clock.today() + timedelta(days=90)
        terms = {"text": "Fica para depois", "owner": "integrator", "deadline": deadline}
        reservations.propose(self.some_case(), by=self.people["analyst"], **terms)

    def agree_reservation(self) -> None:
        if row := self.rollout.reservations.filter(withdrawn_at=None, agreed_at=None).first():
            reservations.agree(row, by=self.speaker(PartyRole.CLIENT))

    def withdraw_reservation(self) -> None:
        if row := self.rollout.reservations.filter(withdrawn_at=None).first():
            reservations.withdraw(row, by=self.people["analyst"])

    def pending(self) -> list[Nonconformity]:
        return list(self.rollout.nonconformities.filter(state__in=["open", "fixed"]))

    def decline(self) -> None:
        if rows := self.pending():
            judgement.decline(rows[0], by=self.people["analyst"], reason="O roteiro não pede isto")

    def merge(self) -> None:
        if len(rows := self.pending()) > 1:
            judgement.merge(rows[1], by=self.people["analyst"], into=rows[0])

    def contest(self) -> None:
        if row := self.rollout.nonconformities.filter(state="declined").first():
            judgement.contest(row, by=self.speaker(PartyRole.CLIENT), reason="O roteiro pede")

    def change_scope(self) -> None:
        """Switch the condition of the script on, or propose to the client to have it off."""
        scope.change(self.rollout.script, by=self.people["analyst"], condition="kit", reason="O catálogo mudou")

    def reductions(self) -> list[ScopeReduction]:
        return list(self.rollout.script.reductions.waiting())

    def agree_scope(self) -> None:
        for reduction in self.reductions():
            scope.agree(reduction, by=self.speaker(PartyRole.CLIENT))

    def withdraw_scope(self) -> None:
        for reduction in self.reductions():
            scope.withdraw(reduction, by=self.people["analyst"])
