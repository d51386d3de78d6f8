"""Where the rooms above announce themselves, so that this app need not know them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.core import plugins
from apps.core.plugins import Fact
from apps.core.plugins import Page as Room

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from apps.rollouts.models import Rollout

Starter = Callable[["Rollout"], None]
_starters: list[Starter] = []


def on_start(starter: Starter) -> Starter:
    """Register what an app copies from the blueprints when a rollout starts; called within that transaction."""
    if starter not in _starters:
        _starters.append(starter)
    return starter


def start(rollout: "Rollout") -> None:
    for starter in _starters:
        starter(rollout)


__all__ = [
    "Fact",
    "Room",
    "add_room",
    "add_tool",
    "on_start",
    "on_trait_changed",
    "rooms",
    "start",
    "tools",
    "trait",
    "trait_changed",
    "traits",
]

_rooms: dict[str, Room] = {}


def add_room(room: Room) -> None:
    _rooms[room.key] = room


def rooms() -> list[Room]:
    """Every room in the order of the process."""
    return sorted([*plugins.pages(), *_rooms.values()], key=lambda room: room.position)


@dataclass(frozen=True)
class Tool:
    """A control in the header of every page of a rollout: a ``template`` that is given ``rollout``."""

    template: str
    shown: Callable[[object, "Rollout"], bool]


_tools: dict[str, Tool] = {}


def add_tool(tool: Tool) -> None:
    _tools[tool.template] = tool


def tools(user: object, rollout: "Rollout") -> list[str]:
    """The templates of the tools that ``user`` may use on ``rollout``."""
    return [tool.template for tool in _tools.values() if tool.shown(user, rollout)]


TraitReader = Callable[["Rollout"], Iterable[tuple[str, "StrOrPromise"]]]
_traits: dict[str, TraitReader] = {}
_followers: list[Starter] = []


def trait(name: str) -> Callable[[TraitReader], TraitReader]:
    """Register what one room knows of a rollout and others go by: it yields values with their labels."""

    def register(reader: TraitReader) -> TraitReader:
        _traits[name] = reader
        return reader

    return register


def traits(rollout: "Rollout", name: str) -> dict[str, "StrOrPromise"]:
    """The values of a trait with their labels; none while nobody has settled it."""
    return dict(_traits[name](rollout)) if name in _traits else {}


def on_trait_changed(follower: Starter) -> Starter:
    """Register what an app brings up to date when a trait changes; called within the transaction of that action."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


def trait_changed(rollout: "Rollout") -> None:
    for follower in _followers:
        follower(rollout)
