"""The key of a form: what tells a form that is sent twice from two that say the same.

``{% csrf_token %}`` writes it beside the token that it is called for, so that every form of somebody signed in has one and
none can be forgotten; the forms of one page have the same. What is sent again with its key, unchanged, is done once
(``apps.api.sent_forms``).
"""

import re

from django.http import HttpRequest
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.crypto import get_random_string
from django.utils.html import format_html

FIELD = "form_key"
PATTERN = re.compile(r"[A-Za-z0-9-]{16,64}")


class FormTokensNode(CsrfTokenNode):
    """Django's hidden field against forged forms, and the form's key."""

    def render(self, context: Context) -> str:
        token = super().render(context)
        request = context.get("request")
        user = getattr(request, "user", None)  # A page of an error may come before anybody is known.
        if not token or request is None or user is None or not user.is_authenticated:
            return token
        return token + format_html('<input type="hidden" name="{}" value="{}">', FIELD, key_for(request))


def csrf_token(parser: Parser, token: Token) -> FormTokensNode:
    """``{% csrf_token %}``."""
    return FormTokensNode()


def key_for(request: HttpRequest) -> str:
    """The key of the forms of the page that answers ``request``."""
    if not hasattr(request, "form_key"):
        request.form_key = get_random_string(22)  # type: ignore[attr-defined]
    return str(request.form_key)  # type: ignore[attr-defined]


def not_done(request: HttpRequest) -> None:
    """Say that what a form asked for was not done though its answer leads on: sent again with its key it is tried anew."""
    request.not_done = True  # type: ignore[attr-defined]


def key_of(request: HttpRequest) -> str:
    """The key that came with a form; empty where none did."""
    keys = request.POST.getlist(FIELD)
    return keys[-1] if keys and PATTERN.fullmatch(keys[-1]) else ""
