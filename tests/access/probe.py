"""Asks the application what each person gets at each route. Used by the test, and by hand to see the table."""

import gzip
import re
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from tests import read_model
from tests.access import queries
from tests.accounts.proving import is_asked

# What an answer amounts to. A 409 or 422 is open: the record or the form refused, not the person's role.
MARKS = {200: "+", 201: "+", 302: "+", 409: "+", 422: "+", 403: "-", 404: "0", 401: "?"}


def routes() -> list[str]:
    """The name of every route of the application, from the resolver itself; the sign-in library's own are apart."""
    found = []

    def walk(resolver: URLResolver, space: str) -> None:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern, space + (f"{pattern.namespace}:" if pattern.namespace else ""))
            else:
                found.append(f"{space}{pattern.name}")

    walk(get_resolver(), "")
    return found


STATIC_FILE = re.compile(rb'(?:src|href)="/static/([^"#?]+)')

TELEPHONE = re.compile(rb"91234-?0001")
"""What stands in a telephone of somebody of the client, in whichever form it is written; who reads it is noted."""


class Answer(NamedTuple):
    """``mark`` (``MARKS``) and how many ``queries`` it took; of a page also its bytes as they travel, and with all static
    files that it asks for, both 0 for what is no page; whether it shows the ``TELEPHONE`` of the scene; and whether it is a
    whole page or a part of one."""

    mark: str
    queries: int
    warm: int = 0
    cold: int = 0
    telephone: bool = False
    is_page: bool = False
    is_part: bool = False


def answer(scene, person: str, name: str, method: str) -> str:
    """One mark for what ``person`` (a column of the table) gets at route ``name``; whatever happened is rolled back."""
    return counted_answer(scene, person, name, method)[0]


def counted_answer(scene, person: str, name: str, method: str) -> Answer:
    """The same, with what it took."""
    data = scene.data(name) if method == "POST" else None
    page = counted_page(scene.sessions[person], address(scene, name), data)
    if page.telephone:
        scene.telephone_readers.add((name, person))
    return page


def counted_page(session_key: str | None, url: str, data: dict | None = None) -> Answer:
    """The same of an address, in a session or without one; ``data`` is posted."""
    client = Client(headers={"Accept-Encoding": "gzip"})
    if session_key:
        client.cookies[settings.SESSION_COOKIE_NAME] = session_key
    read_model.follow()
    with transaction.atomic(), queries.counted() as statements:
        response = client.get(url) if data is None else client.post(url, data)
        transaction.set_rollback(True)
    body = _body(response)
    is_html = response.status_code == 200 and response["Content-Type"].startswith("text/html")
    is_page = is_html and b"<html" in body[:2_000]
    return Answer(
        _mark(response),
        len(statements),
        *_weight(response),
        telephone=bool(TELEPHONE.search(body)),
        is_page=is_page,
        is_part=is_html and not is_page,
    )


def _body(response) -> bytes:
    """What the reader gets, unpacked."""
    if response.streaming:
        return b"".join(response.streaming_content)
    content = response.content
    return gzip.decompress(content) if response.get("Content-Encoding") == "gzip" else content


def _weight(response) -> tuple[int, int]:
    """The bytes of a page as they travel, without the files that were got before and with them."""
    if response.status_code != 200 or response.streaming or not response["Content-Type"].startswith("text/html"):
        return 0, 0
    html = _body(response)
    return len(response.content), len(response.content) + sum(map(_static_weight, set(STATIC_FILE.findall(html))))


@cache
def _static_weight(name: bytes) -> int:
    """The bytes of a static file, compressed as it is when it is collected."""
    path = finders.find(name.decode())
    assert path, name
    return len(gzip.compress(Path(path).read_bytes(), compresslevel=9))


def _mark(response) -> str:
    if response.status_code == 302 and "/conta/login/" in response.url:
        return "?"
    if is_asked(response):
        return "!"
    return MARKS.get(response.status_code, str(response.status_code))


def signed_in(person) -> str:
    """The key of a session in which ``person`` is signed in; what an answer does to it is rolled back."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.session.session_key


@cache
def address(scene, name: str) -> str:
    """Where route ``name`` stands in the scene."""
    kwargs = scene.kwargs(name)
    for names in _subsets(kwargs):
        try:
            return reverse(name, kwargs={key: kwargs[key] for key in names})
        except NoReverseMatch:
            continue
    raise AssertionError(f"{name}: tests/access/scene.py does not know a part of its address")


def _subsets(kwargs: dict) -> list[tuple[str, ...]]:
    return [names for size in range(len(kwargs) + 1) for names in combinations(kwargs, size)]
