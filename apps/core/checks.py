"""System checks: the plugins agree with each other and with their own sentences, or the process does not start."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.core import checks

from apps.core import plugins
from apps.core.events import EventData, Notice, field_names

PLACEHOLDER = re.compile(r"%\((\w+)\)")
OF_EVERY_NOTICE = {"code", "who", "what"}


def the_plugins_agree(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Nothing is announced twice, and every sentence names only what there is."""
    problems = [*_doubled(), *_undeclared(), *_placeholders(), *_places()]
    return [checks.Error(message, id="rollout.E001") for message in problems]


def _doubled() -> Iterator[str]:
    house = plugins.plugins()
    yield from _twice("event kind", (event.kind for plugin in house for event in plugin.event_classes()))
    kinds = [kind for plugin in house for kind in plugin.requirement_kinds()]
    yield from _twice("requirement", (f"{kind.key} at {gate}" for kind in kinds for gate in kind.gates or ["no gate"]))
    yield from _twice("answer", (kind.key for kind in kinds if kind.answer))
    yield from _twice("page", (plugin.page.key for plugin in house if plugin.page))
    yield from _twice("share of the term", (key for plugin in house for key in plugin.term))
    own = [event.kind for plugin in house for event in plugin.event_classes() if event.notice]
    yield from _twice("notice", [*own, *(event.kind for plugin in house for event in plugin.notices)])
    for key, other in ((kind.key, other.key) for kind in kinds for other in kinds):
        if key.startswith(f"{other}:"):
            yield f"The requirement {key!r} would be taken for one of {other!r}."


def _undeclared() -> Iterator[str]:
    """An event that no plugin names would be kept, and shown without its sentence; a notice of none is never sent."""
    declared = set(plugins.events().values())
    for event in _subclasses():
        if event not in declared:
            yield f"The event kind {event.kind!r} ({event.__module__}) is in no plugin's events."
    for plugin in plugins.plugins():
        for event in plugin.notices:
            if event not in declared:
                yield f"The plugin of {plugin.app} gives a notice of {event.kind!r}, which is in no plugin's events."


def _placeholders() -> Iterator[str]:
    for event in plugins.events().values():
        yield from _unknown(event, "sentence", str(event.sentence), field_names(event))
    by_kind = plugins.events()
    for kind, notice in plugins.notices().items():
        if kind in by_kind:
            yield from _of_notice(by_kind[kind], notice)


def _of_notice(event: type[EventData], notice: Notice) -> Iterator[str]:
    known = field_names(event) | OF_EVERY_NOTICE
    yield from _unknown(event, "notice's subject", str(notice.subject), known)
    yield from _unknown(event, "notice's sentence", str(notice.sentence), known)


def _unknown(event: type[EventData], where: str, text: str, known: set[str]) -> Iterator[str]:
    for name in sorted(set(PLACEHOLDER.findall(text)) - known):
        yield f"The {where} of {event.kind!r} names {name!r}, which its data lacks."


def _places() -> Iterator[str]:
    for plugin in plugins.plugins():
        for panel in plugin.panels:
            if panel.place not in plugins.PLACES:
                yield f"The plugin of {plugin.app} has a panel for {panel.place!r}, which is no place."


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"The {what} {name!r} is announced {count} times."


def _subclasses() -> list[type[EventData]]:
    return [event for event in EventData.__subclasses__() if event.__module__.startswith("apps.")]
