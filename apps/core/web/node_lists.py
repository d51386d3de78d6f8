"""Lists of nodes that print themselves by one function, written when they are first shown."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from django.template import Context, Node, NodeList
from django.template.defaulttags import IfNode
from django.utils.safestring import SafeString

Printer = Callable[[Context], str]


class CompiledNodeList(NodeList):
    """Django's list of nodes; ``is_plain`` says that all of them are written in its function. ``function_of`` writes that,
    and answers with it and with ``is_plain``."""

    function_of: ClassVar[Callable[[Sequence[Node]], tuple[Printer, bool]]]
    _function: Printer | None = None
    _is_plain = False

    def render(self, context: Context) -> SafeString:
        return SafeString(self.text(context))

    def text(self, context: Context) -> str:
        function = self._function or self._compile()
        return function(context)

    @property
    def is_plain(self) -> bool:
        if self._function is None:
            self._compile()
        return self._is_plain

    def _compile(self) -> Printer:
        function, self._is_plain = CompiledNodeList.function_of(self)
        self._function = function
        return function


def compiled(nodes: NodeList) -> CompiledNodeList:
    """``nodes``, and those within them, to be printed by functions."""
    if isinstance(nodes, CompiledNodeList):
        return nodes
    for node in nodes:
        compile_within(node)
    return CompiledNodeList(nodes)


def compile_within(node: Node) -> None:
    """Have the lists that ``node`` prints printed by functions."""
    if isinstance(node, IfNode):
        node.conditions_nodelists = [(condition, compiled(nodes)) for condition, nodes in node.conditions_nodelists]
        return
    for name in node.child_nodelists:
        nodes = getattr(node, name, None)
        if isinstance(nodes, NodeList):
            setattr(node, name, compiled(nodes))
