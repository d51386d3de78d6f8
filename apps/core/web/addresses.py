"""``{% url %}``: an address that was worked out is remembered. A page of a rollout shows a hundred of them."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as djangos_url
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from apps.core.web.template_values import surroundings_of

PLAIN = (int, str, SafeString)


def url(parser: Parser, token: Token) -> URLNode:
    """Django's tag, as an ``AddressNode``."""
    node = djangos_url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)


class AddressNode(URLNode):
    """Django's node; it asks ``_address`` where the arguments are plain numbers and words without names."""

    def render(self, context: Context) -> str:
        return print_address(self, context, *(part.resolve(context) for part in (self.view_name, *self.args)))


def print_address(node: AddressNode, context: Context, name: Any, *arguments: Any) -> str:
    """What ``node`` prints: the address ``name`` with ``arguments``, or nothing where it gives it a name."""
    if not node.kwargs and type(name) in PLAIN and all(type(value) in PLAIN for value in arguments):
        try:
            _language, urlconf, prefix = surroundings_of(context)
            address = _address(urlconf, prefix, name, *arguments)
        except NoReverseMatch:
            return URLNode.render(node, context)
        if node.asvar:
            context[node.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address
    return URLNode.render(node, context)


def address_of(name: str, *arguments: int | str) -> str:
    """What ``reverse`` answers, remembered."""
    return _address(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), name, *arguments)


@lru_cache(maxsize=16_384)
def _address(urlconf: str, prefix: str, name: str, *arguments: int | str) -> str:
    return reverse(name, urlconf=urlconf, args=arguments)
