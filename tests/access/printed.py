"""A page as the compiled templates print it, beside what Django's own nodes print."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, NodeList
from django.test import Client

from apps.core import clock
from apps.core.web.node_lists import CompiledNodeList
from tests.access import probe

NEW_EACH_TIME = re.compile(r"[A-Za-z0-9]{64}|(?<=name=\"form_key\" value=\")[A-Za-z0-9]{22}")


def both_ways(scene: Any, person: str, route: str) -> tuple[str, str]:
    """The page ``route`` in one instant, twice: by compiled templates, and by Django."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = scene.sessions[person]
    address = probe.address(scene, route)
    with clock.at(clock.now()):
        compiled = client.get(address)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(CompiledNodeList, "text", _as_django_does)
            by_django = client.get(address)
    return _comparable(compiled), _comparable(by_django)


def _as_django_does(nodes: CompiledNodeList, context: Context) -> str:
    return NodeList.render(nodes, context)


def _comparable(response: Any) -> str:
    is_page = not response.streaming and response.headers.get("Content-Type", "").startswith("text/html")
    return NEW_EACH_TIME.sub("", response.content.decode()) if is_page else ""
