"""Where the rooms above announce themselves, so that this app need not know them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.core import plugins
from apps.core.plugins import Fact
from apps.core.plugins import Page as Room

if TYPE_CHECKING:
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
    "rooms",
    "start",
    "tools",
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
