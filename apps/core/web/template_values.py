"""What a compiled template calls while it prints: the values of names, and the text of values.

Each function takes the usual case by the shortest way; what it answers is what Django's own code answers.
"""

import html
from inspect import signature
from types import MethodType
from typing import Any, NamedTuple

from django.conf import settings
from django.template import Context
from django.template.base import Variable, VariableDoesNotExist, render_value_in_context
from django.urls import get_script_prefix, get_urlconf
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.translation import get_language
from django_cotton.templatetags import Attrs, UnprocessableDynamicAttr
from django_cotton.templatetags._component import PreparedValue


class Surroundings(NamedTuple):
    """What all of a page is printed in: its language, and where its addresses begin."""

    language: str | None
    urlconf: str
    prefix: str


def surroundings_of(context: Context) -> Surroundings:
    """The surroundings of the page that ``context`` is of, asked once."""
    surroundings: Surroundings | None = getattr(context, "surroundings", None)
    if surroundings is None:
        surroundings = Surroundings(get_language(), get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
        context.surroundings = surroundings  # type: ignore[attr-defined]
    return surroundings


MISSING: Any = object()
"""Instead of a value: that there is none is an error, or the attribute is not passed on."""
_is_subscriptable: dict[type, bool] = {}


def value_of(context: Context, variable: Variable, name: str, bits: tuple[str, ...], missing: Any) -> Any:
    """The value of ``variable``, which is ``name`` and the ``bits`` after its dots, as ``Variable.resolve`` finds it; where
    it has none, ``missing``, or ``VariableDoesNotExist`` if that is ``MISSING``."""
    for scope in reversed(context.dicts):
        if name in scope:
            break
    else:
        return _as_django_does(context, variable, missing)
    value = scope[name]
    if callable(value):
        value = called(context, value)
    return part_of(context, value, bits, missing) if bits else value


def part_of(context: Context, value: Any, bits: tuple[str, ...], missing: Any) -> Any:
    """What ``bits`` lead to from ``value``, each after a dot; ``missing`` as in ``value_of``."""
    try:
        for bit in bits:
            kind = type(value)
            if kind is dict and bit in value:
                value = value[bit]
            else:
                subscriptable = _is_subscriptable.get(kind)
                if subscriptable is None:
                    subscriptable = _is_subscriptable[kind] = hasattr(kind, "__getitem__")
                value = _part(value, bit) if subscriptable else _attribute(value, bit)
            if callable(value):
                value = called(context, value)
    except VariableDoesNotExist:
        if missing is MISSING:
            raise
        return missing
    except Exception as error:
        if not getattr(error, "silent_variable_failure", False):
            raise
        return _invalid(context)
    return value


def _as_django_does(context: Context, variable: Variable, missing: Any) -> Any:
    try:
        return variable.resolve(context)
    except VariableDoesNotExist:
        if missing is MISSING:
            raise
        return missing


def _part(value: Any, bit: str) -> Any:
    """What is in a list, a dictionary or a page under ``bit``, or its attribute."""
    try:
        return value[bit]
    except (TypeError, AttributeError, KeyError, ValueError, IndexError):
        return _attribute(value, bit)


def _attribute(value: Any, bit: str) -> Any:
    try:
        return getattr(value, bit)
    except (TypeError, AttributeError):
        if bit in dir(value):  # A property of its own raised it.
            raise
        try:
            return value[int(bit)]
        except (IndexError, ValueError, KeyError, TypeError) as error:
            raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (bit, value)) from error


def called(context: Context, value: Any) -> Any:
    """The answer of a function that needs no argument; nothing of one that changes something."""
    try:
        return _answer_of(context, value)
    except Exception as error:
        if not getattr(error, "silent_variable_failure", False):
            raise
        return _invalid(context)


def _answer_of(context: Context, value: Any) -> Any:
    if type(value) is not MethodType and getattr(value, "do_not_call_in_templates", False):
        return value
    if getattr(value, "alters_data", False):
        return _invalid(context)
    try:
        return value()
    except TypeError:
        try:
            signature(value).bind()
        except (TypeError, ValueError):
            return _invalid(context)
        raise


def _invalid(context: Context) -> str:
    return context.template.engine.string_if_invalid  # type: ignore[union-attr]


def attribute_of(context: Context, prepared: PreparedValue, name: str, bits: tuple[str, ...], missing: Any) -> Any:
    """The value of a component's attribute that is written ``:key="name.bits"``; ``missing`` where it has none."""
    return _attribute_from(context, prepared, value_of(context, prepared._variable, name, bits, _NO_VARIABLE), missing)


def attribute_in(context: Context, prepared: PreparedValue, value: Any, bits: tuple[str, ...], missing: Any) -> Any:
    """The same where ``name`` is ``value``."""
    return _attribute_from(context, prepared, part_of(context, value, bits, _NO_VARIABLE), missing)


def _attribute_from(context: Context, prepared: PreparedValue, value: Any, missing: Any) -> Any:
    if value is _NO_VARIABLE:
        return prepared_value(context, prepared, missing)
    return value.attrs_dict() if isinstance(value, Attrs) else value


_NO_VARIABLE: Any = object()


def prepared_value(context: Context, prepared: PreparedValue, missing: Any) -> Any:
    """The value of any other attribute of a component."""
    try:
        return prepared.resolve(context)
    except UnprocessableDynamicAttr:
        return missing


def text_of(context: Context, value: Any) -> str:
    """``value`` as a page shows it: in the reader's format, and escaped."""
    kind = type(value)
    if kind is SafeString:
        return value
    if kind is str and context.autoescape:
        return html.escape(value)
    if kind is int and not settings.USE_THOUSAND_SEPARATOR:
        return str(value)
    if isinstance(value, Promise) and context.autoescape:  # A message: in the reader's language, no number or instant.
        return conditional_escape(str(value))
    return render_value_in_context(value, context)


def safely_filtered(function: Any, value: Any, *arguments: Any, **options: Any) -> Any:
    """The answer of a filter that is safe where what it is given is."""
    answer = function(value, *arguments, **options)
    return mark_safe(answer) if isinstance(value, SafeData) else answer  # noqa: S308 - as Django's filters do


class Attributes(Attrs):
    """The attributes of a component; printed are those that it does not declare."""

    def __init__(self, values: dict[str, Any], declared: set[str]) -> None:
        self._attrs = values
        self._exclude_from_str = declared
        self._unprocessable: list[str] = []


def looped(values: Any) -> Any:
    """What a ``{% for %}`` goes through: anything that has a length."""
    if values is None:
        return ()
    return values if hasattr(values, "__len__") else list(values)


def unpacked(names: tuple[str, ...], item: Any) -> dict[str, Any]:
    """The values of the several names of a ``{% for %}``. Raises ``ValueError`` where ``item`` holds more or fewer."""
    try:
        length = len(item)
    except TypeError:
        length = 1
    if length != len(names):
        raise ValueError(f"Need {len(names)} values to unpack in for loop; got {length}. ")
    return dict(zip(names, item, strict=False))


def named(context: Context, name: str) -> Any:
    """What stands under ``name``, as it is; nothing where there is none."""
    for scope in reversed(context.dicts):
        if name in scope:
            return scope[name]
    return ""
