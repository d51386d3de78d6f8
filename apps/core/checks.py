"""System checks: the plugins agree with each other and with their own sentences, or the process does not start."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from inspect import signature
from typing import Any

from celery import Task
from celery.local import PromiseProxy
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.utils.module_loading import module_has_submodule

from apps.core import jobs, plugins, requirements
from apps.core.events import EventData, Notice, field_names

PLACEHOLDER = re.compile(r"%\((\w+)\)")
OF_EVERY_NOTICE = {"code", "who", "what"}


def the_plugins_agree(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Nothing is announced twice, and every sentence names only what there is."""
    problems = [*_doubled(), *_undeclared(), *_placeholders(), *_places(), *_tasks()]
    return [checks.Error(message, id="rollout.E001") for message in problems]


def _doubled() -> Iterator[str]:
    house = plugins.plugins()
    yield from _twice("event kind", (event.kind for plugin in house for event in plugin.event_classes()))
    kinds = [kind for plugin in house for kind in plugin.requirement_kinds()]
    yield from _twice("requirement", (f"{kind.key} at {gate}" for kind in kinds for gate in kind.gates or ["no gate"]))
    yield from _twice("answer", (kind.key for kind in kinds if kind.answer))
    yield from _twice("page", (plugin.page.key for plugin in house if plugin.page))
    yield from _twice("table", (key for plugin in house for key in plugin.tables))
    yield from _twice("share of the term", (key for plugin in house for key in plugin.term))
    own_notices = [event.kind for plugin in house for event in plugin.event_classes() if event.notice]
    yield from _twice("notice", [*own_notices, *(event.kind for plugin in house for event in plugin.notices)])
    yield from _twice("health check", (check.key for plugin in house for check in plugin.health))
    yield from _twice("measure", (measure.name for plugin in house for measure in plugin.measures))
    yield from _twice("kind of work", (job.name for plugin in house for job in plugin.jobs))
    for key, other in ((kind.key, other.key) for kind in kinds for other in kinds):
        if key.startswith(f"{other}:"):
            yield f"The requirement {key!r} would be taken for one of {other!r}."


def _undeclared() -> Iterator[str]:
    """An event that no plugin names would be kept, and shown without its sentence; a notice of none is never sent."""
    declared = set(plugins.events().values())
    for event in _subclasses():
        if event not in declared:
            yield f"The event kind {event.kind!r} ({event.__module__}) is in no plugin's events."
    for kind in requirements.declared:
        if kind not in plugins.requirement_kinds():
            yield f"The requirement {kind.key!r} ({kind.find.__module__}) is in no plugin's requirements."
    for plugin in plugins.plugins():
        for event in plugin.notices:
            if event not in declared:
                yield f"The plugin of {plugin.app} gives a notice of {event.kind!r}, which is in no plugin's events."


def _tasks() -> Iterator[str]:
    """Work that no plugin names is never asked for again once it was given up; a task that nobody asks for, or that the
    clock asks for in vain, does nothing."""
    announced = [job for plugin in plugins.plugins() for job in plugin.jobs]
    yield from (
        f"The kind of work {job.name!r} is in no plugin's jobs." for job in jobs.declared if job not in announced
    )
    tasks = _declared_tasks()
    on_the_clock = {str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    for job in announced:
        if job.task not in tasks:
            yield f"The work {job.name!r} is done by {job.task!r}, which is no task."
    yield from (f"The clock asks for {name!r}, which is no task." for name in sorted(on_the_clock - tasks.keys()))
    for name, task in tasks.items():
        if not signature(task.run).parameters and name not in on_the_clock:
            yield f"The periodic task {name!r} is not on the clock (SCHEDULE in presence_rollout/work.py)."


def _declared_tasks() -> dict[str, Any]:
    """The tasks of the apps' ``tasks.py``, by name."""
    modules = [
        import_module(f"{config.name}.tasks")
        for config in apps.get_app_configs()
        if config.name.startswith("apps.") and module_has_submodule(config.module, "tasks")
    ]
    tasks = (task for module in modules for task in vars(module).values() if isinstance(task, Task | PromiseProxy))
    return {task.name: task for task in tasks}


def _placeholders() -> Iterator[str]:
    for event in plugins.events().values():
        yield from _unknown(event, "sentence", str(event.sentence), field_names(event))
    by_kind = plugins.events()
    for kind, notice in plugins.notices().items():
        if kind in by_kind:
            yield from _of_notice(by_kind[kind], notice)


def _of_notice(event: type[EventData], notice: Notice) -> Iterator[str]:
    allowed = field_names(event) | OF_EVERY_NOTICE
    yield from _unknown(event, "notice's subject", str(notice.subject), allowed)
    yield from _unknown(event, "notice's sentence", str(notice.sentence), allowed)


def _unknown(event: type[EventData], where: str, text: str, allowed: set[str]) -> Iterator[str]:
    for name in sorted(set(PLACEHOLDER.findall(text)) - allowed):
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
