"""What waits for whom: the portal's pages are these lists, read from the same requirements that the gates ask."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.urls import reverse

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.companies.models import Membership
from apps.core import clock, plugins
from apps.core.plugins import Fact, Page
from apps.core.process import PATH, PartyRole, Stage
from apps.core.requirements import Answer, Requirement
from apps.portal.models import Draft
from apps.rollouts import gates, queries
from apps.rollouts.models import Rollout

# A desk of everybody's projects shows at most so many; the list of projects has them all.
DESK_LIMIT = 60


@dataclass
class Matter:
    """A requirement as one person meets it. ``blocking``: the next gate waits for it. ``is_own``: their company owes it;
    otherwise another party does, and they may settle it all the same."""

    rollout: Rollout
    requirement: Requirement
    user: User
    blocking: bool
    is_own: bool
    membership: Membership | None = None

    @property
    def key(self) -> str:
        return self.requirement.key

    @property
    def url(self) -> str:
        return reverse("portal:matter", args=[self.rollout.pk, self.key])

    @property
    def anchor(self) -> str:
        """An identifier for the page: keys hold colons."""
        return f"m{self.rollout.pk}-{self.key.replace(':', '-')}"

    @cached_property
    def answer(self) -> Answer | None:
        return plugins.answer_to(self.rollout, self.key)

    @property
    def answerable(self) -> bool:
        """The person may settle it themselves."""
        return self.answer is None or self.user.has_perm(self.answer.permission, self.answer.subject)

    @property
    def assignee(self) -> User | None:
        """Who takes care of it: the only one who can, or who took it or was handed it."""
        if self.answer and self.answer.signer:
            return self.answer.signer
        return self.membership.user if self.membership else None

    @property
    def assignable(self) -> bool:
        return self.is_own and not (self.answer and self.answer.signer)

    @property
    def is_mine(self) -> bool:
        return self.assignee == self.user

    @property
    def is_late(self) -> bool:
        return self.requirement.due is not None and self.requirement.due < clock.today()

    def colleagues(self) -> list[Membership]:
        """The people of the owing company but the reader."""
        company = self.rollout.company(self.requirement.owed_by)
        return list(company.memberships.exclude(user=self.user).select_related("user"))


@dataclass
class Progress:
    """A rollout as a party follows it: what it waits for, from whom, and the reader's own matters in it."""

    rollout: Rollout
    roles: set[str]
    matters: list[Matter] = field(default_factory=list)
    others: list[Requirement] = field(default_factory=list)

    @property
    def steps(self) -> list[queries.Step]:
        return queries.steps(self.rollout)

    @property
    def place(self) -> tuple[int, int]:
        """Where on the path the rollout is: ``(this stage, all stages)``, counting from one."""
        return PATH.index(Stage(self.rollout.stage)) + 1, len(PATH)

    @property
    def others_by_party(self) -> dict[str, list[Requirement]]:
        return {
            role: requirements
            for role in PartyRole.values
            if (requirements := [requirement for requirement in self.others if requirement.owed_by == role])
        }

    @property
    def facts(self) -> list[tuple[Page, list[Fact]]]:
        """What an integrator or a platform watches: the connector's dates and the homologation's numbers."""
        if not self.roles & {PartyRole.INTEGRATOR, PartyRole.PLATFORM}:
            return []
        watched = ("development", "homologation")
        return [(page, list(page.summary(self.rollout))) for page in plugins.pages() if page.key in watched]


def progress_of(user: User, rollout: Rollout) -> Progress:
    """``rollout`` as the party, or parties, for which ``user`` acts in it."""
    roles = rollout.roles_of(user)
    progress = Progress(rollout, roles)
    gate = gates.next_gate(rollout)
    if gate is None:
        return progress
    requirements = gates.requirements(rollout, gate)
    assigned = queries.assignees(rollout)
    blocking = [requirement for requirement in requirements if requirement.waiver is None]
    for requirement, blocks in [
        *((item, True) for item in blocking),
        *((item, False) for item in gates.early(rollout, requirements)),
    ]:
        is_own = requirement.owed_by in roles
        matter = Matter(rollout, requirement, user, blocks, is_own, assigned.get(requirement.key))
        if is_own or (requirement.owed_by == PartyRole.PLATFORM and matter.answer and matter.answerable):
            progress.matters.append(matter)
        elif blocks:
            progress.others.append(requirement)
    return progress


def find_matter(user: User, rollout: Rollout, key: str) -> Matter | None:
    """The open matter ``key`` of ``rollout`` as ``user`` meets it; None when it is settled or not theirs."""
    return next((matter for matter in progress_of(user, rollout).matters if matter.key == key), None)


@dataclass
class Door:
    """The first page of somebody of a client, an integrator or a platform."""

    projects: list[Progress]

    @property
    def matters(self) -> list[Matter]:
        """First what is the reader's own, then what blocks, what nobody has taken yet, the longest owed."""
        matters = [matter for project in self.projects for matter in project.matters]

        def order(matter: Matter) -> tuple:
            with_a_colleague = matter.assignee is not None and not matter.is_mine
            return (
                not matter.is_mine,
                not matter.blocking,
                not matter.is_own,
                with_a_colleague,
                matter.requirement.since,
            )

        return sorted(matters, key=order)

    @property
    def own_matters(self) -> list[Matter]:
        return [matter for matter in self.matters if matter.is_mine]

    @property
    def company_matters(self) -> list[Matter]:
        """What anybody of the company may settle, or a colleague has taken."""
        return [matter for matter in self.matters if not matter.is_mine and matter.is_own]

    @property
    def partners(self) -> list[Matter]:
        """What another party owes and the reader may settle for it."""
        return [matter for matter in self.matters if not matter.is_own and not matter.is_mine]

    @property
    def only_one(self) -> Matter | None:
        """The single open matter that the reader can settle, if there is exactly one."""
        answerable = [
            matter
            for matter in self.matters
            if matter.answerable and matter.is_own and matter.assignee in (None, matter.user)
        ]
        return answerable[0] if len(answerable) == 1 else None


def door(user: User) -> Door:
    """What ``user`` meets as a person of the companies they belong to; Presence's own side is ``desk``."""
    rollouts = Rollout.objects.visible_to(user).open().for_listing()
    return Door([progress_of(user, rollout) for rollout in rollouts if rollout.roles_of(user) - {PartyRole.PRESENCE}])


@dataclass(frozen=True)
class Overdue:
    """Something promised for a day that has passed; ``key`` is empty for the rollout's own date."""

    rollout: Rollout
    text: str
    owed_by: str
    due: date
    url: str

    @property
    def days(self) -> int:
        return (clock.today() - self.due).days


@dataclass
class Desk:
    """The first page of Presence's people: the rollouts of one project manager, or all of them."""

    projects: list[Progress]
    everybodys: bool

    @property
    def reviews(self) -> list[Matter]:
        """What was delivered and waits for a decision, the longest waiting first."""
        return self._sorted([matter for matter in self._matters if matter.requirement.review])

    @property
    def to_do(self) -> list[Matter]:
        return self._sorted([matter for matter in self._matters if matter.blocking and not matter.requirement.review])

    @property
    def ready(self) -> list[Rollout]:
        """Nothing is missing: the rollout can go on to its next stage."""
        return [
            project.rollout
            for project in self.projects
            if not project.rollout.open_hold
            and not project.others
            and not any(matter.blocking for matter in project.matters)
        ]

    @property
    def by_holder(self) -> dict[str, list[Rollout]]:
        """The rollouts under the role that has the ball, the longest held first."""
        rollouts = sorted((project.rollout for project in self.projects), key=lambda rollout: rollout.holder_since)
        return {role: [rollout for rollout in rollouts if rollout.holder == role] for role in PartyRole.values}

    @property
    def overdue(self) -> list[Overdue]:
        today = clock.today()
        late_matters = []
        for project in self.projects:
            rollout = project.rollout
            if rollout.target_date and rollout.target_date < today:
                late_matters.append(
                    Overdue(rollout, "", rollout.holder, rollout.target_date, rollout.get_absolute_url())
                )
            for item in [*(matter.requirement for matter in project.matters), *project.others]:
                if item.due and item.due < today:
                    late_matters.append(Overdue(rollout, str(item.text), item.owed_by, item.due, item.url))
        return sorted(late_matters, key=lambda late: late.due)

    @property
    def _matters(self) -> list[Matter]:
        return [
            matter
            for project in self.projects
            for matter in project.matters
            if matter.requirement.owed_by == "presence"
        ]

    def _sorted(self, matters: list[Matter]) -> list[Matter]:
        return sorted(matters, key=lambda matter: matter.requirement.since)


def desk(user: User, *, everybodys: bool) -> Desk | None:
    """Presence's first page; None for people of other companies. Without rollouts of one's own it is everybody's."""
    if not is_presence(user):
        return None
    rollouts = Rollout.objects.visible_to(user).open().for_listing()
    own_rollouts = rollouts.filter(project_manager=user)
    everybodys = everybodys or not own_rollouts.exists()
    return Desk(
        [progress_of(user, rollout) for rollout in (rollouts if everybodys else own_rollouts)[:DESK_LIMIT]], everybodys
    )


def draft_of(matter: Matter) -> Draft | None:
    """What the reader typed since the matter is theirs; a draft from before it was last settled is of no use."""
    drafts = Draft.objects.filter(user=matter.user, rollout=matter.rollout, requirement=matter.key)
    return drafts.filter(saved_at__gte=matter.requirement.since).first()
