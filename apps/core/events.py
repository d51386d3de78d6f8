"""Event kinds: what can happen to a rollout. Each is a class of typed data with its sentence and the notice it gives.

An app declares its kinds in ``events.py`` and names that module in its ``plugin.py``. The timeline keeps the data as JSON
that belongs to no language; the sentence is made when somebody reads it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from inspect import get_annotations
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, dataclass_transform, get_args, get_origin

from django.db import models
from django.utils import formats

from apps.core import canonical, minutes, moments, money
from apps.core.localized import Localized

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Minutes = Annotated[int, minutes.show]
"""A duration in whole minutes, shown as ``1h30``."""
Centavos = Annotated[int, money.show]
"""An amount in centavos of BRL, shown as ``R$ 1.234,56``."""


@dataclass(frozen=True)
class Notice:
    """The message that an event gives. ``to`` answers whom: who acted is left out. ``url`` leads to the page to open.

    ``subject`` and ``sentence`` may name what the event's data holds as ``%(name)s``, besides ``code`` (the project's),
    ``who`` acted and ``what`` they did, as the timeline says it. ``says_who``: the message names who acted and their role.
    ``obligatory``: nobody can switch it off. ``calendar_entry``: what the message brings for the reader's calendar, as it
    stands when it is sent. ``document``: name and bytes of the PDF that it brings; None for none. ``text``: paragraphs that
    stand under the sentence, asked for in the reader's language and time zone. ``to_outsiders``: it also
    goes to people who see the project no more, without a link. ``names_project``: the message says of which project it is;
    False for what concerns several. The functions take the ``rollouts.Event``.
    """

    to: Callable[[Any], Iterable[Any]]
    subject: "StrOrPromise"
    sentence: "StrOrPromise"
    url: Callable[[Any], str]
    says_who: bool = False
    obligatory: bool = False
    calendar_entry: Callable[[Any], Any] | None = None
    document: Callable[[Any], tuple[str, bytes] | None] | None = None
    text: Callable[[Any], str] | None = None
    to_outsiders: bool = False
    names_project: bool = True


@dataclass_transform(kw_only_default=True, frozen_default=True)
class EventData:
    """The data of one kind of event. A subclass is a frozen dataclass whose keyword arguments say what the kind is::

        class Advanced(EventData, kind="rollouts.advanced", sentence=gettext_lazy("passou o projeto para %(stage)s")):
            stage: Stage

    ``kind`` is ``app.what_happened``, for ever. ``sentence`` follows the actor's name and may name fields as ``%(field)s``.
    ``anchored``: the chain is anchored right after such an event, without waiting for the night (rollouts/anchors).
    ``settles_nothing``: what is open stays as it is, so that no rule is asked.
    ``changes_every_page``: what each page says in short is worked out anew, since every app follows such an event.

    A field's type says how it is kept and shown: text choices by their label, ``date`` and ``datetime`` in the reader's
    form and zone, ``Localized`` in the reader's language, ``Minutes`` and ``Centavos`` as people write them, a list by its
    items, ``Annotated[T, show]`` by ``show``. A field that may be None is left out of the record when it is.
    """

    kind: ClassVar[str] = ""
    sentence: ClassVar["StrOrPromise"] = ""
    icon: ClassVar[str] = "dot"
    notice: ClassVar[Notice | None] = None
    anchored: ClassVar[bool] = False
    settles_nothing: ClassVar[bool] = False
    changes_every_page: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        kind: str,
        sentence: "StrOrPromise",
        icon: str = "dot",
        notice: Notice | None = None,
        anchored: bool = False,
        settles_nothing: bool = False,
        changes_every_page: bool = False,
    ) -> None:
        cls.kind, cls.sentence, cls.icon, cls.notice = kind, sentence, icon, notice
        cls.anchored, cls.settles_nothing = anchored, settles_nothing
        cls.changes_every_page = changes_every_page
        dataclass(frozen=True, kw_only=True)(cls)

    def as_json(self) -> dict[str, object]:
        """What the timeline keeps."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return {name: _plain(value) for name, value in values.items() if value is not None}

    @classmethod
    def shown(cls, data: Mapping[str, Any]) -> dict[str, str]:
        """The kept ``data`` in the reader's words."""
        types = data_types(cls)
        return {
            name: _shown(types[name], value) if name in types else str(value)
            for name, value in data.items()
        }  # fmt: skip

    @classmethod
    def described(cls, data: Mapping[str, Any]) -> str:
        """The sentence about ``data``, which follows the actor's name, in the reader's language."""
        blank = dict.fromkeys(data_types(cls), "–")  # For what may be None.
        return str(cls.sentence) % {**blank, **cls.shown(data)}


def data_types(event: type[EventData]) -> dict[str, Any]:
    """The type of each field of ``event``, by name; of one that may be None, the type that it otherwise has."""
    hints = get_annotations(event, eval_str=True)
    return {field.name: _without_none(hints[field.name]) for field in fields(event)}  # type: ignore[arg-type]


def field_names(event: type[EventData]) -> set[str]:
    """What a sentence about ``event`` may name."""
    return set(data_types(event))


def _without_none(annotation: Any) -> Any:
    options = [option for option in get_args(annotation) if option is not type(None)]
    return options[0] if type(None) in get_args(annotation) and len(options) == 1 else annotation


def _plain(value: Any) -> Any:
    """``value`` as JSON that belongs to no language. Raises ``TypeError`` for what is words of one reader's language."""
    if isinstance(value, models.Choices):
        return value.value
    if isinstance(value, Localized):
        return dict(value)
    if isinstance(value, datetime):
        return canonical.instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | dict):
        return value
    raise TypeError(f"An event keeps no {type(value).__name__}: give a code, a value, or both languages.")


def _shown(annotation: Any, value: Any) -> str:
    """A kept ``value`` of the type ``annotation`` in the reader's words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return str(arguments[1](value))
    if origin in (list, tuple) and isinstance(value, list):
        return ", ".join(_shown(arguments[0], item) for item in value)
    if not isinstance(annotation, type):
        return str(value)
    if issubclass(annotation, models.Choices):
        return str(annotation(value).label) if value in annotation.values else str(value)
    if issubclass(annotation, Localized):
        return str(Localized.of(value))
    if issubclass(annotation, datetime):
        return moments.show(datetime.fromisoformat(value))
    if issubclass(annotation, date):
        return formats.date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return str(value)
