"""How each kind of node is written; what none of these writes prints itself."""

from typing import Any

from django.template import Node
from django.template.base import TextNode, VariableNode
from django.template.defaulttags import CommentNode, ForNode, IfNode, LoadNode, WithNode
from django.template.library import SimpleNode
from django.template.loader_tags import IncludeNode
from django.templatetags.i18n import BlockTranslateNode, LanguageNode, TranslateNode
from django_cotton.templatetags import InlineTemplate
from django_cotton.templatetags._component import AttrKind, PreparedAttr
from django_cotton.templatetags._slot import CottonSlotNode
from django_cotton.templatetags._vars import CottonVarsNode

from apps.core.web.addresses import AddressNode
from apps.core.web.compiled.parts import BlockMessage, Included, InLanguage, Message
from apps.core.web.compiled.writer import WRITERS, Writer, function_of, writes
from apps.core.web.components import ComponentNode, IconNode

__all__ = ["function_of"]


@writes(TextNode)
def _words(writer: Writer, node: TextNode) -> bool:
    writer.words.append(node.s)
    return True


@writes(CommentNode, CottonVarsNode, LoadNode)
def _nothing(writer: Writer, node: Node) -> bool:
    return True


@writes(VariableNode)
def _variable(writer: Writer, node: VariableNode) -> bool:
    writer.put(f"text_of(context, {writer.value(node.filter_expression)})")
    return True


@writes(IfNode)
def _if(writer: Writer, node: IfNode) -> bool:
    # Django gives a condition that lacks a name up: only those with a filter's argument can, and they are asked as a whole.
    for place, (condition, nodes) in enumerate(node.conditions_nodelists):
        word = "if" if place == 0 else "elif"
        with writer.block(f"{word} {writer.condition(condition)}:" if condition is not None else "else:"):
            writer.write_all(nodes)
    return True


@writes(ForNode)
def _for(writer: Writer, node: Any) -> bool:
    items, loop, scope, length = (writer.new_name(kind) for kind in ("items", "loop", "scope", "length"))
    place, item = writer.new_name("place"), writer.new_name("item")
    writer.line(f"{loop} = {{'parentloop': named(context, 'forloop') or {{}}}}")
    writer.line(f"{scope} = {{}}")
    writer.line(f"dicts.append({scope})")
    writer.line(f"{items} = looped({writer.value(node.sequence, None)})")
    writer.line(f"{length} = len({items})")
    with writer.block(f"if {length} > 0:"):
        writer.line(f"{scope}['forloop'] = {loop}")
        in_order = f"reversed({items})" if node.is_reversed else items
        with writer.block(f"for {place}, {item} in enumerate({in_order}):"):
            writer.line(
                f"{loop}.update(counter0={place}, counter={place} + 1, revcounter={length} - {place}, "
                f"revcounter0={length} - {place} - 1, first={place} == 0, last={place} == {length} - 1)"
            )
            names = tuple(node.loopvars)
            python_by_name = {"forloop": loop}
            if len(names) > 1:
                pairs = writer.new_name("pairs")
                writer.line(f"{pairs} = unpacked({names!r}, {item})")
                writer.line(f"dicts.append({pairs})")
                python_by_name |= {name: f"{pairs}[{name!r}]" for name in names}
            else:
                writer.line(f"{scope}[{names[0]!r}] = {item}")
                python_by_name[names[0]] = item
            with writer.knowing(python_by_name, python_by_name.__getitem__):
                writer.write_all(node.nodelist_loop)
            if len(names) > 1:
                writer.line("dicts.pop()")
    if node.nodelist_empty:
        with writer.block("else:"):
            writer.write_all(node.nodelist_empty)
    writer.line("dicts.pop()")
    return True


@writes(WithNode)
def _with(writer: Writer, node: Any) -> bool:
    scope = writer.new_name("scope")
    pairs = ", ".join(f"{name!r}: {writer.value(expression)}" for name, expression in node.extra_context.items())
    writer.line(f"{scope} = {{{pairs}}}")
    writer.line(f"dicts.append({scope})")
    with writer.knowing(node.extra_context, lambda name: f"{scope}[{name!r}]"):
        writer.write_all(node.nodelist)
    writer.line("dicts.pop()")
    return True


@writes(TranslateNode)
def _translate(writer: Writer, node: TranslateNode) -> bool:
    expression = node.filter_expression
    if node.message_context or expression.filters or expression.var.lookups is not None:
        return False
    text = f"{writer.object(Message(node))}(context)"
    if node.asvar:
        writer.line(f"dicts[-1][{node.asvar!r}] = {text}")
    else:
        writer.put(text)
    return True


@writes(BlockTranslateNode)
def _block_translate(writer: Writer, node: Any) -> bool:
    if node.message_context or node.asvar:
        return False
    message = BlockMessage(node)
    extra = {name: writer.value(expression) for name, expression in node.extra_context.items()}
    count = ""
    if message.plural is not None:
        count = writer.new_name("count")
        writer.line(f"{count} = {writer.value(node.counter)}")
        extra[node.countervar] = count
    pairs = [
        f"{name!r}: text_of(context, {extra.get(name) or f'named(context, {name!r})'})"
        for name in dict.fromkeys(message.variables)
    ]
    values_by_name = f"{{{', '.join(pairs)}}}"
    writer.put(f"{writer.object(message)}(context, {values_by_name}{', ' + count if count else ''})")
    return True


@writes(LanguageNode)
def _in_language(writer: Writer, node: LanguageNode) -> bool:
    writer.is_plain = False
    writer.put(f"{writer.object(InLanguage(node))}(context)")
    return True


@writes(AddressNode)
def _address(writer: Writer, node: AddressNode) -> bool:
    if node.kwargs:
        return False
    parts = ", ".join(writer.value(part) for part in (node.view_name, *node.args))
    writer.put(f"print_address({writer.object(node)}, context, {parts})")
    return True


@writes(SimpleNode)
def _simple(writer: Writer, node: SimpleNode) -> bool:
    arguments = ["context"] if node.takes_context else []
    arguments += [writer.value(argument) for argument in node.args]
    arguments += [f"{name}={writer.value(argument)}" for name, argument in node.kwargs.items()]
    answer = f"{writer.object(node.func)}({', '.join(arguments)})"
    if node.target_var is not None:
        writer.line(f"dicts[-1][{node.target_var!r}] = {answer}")
    else:
        name = writer.new_name("answer")
        writer.line(f"{name} = {answer}")
        writer.put(f"str(conditional_escape({name}) if context.autoescape else {name})")
    return True


@writes(IncludeNode)
def _include(writer: Writer, node: IncludeNode) -> bool:
    expression = node.template
    is_constant = isinstance(expression.var, str) or (expression.is_var and expression.var.lookups is None)
    if node.isolated_context or expression.filters or not is_constant:
        return False
    pairs = ", ".join(f"{name!r}: {writer.value(value)}" for name, value in node.extra_context.items())
    writer.line(f"dicts.append({{{pairs}}})")
    writer.put(f"{writer.object(Included(node))}(context)")
    writer.line("dicts.pop()")
    return True


def _attribute(writer: Writer, attribute: PreparedAttr, missing: str = "MISSING") -> str:
    """Python for the value of a component's attribute; ``missing`` for one that has none."""
    prepared, kind = attribute.compiled, attribute.kind
    if kind in (AttrKind.BOOLEAN, AttrKind.STATIC) or prepared is None:
        return writer.object(attribute.value)
    if isinstance(prepared, InlineTemplate):
        return writer.as_text(prepared.nodelist)
    if kind != AttrKind.DYNAMIC:  # What is no value is a word.
        missing = writer.object(attribute.value)
    variable = prepared._variable
    if prepared.raw == "":
        return "True"
    if variable is not None and variable.lookups is not None and not variable.translate:
        name, *bits = variable.lookups
        if not bits and name in ("True", "False", "None"):
            return str(name)
        if local := writer.local(name):
            return f"attribute_in(context, {writer.object(prepared)}, {local}, {tuple(bits)!r}, {missing})"
        return f"attribute_of(context, {writer.object(prepared)}, {name!r}, {tuple(bits)!r}, {missing})"
    return f"prepared_value(context, {writer.object(prepared)}, {missing})"


@writes(ComponentNode)
def _component(writer: Writer, node: ComponentNode) -> bool:
    if any(_has_hidden_slot(child) for child in node.nodelist):
        return False
    component = node.loaded()
    all_values = writer.new_name("values")
    pairs, may_be_missing = [], []
    for attribute in node.attributes.prepared:
        python = _attribute(writer, attribute)
        pairs.append(f"{attribute.key!r}: {python}")
        if "MISSING" in python.rpartition(",")[2]:
            may_be_missing.append(attribute.key)
    writer.line(f"{all_values} = {{{', '.join(pairs)}}}")
    for key in may_be_missing:
        with writer.block(f"if {all_values}[{key!r}] is MISSING:"):
            writer.line(f"del {all_values}[{key!r}]")
    slots = writer.new_name("slots")
    if any(True for child in node.nodelist for _slot in child.get_nodes_by_type(CottonSlotNode)):
        writer.line(f"{slots} = {{}}")
        spread = f", **{slots}"
    else:
        spread = ""
    writer.slots.append(slots)
    slot = writer.as_text(node.nodelist)
    writer.slots.pop()
    if may_be_missing or any("-" in attribute.key for attribute in node.attributes.prepared):
        names = f"{{key.replace('-', '_'): value for key, value in {all_values}.items()}}"
    else:
        names = all_values
    writer.line(
        f"dicts.append({{**{writer.object(component.defaults)}{spread}, **{names}, "
        f"'attrs': Attributes({all_values}, {writer.object(component.declared)}), 'slot': {slot}}})"
    )
    writer.put(f"{writer.object(component.text)}(context)")
    writer.line("dicts.pop()")
    return True


def _has_hidden_slot(node: Node) -> bool:
    """Whether a slot stands in a node that prints itself: that one leaves it to Cotton's own stack."""
    if isinstance(node, ComponentNode):
        return False  # Its slots are its own.
    if type(node) in WRITERS:
        nodelists = [getattr(node, name, None) or () for name in node.child_nodelists]
        return any(_has_hidden_slot(child) for nodes in nodelists for child in nodes)
    return bool(node.get_nodes_by_type(CottonSlotNode))


@writes(CottonSlotNode)
def _slot(writer: Writer, node: CottonSlotNode) -> bool:
    if not writer.slots:
        return False
    name = writer.slots.pop()  # A slot's own content may hold components, never a slot of the same component.
    text = writer.as_text(node.nodelist)
    writer.slots.append(name)
    writer.line(f"{name}[{node.slot_name!r}] = {text}")
    return True


@writes(IconNode)
def _icon(writer: Writer, node: IconNode) -> bool:
    attributes = {attribute.key: attribute for attribute in node.attributes.prepared}
    defaults = {"name": "", "size": "16", "class": "", "title": ""}
    arguments = [
        _attribute(writer, attributes[key], repr(default)) if key in attributes else repr(default)
        for key, default in defaults.items()
    ]
    writer.put(f"draw({', '.join(arguments)})")
    return True
