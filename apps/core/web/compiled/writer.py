"""Writes the Python function that prints the nodes of a template, as template engines with a compiler do.

Django asks every node for its text, each time: a call, a list and a new string for each. Here the nodes that nearly all of
our pages consist of are written as Python, one after the other: words, values, conditions, loops, messages, addresses,
components. Any other node prints itself as ever, within the same context.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.template import Context, Node
from django.template.base import TextNode, template_localtime
from django.template.defaulttags import TemplateLiteral
from django.template.smartif import TokenBase
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from apps.core.web import icons
from apps.core.web import template_values as values
from apps.core.web.addresses import print_address
from apps.core.web.compiled.parts import Condition

Function = Callable[[Context], str]


WRITERS: dict[type[Node], Callable[["Writer", Any], bool]] = {}
"""What writes each kind of node. It answers ``False``, before it wrote anything, for a node that it cannot write."""


def writes(*kinds: type[Node]) -> Callable[[Callable[["Writer", Any], bool]], Callable[["Writer", Any], bool]]:
    """A decorator for what writes nodes of ``kinds``."""

    def register(write: Callable[["Writer", Any], bool]) -> Callable[["Writer", Any], bool]:
        WRITERS.update(dict.fromkeys(kinds, write))
        return write

    return register


def function_of(nodes: Sequence[Node]) -> tuple[Function, bool]:
    """The function that prints ``nodes`` in a context, and whether all of them are written in it."""
    writer = Writer(set_names_of(nodes))
    writer.write_all(nodes)
    origin = next((node.origin for node in nodes if getattr(node, "origin", None)), None)
    return writer.function(str(origin and origin.template_name)), writer.is_plain


NAMES = {
    name.__name__: name
    for name in (
        SafeString, conditional_escape, print_address, template_localtime, values.attribute_in, values.attribute_of,
        values.Attributes, values.called, values.looped, values.named, values.part_of, values.prepared_value,
        values.safely_filtered, values.text_of, values.unpacked, values.value_of,
    )
} | {"MISSING": values.MISSING, "draw": icons.draw}  # fmt: skip
"""What every function may call."""


class Writer:
    """Writes one function: its lines, and the values that its text refers to by a name."""

    def __init__(self, set_names: set[str]) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = dict(NAMES)
        self.depth = 1
        self.words: list[str] = []
        self.print = "write"
        self.slots: list[str] = []
        self.names_of_objects: dict[int, str] = {}
        self.count = 0
        self.is_plain = True
        self.set_names = set_names
        self.locals: dict[str, str] = {}
        self.used_locals: set[str] = set()

    def function(self, template_name: str) -> Function:
        """The function that was written; in a traceback it has the name of its template."""
        self.end_words()
        head = ["def function(context):", "    dicts = context.dicts", "    parts = []", "    write = parts.append"]
        source = "\n".join([*head, *self.lines, '    return "".join(parts)', ""])
        exec(compile(source, f"<{template_name}, compiled>", "exec"), self.names)  # noqa: S102 - of our own templates, as they were installed
        function: Function = self.names["function"]
        return function

    # What is written

    def line(self, text: str) -> None:
        """A line of Python, after the words that stand before it."""
        self.end_words()
        self.lines.append("    " * self.depth + text)

    def end_words(self) -> None:
        if self.words:
            self.lines.append("    " * self.depth + f"{self.print}({''.join(self.words)!r})")
            self.words = []

    def put(self, expression: str) -> None:
        """Print the text that a Python expression gives."""
        self.line(f"{self.print}({expression})")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.line(head)
        before = len(self.lines)
        self.depth += 1
        yield
        self.end_words()
        if len(self.lines) == before:
            self.line("pass")
        self.depth -= 1

    @contextmanager
    def apart(self, name: str) -> Iterator[None]:
        """What is printed goes into a text of its own, ``name``, that is safe."""
        self.line(f"parts_{name} = []")
        self.line(f"write_{name} = parts_{name}.append")
        outer, self.print = self.print, f"write_{name}"
        yield
        self.end_words()
        self.print = outer
        self.line(f'{name} = SafeString("".join(parts_{name}))')

    def new_name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}_{self.count}"

    def object(self, value: Any) -> str:
        """The name of a value that the function refers to."""
        if value is None or isinstance(value, bool | int) or type(value) is str:
            return repr(value)
        if id(value) not in self.names_of_objects:
            name = self.names_of_objects[id(value)] = self.new_name("object")
            self.names[name] = value
        return self.names_of_objects[id(value)]

    # Expressions

    def value(self, expression: Any, missing: Any = "") -> str:
        """Python for the value of a ``FilterExpression``: of a variable that there is not, ``missing``."""
        python = self.variable(expression.var, missing) if expression.is_var else self.object(expression.var)
        for function, arguments in expression.filters:
            python = self.filtered(function, arguments, python)
        return python

    def variable(self, variable: Any, missing: Any) -> str:
        if variable.lookups is None and not variable.translate:
            return self.object(variable.literal)
        if variable.lookups is None:
            return f"{self.object(variable)}.resolve(context)"
        name, *bits = variable.lookups
        if not bits and name in ("True", "False", "None"):
            return str(name)
        if local := self.local(name):
            return f"part_of(context, {local}, {tuple(bits)!r}, {self.object(missing)})" if bits else local
        return f"value_of(context, {self.object(variable)}, {name!r}, {tuple(bits)!r}, {self.object(missing)})"

    def filtered(self, function: Any, arguments: Sequence[tuple[bool, Any]], python: str) -> str:
        written = [
            self.variable(argument, values.MISSING) if is_variable else self.object(mark_safe(argument))  # noqa: S308
            for is_variable, argument in arguments
        ]
        if getattr(function, "expects_localtime", False):
            python = f"template_localtime({python}, context.use_tz)"
        if getattr(function, "needs_autoescape", False):
            written.append("autoescape=context.autoescape")
        name = self.object(function)
        if getattr(function, "is_safe", False):
            return f"safely_filtered({', '.join([name, python, *written])})"
        return f"{name}({', '.join([python, *written])})"

    def condition(self, condition: TokenBase) -> str:
        """Python for the value of a condition; its operators are functions that never fail, as Django's."""
        if isinstance(condition, TemplateLiteral):
            expression: Any = condition.value
            if any(is_variable for _function, arguments in expression.filters for is_variable, _argument in arguments):
                return f"{self.object(Condition(condition))}(context)"
            return self.value(expression, None)
        outer_locals, self.used_locals = self.used_locals, set()
        first = self.condition(condition.first)
        second = self.condition(condition.second) if condition.second is not None else ""
        python = f"{first} {condition.id} {second}" if second else f"not {first}"
        call = f"{self.new_name('condition')}({', '.join(['context', *sorted(self.used_locals)])})"
        self.used_locals |= outer_locals
        source = f"def {call}:\n    try:\n        return {python}\n    except Exception:\n        return False\n"
        exec(compile(source, "<condition>", "exec"), self.names)  # noqa: S102
        return call

    # Names whose values the function itself knows, since it wrote the loop or the block that they belong to

    def local(self, name: str) -> str:
        """The Python name of what the template calls ``name``; empty where only the context knows."""
        local = self.locals.get(name, "")
        if local:
            self.used_locals.add(local)
        return local

    @contextmanager
    def knowing(self, names: Iterable[str], value: Callable[[str], str]) -> Iterator[None]:
        """Within the block each of ``names`` is what the Python ``value`` of it says."""
        outer = dict(self.locals)
        for name in names:
            self.locals.pop(name, None)
            if name not in self.set_names:
                local = self.new_name("known")
                self.line(f"{local} = {value(name)}")
                self.line(f"if callable({local}): {local} = called(context, {local})")
                self.locals[name] = local
        yield
        self.locals = outer

    # Nodes

    def write_all(self, nodes: Iterable[Any]) -> None:
        for node in nodes:
            write = WRITERS.get(type(node))
            if write is None or not write(self, node):
                self.is_plain = False
                self.put(f"{self.object(node)}.render_annotated(context)")

    def as_text(self, nodes: Sequence[Node]) -> str:
        """Python for the safe text that ``nodes`` print: a constant where they are words alone."""
        if all(type(node) is TextNode for node in nodes):
            return self.object(SafeString("".join(node.s for node in nodes)))
        name = self.new_name("text")
        with self.apart(name):
            self.write_all(nodes)
        return name


def set_names_of(nodes: Iterable[Any]) -> set[str]:
    """The names that nodes may give another value in the midst of a block: ``{% url … as name %}``."""
    names: set[str] = set()
    for node in nodes:
        if type(node) is not TextNode:
            names.update(value for value in vars(node).values() if type(value) is str)
            for nodelist in node.child_nodelists:
                names |= set_names_of(getattr(node, nodelist, None) or ())
    return names
