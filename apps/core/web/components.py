"""Components: parsed by Cotton, rendered with what is known of them since they were parsed.

Cotton's own node looks for the component's template, sorts its attributes and works out its defaults each time. A page shows
hundreds of components, so that is done once here; what is printed is the same (``tests/core/test_components.py`` compares).
An icon has no template at all (``icons.draw``).
"""

from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Node, NodeList, Template
from django.template.base import Parser, Token
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django_cotton.templatetags import Attrs, UnprocessableDynamicAttr
from django_cotton.templatetags._component import AttrKind, CottonComponentNode, PreparedAttr, cotton_component
from django_cotton.templatetags._vars import CottonVarsNode, PreparedVar
from django_cotton.utils import get_cotton_data

from apps.core.web import icons
from apps.core.web.node_lists import compiled


def component(parser: Parser, token: Token) -> Node:
    """What ``{% cotton … %}`` becomes, which Cotton makes of ``<c-…>``."""
    node = cotton_component(parser, token)
    if (
        node.only
        or node.component_name == "component"
        or "attrs" in {attribute.key for attribute in node._prepared_attrs}
    ):
        return node
    return IconNode(node) if node.component_name == "icon" else ComponentNode(node)


class _Attributes:
    """The attributes that are written on a component: those that stand there in words, and those to be worked out."""

    def __init__(self, attributes: list[PreparedAttr]) -> None:
        constant = (AttrKind.BOOLEAN, AttrKind.STATIC)
        self.prepared = attributes
        self.values = {attribute.key: attribute.value for attribute in attributes}
        self.open = [attribute for attribute in attributes if attribute.kind not in constant and attribute.compiled]

    def resolve(self, context: Context) -> dict[str, Any]:
        """Every attribute with its value, in the order in which they are written."""
        values = self.values.copy()
        for key, kind, _value, prepared in self.open:
            if kind == AttrKind.ESCAPED:
                values[key] = prepared.render(context)
                continue
            try:
                values[key] = prepared.resolve(context)
            except UnprocessableDynamicAttr:
                if kind == AttrKind.DYNAMIC:  # As if it were not written; without a colon it is a word.
                    del values[key]
        return values


class Component:
    """A component's template, what it prints, the names that it declares (``<c-vars>``) and their values by default."""

    def __init__(self, template: Template, nodes: NodeList, declared: set[str], defaults: dict[str, Any]) -> None:
        self.template = template
        self.nodes = compiled(nodes)
        self.declared = declared
        self.defaults = defaults

    def text(self, context: Context) -> str:
        """What it prints in a context that holds its variables."""
        if self.nodes.is_plain:
            return self.nodes.text(context)
        with context.render_context.push_state(self.template):
            return self.nodes.text(context)


class ComponentNode(Node):
    """A component: its slots are rendered, then its template, to which its attributes, defaults and slots are variables."""

    def __init__(self, node: CottonComponentNode) -> None:
        self.name = node.component_name
        self.nodelist = node.nodelist
        self.attributes = _Attributes(node._prepared_attrs)
        self.component: Component | None = None

    def loaded(self) -> Component:
        """Its template, read once."""
        if self.component is None:
            self.component = _load(self.name)
        return self.component

    def render(self, context: Context) -> str:
        component = self.loaded()
        cotton_data = context.get("cotton_data") or get_cotton_data(context)
        stack = cotton_data["stack"]
        slots: dict[str, str] = {}
        values = self.attributes.resolve(context)
        stack.append({"key": self.name, "attrs": Attrs({}), "slots": slots})
        try:
            slot = self.nodelist.render(context) if self.nodelist else ""
            printed = Attrs(values)
            printed._exclude_from_str = component.declared
            variables = {**component.defaults, **slots}
            for key, value in values.items():
                variables[key.replace("-", "_")] = value
            variables.update(attrs=printed, slot=slot, cotton_data=cotton_data)
            with context.push(variables):
                return SafeString(component.text(context))
        finally:
            stack.pop()


class IconNode(Node):
    """``<c-icon name size class title>``."""

    def __init__(self, node: CottonComponentNode) -> None:
        self.attributes = _Attributes(node._prepared_attrs)

    def render(self, context: Context) -> str:
        values = self.attributes.resolve(context)
        return icons.draw(
            values.get("name", ""), values.get("size", "16"), values.get("class", ""), values.get("title", "")
        )


_components: WeakKeyDictionary[Template, Component] = WeakKeyDictionary()
"""Each template's component, for all that use it; a template that was read anew has one of its own."""


def _load(name: str) -> Component:
    template = get_template(CottonComponentNode._generate_component_template_path(name, None)).template
    if template not in _components:
        _components[template] = _component_of(name, template)
    return _components[template]


def _component_of(name: str, template: Template) -> Component:
    declared, defaults = {"is"}, {}
    printed = NodeList(node for node in template.nodelist if not isinstance(node, CottonVarsNode))
    for node in template.nodelist.get_nodes_by_type(CottonVarsNode):
        declared.update(node.empty_vars)
        for variable in node._prepared_vars:
            declared.add(variable.exclude_key)
            defaults[variable.accessible_key] = _default(name, variable)
    return Component(template, printed, declared, defaults)


def _default(name: str, variable: PreparedVar) -> Any:
    """The value that ``<c-vars>`` of the component ``name`` gives. Raises ``ImproperlyConfigured`` for one that would depend
    on a page: it would be kept for all."""
    if variable.kind == AttrKind.STATIC:
        return variable.value
    if variable.kind == AttrKind.DYNAMIC:
        with suppress(UnprocessableDynamicAttr):
            return variable.compiled.resolve(Context())
    raise ImproperlyConfigured(f"<c-vars> of <c-{name}>: the default of {variable.accessible_key} is no constant.")
