"""A project, and people who do to it whatever they may, in any order: the moves of the random walk, and the way out.

``Walk.moves`` are the real actions, tried at random; a refusal is an answer like any other. ``Walk.finish`` does what the
gates ask for, until the project is completed.
"""

import random
from datetime import timedelta
from unittest import mock

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.companies.models import Role
from apps.core import clock, workdays
from apps.core.database.compiled import compiled_once
from apps.core.process import CLOSED, FORWARD, PartyRole, Stage
from apps.core.refusals import Refusal
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import gates, refreshing
from apps.rollouts.models import Rollout
from apps.stages.acceptance import actions as terms
from apps.stages.acceptance import queries as acceptance
from apps.stages.acceptance.sealing import rendering
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import standing_in
from apps.stages.development import actions as development
from apps.stages.golive import actions as golive
from apps.stages.golive import days, incidents, setbacks, windows
from apps.stages.golive import queries as golive_queries
from apps.stages.homologation.execution import rounds
from apps.stages.kickoff import actions as kickoffs
from tests.blueprints import shipped
from tests.golive.factories import ChecklistItemFactory
from tests.homologation.test_homologation import make_script
from tests.kickoff.factories import OFFER, KickoffFactory, published
from tests.meetings.factories import MeetingFactory
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import at_stage, planned
from tests.rollouts.walk_homologation import HomologationMoves
from tests.rollouts.walk_project import ProjectMoves
from tests.rollouts.walk_worksheet import WorksheetMoves

MOST_STEPS = 80
"""More than the longest way out takes."""


def a_small_project() -> Rollout:
    """In development, with a little of everything that a gate asks for: confirmed minutes, a document, production
    credentials, a held training, a frozen script of two cases, a checklist of two points."""
    shipped.load()
    rollout = planned()
    people = rollout.people
    kickoff = KickoffFactory(rollout=rollout, offered_models=[OFFER, {**OFFER, "key": "webhooks"}])
    kickoffs.choose_model(kickoff, by=people["pm"], model="polling")
    minutes = published(kickoff)
    for party in (PartyRole.CLIENT, PartyRole.INTEGRATOR):
        kickoffs.answer_minutes(minutes, by=people[party.value], party=party, agrees=True)
    development.set_due_date(rollout, by=people["integrator"], date=clock.today() + timedelta(days=30))
    PrerequisiteFactory(rollout=rollout, key="document", owner="integrator", gate="start_training")
    PrerequisiteFactory(
        rollout=rollout, credential=True, key="production_credentials", environment="production", gate="start_go_live"
    )
    MeetingFactory(rollout=rollout, held=True)
    script = make_script(rollout)
    script.frozen_at = clock.now()
    script.save()
    ChecklistItemFactory(rollout=rollout, key="load")
    ChecklistItemFactory(rollout=rollout, key="keys", title="Credenciais", owner="client", proof="note")
    rollout = at_stage(rollout, Stage.DEVELOPMENT)
    refreshing.compared(rollout.pk, mend=True)  # what the factories made is no event that anything follows
    rollout.people = people
    return rollout


def projects_on_their_way() -> dict[str, Rollout]:
    """A small project at each stage, brought there by what its gates ask for; to the kickoff it was sent back."""
    projects = {}
    for stage in (
        Stage.KICKOFF,
        Stage.DEVELOPMENT,
        Stage.HOMOLOGATION,
        Stage.ACCEPTANCE,
        Stage.GO_LIVE,
        Stage.COMPLETED,
    ):
        rollout = a_small_project()
        walk = Walk(rollout, seed=0)
        if stage == Stage.KICKOFF:
            walk.go_back()
        walk.finish(at=stage)
        projects[stage.value] = Rollout.objects.get(pk=rollout.pk)
        projects[stage.value].people = rollout.people
    return projects


@compiled_once
def as_it_is(rollout_pk: int) -> QuerySet[Rollout]:
    """The project as the database has it: each move looks at it several times."""
    return Rollout.objects.filter(pk=rollout_pk)


class Stuck(AssertionError):
    """Nothing that the gates ask for moves the project any more."""


class Walk(ProjectMoves, WorksheetMoves, HomologationMoves):
    """The project with the key ``rollout_pk``, and what is done to it by ``seed``; ``trail`` is what was done, in order."""

    def __init__(self, rollout: Rollout, seed: int) -> None:
        self.rollout_pk, self.people = rollout.pk, rollout.people
        self.seed, self.random = seed, random.Random(seed)
        self.now = clock.now()
        self.trail: list[str] = []
        self.version = 0
        self.moves = [
            *self.steering(), *self.agreeing(), self.deliver, self.review, self.return_delivery, self.credential_stops,
            self.declare_delivery, self.open_round, self.close_round, self.pass_case, self.fail_case, self.fix, self.verify,
            *self.judging(), self.draft, self.sign, self.refuse, self.expire, self.settle_refusal, self.designate,
            self.propose_window, self.go, self.no_go, self.tick, self.untick, self.incident,
            self.resolve, self.confirm, self.release, self.roll_back,
            self.do_what_is_asked, self.do_what_is_asked, self.do_what_is_asked,
        ]  # fmt: skip

    @property
    def rollout(self) -> Rollout:
        return as_it_is(self.rollout_pk)[0]

    def speaker(self, role: str) -> User:
        """A lead of the company that plays ``role`` by now; Presence's project manager."""
        if role == PartyRole.PRESENCE:
            return self.rollout.project_manager
        return User.objects.filter(memberships__company=self.rollout.company(role), memberships__role=Role.LEAD).first()

    def step(self) -> None:
        """The first of some moves, chosen at random, that is let through; what is refused changes nothing."""
        any(self.attempt(move) for move in self.random.sample(self.moves, 10))

    def attempt(self, move) -> bool:
        """Whether ``move`` was let through and changed something."""
        before = self.rollout.version
        self.now += timedelta(minutes=1)
        with clock.at(self.now):
            try:
                move()
            except (Refusal, PermissionDenied):
                return False
        changed = self.rollout.version != before
        if changed:
            self.trail.append(move.__name__)
        return changed

    # --- What is delivered --------------------------------------------------------------------------------

    def items(self, *states: str) -> list[Prerequisite]:
        return list(self.rollout.prerequisites.filter(state__in=states))

    def deliver(self, item: Prerequisite | None = None) -> None:
        due = [item] if item else self.items("pending", "rejected")
        if due:
            item = self.random.choice(due)
            values = {"account": "a", "token": f"t{self.random.randrange(9999)}"} if item.fields else None
            prerequisites.submit(item, by=self.speaker(item.owner), text="Pronto", values=values)

    def review(self, item: Prerequisite | None = None) -> None:
        if waiting := [item] if item else self.items("submitted"):
            prerequisites.accept(self.random.choice(waiting), by=self.people["analyst"])

    def return_delivery(self) -> None:
        if accepted := self.items("accepted"):
            prerequisites.reopen(self.random.choice(accepted), by=self.people["analyst"], reason="Mudou")

    def credential_stops(self) -> None:
        for item in self.items("accepted"):
            if item.fields:
                prerequisites.take_back(item.last, Submission.Stopped.WRONG)

    def declare_delivery(self) -> None:
        self.version += 1
        by = self.speaker(PartyRole.INTEGRATOR)
        development.declare_delivery(self.rollout, by=by, version=f"1.{self.version}", notes="Completo")

    # --- The term -----------------------------------------------------------------------------------------

    def draft(self) -> None:
        roles = (PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PRESENCE)
        chosen = {role.value: self.speaker(role) for role in roles}
        in_force = acceptance.term_in_force(self.rollout)
        signed = in_force.signatories.filter(state="signed").values_list("role", flat=True) if in_force else ()
        term = terms.draft(
            self.rollout, by=self.people["pm"], signatories=chosen, voids=list(signed), reason="O registro mudou"
        )
        with mock.patch.object(rendering, "pdf", return_value=b"%PDF-1.7"):
            terms.render(term.pk)

    def someone_who_may_sign(self):
        term = acceptance.term_in_force(self.rollout)
        return acceptance.whose_turn(term).first() if term else None

    def sign(self, signatory=None) -> None:
        if signatory := signatory or self.someone_who_may_sign():
            signing.sign(signatory, by=signatory.user, consent=True, passkey=True)

    def refuse(self) -> None:
        if signatory := self.someone_who_may_sign():
            signing.refuse(signatory, by=signatory.user, reason="Falta um caso")

    def expire(self) -> None:
        if term := acceptance.term_in_force(self.rollout):
            terms.expire(term.pk)

    def settle_refusal(self) -> None:
        if term := acceptance.unsettled_refusal(self.rollout):
            terms.settle_refusal(term, by=self.people["pm"], settlement="Feito")

    def designate(self) -> None:
        """A manager of Presence says who signs in the place of somebody who left."""
        term = acceptance.term_in_force(self.rollout)
        for signatory in term.signatories.with_places().filter(state="pending") if term else []:
            if acceptance.has_left(signatory):
                to = self.speaker(signatory.role)
                standing_in.designate(signatory, by=self.people["manager"], to=to, reason="Saiu")
                return

    # --- The go-live --------------------------------------------------------------------------------------

    def propose_window(self) -> None:
        day = workdays.shift(clock.day_of(self.now), 1)
        while days.without_work(day, day):
            day = workdays.shift(day, 1)
        start = clock.instant_of(day) + timedelta(hours=9)
        window = {"starts_at": start, "ends_at": start + timedelta(hours=3), "reason": "Combinado"}
        windows.propose(self.rollout, by=self.people["pm"], **window)

    def answer(self, role: str, **reply) -> None:
        if window := golive_queries.window_in_force(self.rollout):
            windows.answer(window, role=role, by=self.speaker(role), **reply)

    def go(self, role: str = "") -> None:
        self.answer(role or self.random.choice(PartyRole.values), answer="go")

    def no_go(self) -> None:
        role = self.random.choice(PartyRole.values)
        self.answer(role, answer="no_go", reason="Falta foto", owner=self.random.choice(PartyRole.values))

    def tick(self, item=None) -> None:
        if item := item or self.rollout.golive_items.filter(done_at=None).first():
            golive.check_item(item, by=self.people["analyst"], note="feito")

    def untick(self) -> None:
        if item := self.rollout.golive_items.exclude(done_at=None).first():
            golive.uncheck_item(item, by=self.people["analyst"])

    def incident(self) -> None:
        said = {"what": "Sem frete", "severity": self.random.choice(["severe", "minor"]), "owner": "integrator"}
        incidents.note(self.rollout, by=self.people["analyst"], since=clock.now(), **said)

    def resolve(self) -> None:
        if incident := self.rollout.incidents.filter(until=None).first():
            incidents.resolve(incident, by=self.people["analyst"], resolution="Corrigido")

    def confirm(self) -> None:
        golive.confirm(self.rollout, by=self.speaker(PartyRole.CLIENT))

    def release(self) -> None:
        golive.record_release(self.rollout, by=self.people["pm"])

    def roll_back(self) -> None:
        setbacks.roll_back(self.rollout, by=self.people["pm"], reason="Pedidos em dobro")

    # --- The way out --------------------------------------------------------------------------------------

    def do_what_is_asked(self) -> None:
        """Settle the first thing that the next gate asks for."""
        rollout = self.rollout
        if gate := gates.next_gate(rollout):
            for need in gates.unmet(rollout, gate)[:1]:
                self.settle(need.key)

    def settle(self, key: str) -> None:
        """Do what the requirement ``key`` asks for."""
        name, rest = key.rpartition(":")[0] if key.count(":") > 1 else key, key.rpartition(":")[2]
        if name.startswith("prerequisite"):
            item = self.rollout.prerequisites.get(key=key.removeprefix("prerequisite:"))
            (self.deliver if item.is_due else self.review)(item)
        elif name == "kickoff:minutes_answer":
            self.settle_minutes(rest)
        elif name == "kickoff:amendments":
            self.settle_amendments(rest)
        elif key == "homologation:version":
            rounds.keep_results(self.rollout.script, by=self.people["analyst"], reason="Nada mudou nos casos")
        elif name.startswith("homologation"):
            self.run_all()
        elif name == "acceptance:signature":
            self.settle_signature(rest)
        elif key.startswith("golive:answer"):
            self.settle_answer(rest)
        elif key.startswith("golive:item"):
            self.tick(self.rollout.golive_items.get(key=rest))
        else:
            by_key = {
                "kickoff:minutes": self.publish,
                "kickoff:fields": self.settle_fields,
                "development:delivery": self.declare_delivery,
                "acceptance:term": self.draft,
                "acceptance:refusal": self.settle_refusal,
                "golive:window": self.propose_window,
                "golive:incident": self.resolve,
                "golive:confirmation": self.confirm,
                "golive:release": self.release,
            }
            by_key[key if key in by_key else name]()

    def settle_signature(self, role: str) -> None:
        term = acceptance.term_in_force(self.rollout)
        if term and acceptance.is_stale(term):
            self.draft()
        elif term:
            signatory = term.signatories.with_places().get(role=role)
            (self.designate if acceptance.has_left(signatory) else lambda: self.sign(signatory))()

    def settle_answer(self, role: str) -> None:
        window = golive_queries.window_in_force(self.rollout)
        (self.propose_window if window is None or window.is_over else lambda: self.go(role))()

    def finish(self, at: str = "") -> None:
        """Do what is asked, gate by gate, until the project is closed, or at the stage ``at``. Raises ``Stuck`` where that
        leads nowhere."""
        for _number in range(MOST_STEPS):
            rollout = self.rollout
            if rollout.stage in (*CLOSED, at):
                return
            if rollout.open_hold:
                self.attempt(self.resume)
                continue
            needs = gates.unmet(rollout, FORWARD[rollout.stage])
            settled = [self.attempt(lambda key=need.key: self.settle(key)) for need in needs[:1] or []]
            if not needs and not self.attempt(self.advance) or needs and not any(settled):
                others = [self.attempt(lambda key=need.key: self.settle(key)) for need in needs[1:]]
                if not any(others):
                    raise Stuck(f"{rollout.stage}: {[need.key for need in needs]} after {self.trail}")
        raise Stuck(f"{self.rollout.stage} after {MOST_STEPS} steps and {self.trail}")
