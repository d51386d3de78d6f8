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

PLAIN = (int, str, SafeString)


def url(parser: Parser, token: Token) -> URLNode:
    """Django's tag, as an ``AddressNode``."""
    node = djangos_url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)


class AddressNode(URLNode):
    """Django's node; it asks ``_address`` where the arguments are plain numbers and words without names."""

    def render(self, context: Context) -> str:
        values: list[Any] = [part.resolve(context) for part in (self.view_name, *self.args)]
        if self.kwargs or not all(type(value) in PLAIN for value in values):
            return super().render(context)
        try:
            address = _address(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), *values)
        except NoReverseMatch:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address


@lru_cache(maxsize=16_384)
def _address(urlconf: str, prefix: str, name: str, *arguments: int | str) -> str:
    return reverse(name, urlconf=urlconf, args=arguments)
