"""What a compiled template calls for a whole node: a message, a template that it includes, a condition."""

from copy import copy
from typing import Any

from django.template import Context
from django.template.base import Template, VariableDoesNotExist
from django.template.defaulttags import TemplateLiteral
from django.template.loader_tags import IncludeNode, construct_relative_path
from django.templatetags.i18n import BlockTranslateNode, LanguageNode, TranslateNode
from django.utils import translation

from apps.core.web.node_lists import CompiledNodeList
from apps.core.web.template_values import surroundings_of


class Message:
    """``{% translate "…" %}``: looked for once in each language."""

    def __init__(self, node: TranslateNode) -> None:
        self.node = copy(node)
        self.node.asvar = None
        self.text_by_language: dict[str | None, str] = {}

    def __call__(self, context: Context) -> str:
        language = surroundings_of(context).language
        text = self.text_by_language.get(language)
        if text is None:
            text = self.text_by_language[language] = self.node.render(context)
        return text


class BlockMessage:
    """``{% blocktranslate %}``: its ``variables`` are put into the message, in the plural by a count."""

    def __init__(self, node: BlockTranslateNode) -> None:
        self.node = node
        self.singular, self.variables = node.render_token_list(node.singular)
        self.plural = None
        if node.plural and node.countervar and node.counter:
            self.plural, more = node.render_token_list(node.plural)
            self.variables += more
        self.text_by_language: dict[str | None, str] = {}

    def __call__(self, context: Context, values: dict[str, str], count: Any = None) -> str:
        if self.plural is not None:
            if not isinstance(count, int):
                return str(self.node.render(context))
            text = translation.ngettext(self.singular, self.plural, count)
        else:
            language = surroundings_of(context).language
            text = self.text_by_language.get(language, "")
            if not text:
                text = self.text_by_language[language] = translation.gettext(self.singular)
        try:
            return text % values
        except (KeyError, ValueError):  # A translation that names what there is not.
            return str(self.node.render(context))


class Included:
    """``{% include %}`` of a template that is named in words: it is looked for once."""

    def __init__(self, node: IncludeNode) -> None:
        origin = getattr(node, "origin", None)
        self.name = construct_relative_path(origin and origin.template_name, node.template.var)
        self.template: Template | None = None

    def __call__(self, context: Context) -> str:
        template = self.template
        if template is None:
            template = self.template = context.template.engine.get_template(self.name)  # type: ignore[union-attr]
        nodes = template.nodelist
        if isinstance(nodes, CompiledNodeList) and nodes.is_plain:
            return nodes.text(context)
        return template.render(context)


class Condition:
    """A condition whose filters have variables as arguments: one that there is not makes it untrue."""

    def __init__(self, condition: TemplateLiteral) -> None:
        self.condition = condition

    def __call__(self, context: Context) -> Any:
        try:
            return self.condition.eval(context)  # type: ignore[arg-type]
        except VariableDoesNotExist:
            return None


class InLanguage:
    """``{% language %}``: what stands within has surroundings of its own."""

    def __init__(self, node: LanguageNode) -> None:
        self.node = node

    def __call__(self, context: Context) -> str:
        outer = surroundings_of(context)
        context.surroundings = None  # type: ignore[attr-defined]
        try:
            return str(self.node.render_annotated(context))
        finally:
            context.surroundings = outer  # type: ignore[attr-defined]
