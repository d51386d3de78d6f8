"""The moves of the random walk in the kickoff and its worksheet, which lives on by amendments."""

import random
from collections.abc import Callable

from apps.accounts.models import User
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.kickoff import actions as kickoffs
from apps.stages.kickoff import amendments, worksheet
from apps.stages.kickoff.models import Amendment
from apps.stages.kickoff.worksheet import Edit


class WorksheetMoves:
    """Part of ``walk.Walk``."""

    rollout: Rollout
    people: dict[str, User]
    random: random.Random
    speaker: Callable[[str], User]
    attempt: Callable[..., bool]

    def agreeing(self) -> list[Callable[[], None]]:
        """What the companies agree in the kickoff, and change afterwards."""
        return [
            self.choose_model, self.publish, self.confirm_minutes, self.object_to_minutes, self.write_map, self.add_line,
            self.remove_line, self.accept_amendment, self.decline_amendment, self.withdraw_amendment,
        ]  # fmt: skip

    def choose_model(self) -> None:
        kickoff = self.rollout.kickoff
        kickoffs.choose_model(kickoff, by=self.people["pm"], model=self.random.choice(["polling", "webhooks"]))

    def publish(self) -> None:
        kickoffs.publish_minutes(self.rollout.kickoff, by=self.people["pm"], minutes="Combinamos outra coisa.")

    def confirm_minutes(self, party: str = "") -> None:
        self.answer_minutes(party, agrees=True)

    def object_to_minutes(self) -> None:
        self.answer_minutes(agrees=False, reason="Não foi isso")

    def answer_minutes(self, party: str = "", **reply) -> None:
        party = party or self.random.choice([PartyRole.CLIENT.value, PartyRole.INTEGRATOR.value])
        if minutes := self.rollout.kickoff.published.last():
            kickoffs.answer_minutes(minutes, by=self.speaker(party), party=party, **reply)

    def settle_minutes(self, party: str) -> None:
        """Publish anew what a party objected to; have it confirm what it has not answered."""
        objected = self.rollout.kickoff.published.last().answers.filter(party=party).exclude(objection="").exists()
        (self.publish if objected else lambda: self.confirm_minutes(party))()

    def write_map(self, column: str = "", value: str = "", by: User | None = None) -> None:
        """Write into a cell of the map, or propose it, once the minutes are published."""
        column = column or self.random.choice(["rule", "example", "platform_field", "unused"])
        value = value or self.random.choice(["", f"x{self.random.randrange(99)}"])
        kickoff = self.rollout.kickoff
        row = kickoff.rows.filter(sheet="fields", key="sku").get()
        by = by or self.speaker(self.random.choice(PartyRole.values))
        worksheet.write(kickoff, by=by, edits=[Edit(row.pk, column, value, row.version(column))], reason="Mudou")

    def add_line(self) -> None:
        kickoff, by = self.rollout.kickoff, self.speaker(self.random.choice(PartyRole.values))
        row = worksheet.add_row(kickoff, by=by, sheet="payments")
        worksheet.write(kickoff, by=by, edits=[Edit(row.pk, "platform_code", "pix", row.version("platform_code"))])

    def remove_line(self) -> None:
        if row := self.rollout.kickoff.rows.filter(sheet="payments", key="", removed_at=None).first():
            worksheet.remove_row(row, by=self.speaker(self.random.choice(PartyRole.values)), reason="Não se usa")

    def waiting(self, **fields) -> list[Amendment]:
        return list(self.rollout.kickoff.amendments.filter(state=Amendment.State.OPEN, **fields))

    def accept_amendment(self) -> None:
        self.answer_amendments(self.waiting()[:1], accepts=True)

    def decline_amendment(self) -> None:
        self.answer_amendments(self.waiting()[:1], accepts=False, note="Outro prazo")

    def answer_amendments(self, rows: list[Amendment], **reply) -> None:
        if rows:
            numbers = [row.number for row in rows]
            amendments.answer(rows[0].kickoff, by=self.speaker(rows[0].concerned), numbers=numbers, **reply)

    def withdraw_amendment(self) -> None:
        for amendment in self.waiting()[:1]:
            amendments.withdraw(amendment, by=self.speaker(amendment.party))

    def settle_amendments(self, role: str) -> None:
        self.answer_amendments(self.waiting(concerned=role), accepts=bool(self.random.randrange(2)), note="Não")

    def settle_fields(self) -> None:
        """Give the field its place again; what must be agreed for that is accepted."""
        pm = self.rollout.project_manager
        self.attempt(lambda: self.write_map("unused", " ", by=pm))
        self.attempt(lambda: self.write_map("platform_field", "skuId", by=pm))
        for amendment in self.waiting():
            self.attempt(lambda row=amendment: self.answer_amendments([row], accepts=True))
