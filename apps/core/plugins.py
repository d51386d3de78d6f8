"""One announcement an app: what it adds to the house, in its ``plugin.py``, as the one object ``plugin``.

The registry finds them once, when the process starts, in the order of ``INSTALLED_APPS`` (the floors, from below). Whoever
shows, sends, exports or archives something walks it and imports no app above its own floor. ``checks`` holds it to account.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.http import HttpRequest
from django.utils.module_loading import module_has_submodule

from apps.core.events import EventData, Notice
from apps.core.exports.tables import Export
from apps.core.facts import Fact
from apps.core.health import HealthCheck
from apps.core.jobs import Job
from apps.core.mails import MailKind
from apps.core.measures import Measure
from apps.core.personal_data import Holding
from apps.core.process import Gate
from apps.core.requirements import Answer, Requirement, RequirementKind
from apps.core.searching import SearchSource
from apps.core.term_shares import TermShare

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

T = TypeVar("T")


@dataclass(frozen=True)
class Page:
    """An app's page of a rollout. ``url_name`` takes the rollout's pk; ``stage`` is the stage it serves, empty for all.
    ``summary`` takes the rollout; its facts change with the events of the app and of those that it follows, and when a stage
    of ``summary_stages`` begins or ends."""

    key: str
    title: "StrOrPromise"
    icon: str
    url_name: str
    summary: Callable[[Any], Iterable[Fact]]
    stage: str = ""
    position: int = 100
    summary_stages: Collection[str] = ()


@dataclass(frozen=True)
class Panel:
    """What an app shows on a page of another: ``show`` takes the request and what the page is about, and gives HTML, or
    nothing. ``place`` is one of ``PLACES``."""

    place: str
    show: Callable[[HttpRequest, Any], str]


@dataclass(frozen=True)
class Holdings:
    """What somebody holds: ``items`` name each thing; ``button`` leads to ``url``, the page on which it is handed over."""

    items: Sequence[str]
    button: "StrOrPromise"
    url: str


@dataclass(frozen=True)
class Consequence:
    """What an action takes from others, as its form says before it is sent; the form then sends ``receipt`` under ``name``,
    so that nobody is asked a second time what they have read."""

    text: "StrOrPromise"
    name: str = ""
    receipt: str = ""


PLACES = {
    "system": "on the page on the state of the system, above the rest; about nothing",
    "every page": "above the content of every page of who is signed in; about nothing",
    "first page": "on the first page of Presence's people, above who has the ball; about nothing",
    "rollout": "in the header of every page of a rollout; about the rollout",
    "project": "on the page of a rollout, below what is open; about the rollout",
    "new rollout": "beside the form that opens a rollout; about nothing",
    "meeting form": "above the form that plans or moves a meeting; about the rollout",
    "plan": "beside the plan of a rollout's stages; about the rollout",
    "timeline": "beside the title of a rollout's timeline; about the rollout",
    "nonconformity": "on the page of a nonconformity; about it",
    "hours": "above the entries on the hours page of a rollout; about the rollout",
}


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """What one app adds. Functions that are given one argument take the rollout, unless it is said otherwise."""

    app: str
    page: Page | None = None
    """Its page of a rollout."""
    panels: Sequence[Panel] = ()
    """What it shows on pages of other apps."""
    starts: Sequence[Callable[[Any], None]] = ()
    """Copy what it takes from the blueprints, within the transaction that starts a rollout."""
    model_changed: Sequence[Callable[[Any], None]] = ()
    """Called within the transaction that changes a rollout's integration model."""
    going_back: Sequence[Callable[[Any], Iterable["StrOrPromise | Consequence"]]] = ()
    """What going back from the rollout's stage, or opening it again, undoes: sentences that are shown before it is done. One
    that must be confirmed is a ``Consequence`` with its receipt."""
    went_back: Sequence[Callable[[Any, str, Any], None]] = ()
    """Called within the transaction that takes a rollout back, or opens it again: with the rollout at its new stage, the
    stage that it left, and who did it."""
    party_leaves: Sequence[Callable[[Any], None]] = ()
    """Called with the ``PartyChange`` in the transaction that puts another company in a party's place, before all
    ``party_replaced``: for what refuses the change, and for what binds the company that leaves and ends with it."""
    party_replaced: Sequence[Callable[[Any], None]] = ()
    """Called with the same, for what becomes of the rest."""
    delivery_returned: Sequence[Callable[[Any, Any], None]] = ()
    """Called within the transaction in which an accepted delivery is sent back to its owner: with the prerequisite, whose
    rollout is locked, and who did it, None where the application did."""
    companies_merged: Sequence[Callable[[Any], None]] = ()
    """Called with the ``CompanyMerge`` in the transaction that makes one of two records of a company."""
    company_changed: Sequence[Callable[[Any, Any], None]] = ()
    """Called with the company and who changed it, in the transaction that corrects its data."""
    leaving: Sequence[Callable[[Any], Holdings | None]] = ()
    """Called with the membership of somebody who is to leave their company: what they must hand over first, or None."""
    continued: Sequence[Callable[[Any, Any], None]] = ()
    """Called with the new rollout and the completed one that it follows, in the transaction that starts a second phase."""
    copied: Mapping[str, Callable[[Any, Any], None]] = field(default_factory=dict)
    """By what is taken over (``rollouts.copies.Part``): called with the new rollout and the one that it is prepared from, in
    the transaction that starts the new one."""
    nonconformity_judged: Sequence[Callable[[Any], None]] = ()
    """Called within the transaction in which a nonconformity is declined, or is one again after all."""
    events: ModuleType | Sequence[ModuleType] = ()
    """The module that declares its kinds of events, or several."""
    recorded: Sequence[Callable[[Any, EventData, Any], None]] = ()
    """Called with the locked rollout, the event that its timeline has just taken, and who acted (None: the application), in
    that transaction: for what follows from whatever happens. They may record events of their own, and raise ``Refusal``."""
    notices: Mapping[type[EventData], Notice] = field(default_factory=dict)
    """Notices of events that know nothing of them: those of apps below, or of documents that the app makes of its own."""
    requirements: ModuleType | None = None
    """The module that declares what the gates ask of it."""
    requirements_follow: Sequence[str] = ()
    """The apps whose events may change what it asks and what its page says in short, besides itself; what it asks may change
    with those of ``EVERY_RULE`` too."""
    meetings: Mapping[str, Any] = field(default_factory=dict)
    """What it adds to the meetings of its kind (``meetings.rooms.Room``), by the kind."""
    meeting_conflicts: Sequence[Callable[[Any], Iterable[str]]] = ()
    """Called with a planned meeting: what else Presence should know of its time, a sentence each."""
    meeting_objections: Sequence[Callable[[Any, Any], None]] = ()
    """Take a completed rollout and the instant of a meeting; raise ``Refusal`` when that day takes no meeting any more."""
    derived: Sequence[Callable[[Any], None]] = ()
    """Work out anew what it keeps beside its rows, of a rollout that is locked, before its rules are asked each night."""
    jobs: Sequence[Job] = ()
    """Its kinds of background work."""
    prepared_by: Sequence[Sequence[str]] = ()
    """Commands, each with its arguments, that bring its data to this version after an update; they may run twice
    (``manage.py prepare``)."""
    health: Sequence[HealthCheck] = ()
    """What it needs of the installation, and how that is seen to be there (``core.watch``)."""
    measures: Sequence[Measure] = ()
    """Numbers of it that are watched."""
    mails: Sequence[MailKind] = ()
    """The kinds of e-mails that it sends."""
    searches: Sequence[SearchSource] = ()
    """What of it the search over everything looks through."""
    personal_data: Sequence[Holding] = ()
    """What it holds of people."""
    address_changed: Sequence[Callable[[Any], None]] = ()
    """Called with the ``AddressChange`` in the transaction of each change of an account's address, of its confirmation and
    of its undoing."""
    person_merged: Sequence[Callable[[Any, Any], None]] = ()
    """Called with the person who is no longer and the one who stays, in the transaction that makes one record of two, before
    foreign keys follow: for rows in which both stand."""
    tables: Mapping[str, Callable[[Any, Mapping[str, str]], Export]] = field(default_factory=dict)
    """Its tables of a rollout that can be had as files by whoever sees the rollout, by the key that addresses carry: each
    takes the rollout and what the page was narrowed by."""
    term: Mapping[str, TermShare] = field(default_factory=dict)
    """Its share of the acceptance term's record, as JSON by the key that it has there."""
    is_signed: Callable[[Any], bool] | None = None
    """Whether all parties have signed what was agreed, which then changes no more."""
    dossier: Sequence[Callable[[Any], Iterable[tuple[str, bytes]]]] = ()
    """Its files of the dossier, by their path."""
    dossier_checks: Sequence[Callable[[Any, Any], Iterable[str]]] = ()
    """Hold its files of a dossier against the timeline in it, by the dossier alone: they take all files by their path and the
    events, and yield a sentence for each thing that is not as it should be."""
    dossier_is_ready: Callable[[Any], bool] | None = None
    """Whether its documents were made; the dossier waits for them."""
    chain_checks: Sequence[Callable[[Any, Any], Iterable[tuple[Any, str]]]] = ()
    """Hold what it keeps against the timeline: they take the rollout and the trust in seals, and yield an outcome with a
    sentence for each thing that is not as it should be."""
    routers: Mapping[str, Any] = field(default_factory=dict)
    """Operations of the REST API, by the address that they are mounted at."""

    def event_classes(self) -> list[type[EventData]]:
        """The kinds of events that the app's modules declare, in the order of their lines."""
        modules = self.events if isinstance(self.events, Sequence) else [self.events]
        members = [(module, member) for module in modules for member in vars(module).values()]
        return [
            member
            for module, member in members
            if isinstance(member, type) and issubclass(member, EventData) and member.__module__ == module.__name__
        ]

    def requirement_kinds(self) -> list[RequirementKind]:
        """The kinds of requirements that the app's module declares, in the order of its lines."""
        members = vars(self.requirements).values() if self.requirements else ()
        return [member for member in members if isinstance(member, RequirementKind)]


EVERY_RULE = "rollouts"
"""The app after whose events every rule is asked anew: they move a rollout, plan it, waive what it lacks."""

_added: list[Plugin] = []
"""Those of ``override``."""


@lru_cache(maxsize=1)
def _discovered() -> tuple[Plugin, ...]:
    modules = [
        import_module(f"{config.name}.plugin")
        for config in apps.get_app_configs()
        if config.name.startswith("apps.") and module_has_submodule(config.module, "plugin")
    ]
    return tuple(module.plugin for module in modules)


def plugins() -> list[Plugin]:
    """Every app's announcement, from the lowest floor to the highest."""
    return [*_discovered(), *_added]


@contextmanager
def override(*more: Plugin) -> Iterator[None]:
    """For tests: within the block the house has these plugins too."""
    _added.extend(more)
    _index.cache_clear()
    try:
        yield
    finally:
        for plugin in more:
            _added.remove(plugin)
        _index.cache_clear()


@dataclass(frozen=True)
class _Index:
    events: dict[str, type[EventData]]
    notices: dict[str, Notice]
    requirements: list[RequirementKind]
    asking: dict[str, tuple[str, int]]
    after: dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def _index() -> _Index:
    house = plugins()
    events = {event.kind: event for plugin in house for event in plugin.event_classes()}
    notices = {kind: event.notice for kind, event in events.items() if event.notice}
    for plugin in house:
        notices.update({event.kind: notice for event, notice in plugin.notices.items()})
    askers = [(kind, plugin.app) for plugin in house for kind in plugin.requirement_kinds()]
    asking = {kind.key: (app, place) for place, (kind, app) in reversed(list(enumerate(askers)))}
    after = {
        event.kind: frozenset(
            other.app for other in house if other is plugin or plugin.app in other.requirements_follow
        )
        for plugin in house
        if plugin.app != EVERY_RULE
        for event in plugin.event_classes()
    }
    return _Index(events, notices, [kind for kind, _app in askers], asking, after)


def followers() -> list[Callable[[Any, EventData, Any], None]]:
    """What every app does after an event (``Plugin.recorded``)."""
    return [follow for plugin in plugins() for follow in plugin.recorded]


def followers_of_new_company() -> list[Callable[[Any], None]]:
    """What every app does when another company takes a party's place, in order (``Plugin.party_leaves``,
    ``Plugin.party_replaced``)."""
    first = [follow for plugin in plugins() for follow in plugin.party_leaves]
    return first + [follow for plugin in plugins() for follow in plugin.party_replaced]


def events() -> dict[str, type[EventData]]:
    """Every kind of event by its name."""
    return _index().events


def tables() -> dict[str, Callable[[Any, Mapping[str, str]], Export]]:
    """Every table of a rollout that can be had as a file, by its key."""
    return {key: build for plugin in plugins() for key, build in plugin.tables.items()}


def notices() -> dict[str, Notice]:
    """The notice of each kind of event that gives one, by the kind's name."""
    return _index().notices


def requirement_kinds() -> list[RequirementKind]:
    """Every rule that asks for something, in the order of the floors."""
    return _index().requirements


def requirements_at(rollout: Any, gate: Gate | None, apps: Collection[str] | None = None) -> Iterator[Requirement]:
    """What is missing of ``rollout`` at ``gate``, by every rule, or by those of ``apps``; None as ``gate`` gives what may be
    settled although no gate waits."""
    for kind in requirement_kinds():
        if (gate in kind.gates or (gate is None and not kind.gates)) and (apps is None or asking_app(kind.key) in apps):
            yield from kind.unmet(rollout, gate)


def asking_app(key: str) -> str:
    """The app that asks for the requirement ``key``; empty where none does any more."""
    return _asker(key)[0]


def place_of(key: str) -> int:
    """The place of the rule that asks for ``key`` among all, in the order of the floors."""
    return _asker(key)[1]


def _asker(key: str) -> tuple[str, int]:
    asking = _index().asking
    while key and key not in asking:
        key = key.rpartition(":")[0]
    return asking.get(key, ("", len(asking)))


def asking_after(event_kind: str) -> frozenset[str] | None:
    """The apps whose requirements an event of ``event_kind`` may change; None for all of them."""
    event = events().get(event_kind)
    return frozenset() if event and event.settles_nothing else _index().after.get(event_kind)


def summarizing_after(event_kind: str) -> frozenset[str] | None:
    """The apps whose summaries an event of ``event_kind`` may change, where it moves the rollout to no other stage; None for
    all of them."""
    index, event = _index(), events().get(event_kind)
    if event and event.changes_every_page:
        return None
    return index.after.get(event_kind, frozenset() if event_kind in index.events else None)


def summarizing_between(*stages: str) -> set[str]:
    """The apps whose summaries change when a rollout moves from one of ``stages`` to the other."""
    return {plugin.app for plugin in plugins() if plugin.page and {*stages} & {*plugin.page.summary_stages}}


def answer_to(rollout: Any, key: str) -> Answer | None:
    """The way to settle the requirement ``key`` of ``rollout`` in place; None when it is settled on its own page only."""
    for kind in requirement_kinds():
        if kind.answer is not None and kind.covers(key):
            return kind.answer(rollout, key.removeprefix(kind.key).removeprefix(":"))
    return None


def summaries(rollout: Any, apps: Collection[str] | None = None) -> dict[str, list[dict[str, object]]]:
    """What the pages of ``apps``, or all, say of ``rollout`` in short, as it is kept: by the page's key."""
    announced = [plugin for plugin in plugins() if plugin.page and (apps is None or plugin.app in apps)]
    return {
        plugin.page.key: [fact.as_json() for fact in plugin.page.summary(rollout)]
        for plugin in announced
        if plugin.page
    }


def is_signed(rollout: Any) -> bool:
    """All parties have signed what was agreed in ``rollout``."""
    return any(plugin.is_signed(rollout) for plugin in plugins() if plugin.is_signed)


def pages() -> list[Page]:
    """Every app's page of a rollout, in the order of the process."""
    return sorted((plugin.page for plugin in plugins() if plugin.page), key=lambda page: page.position)


def panels(place: str, request: HttpRequest, subject: Any = None) -> list[str]:
    """The HTML of every app for ``place``, as far as there is any for who asks."""
    shown = (panel.show(request, subject) for plugin in plugins() for panel in plugin.panels if panel.place == place)
    return [html for html in shown if html]
