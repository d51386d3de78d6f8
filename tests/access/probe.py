"""Asks the application what each person gets at each route. Used by the test, and by hand to see the table."""

from functools import cache
from itertools import combinations

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from tests import read_model
from tests.access import queries
from tests.accounts.proving import is_asked

# What an answer amounts to. A 409 or 422 is open: the record or the form refused, not the person's role.
MARKS = {200: "+", 302: "+", 409: "+", 422: "+", 403: "-", 404: "0", 401: "?"}


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


def answer(scene, person: str, name: str, method: str) -> str:
    """One mark for what ``person`` (a column of the table) gets at route ``name``; whatever happened is rolled back."""
    return counted_answer(scene, person, name, method)[0]


def counted_answer(scene, person: str, name: str, method: str) -> tuple[str, int]:
    """The same, and how many queries it took."""
    client = Client()
    if scene.sessions[person]:
        client.cookies[settings.SESSION_COOKIE_NAME] = scene.sessions[person]
    url = address(scene, name)
    read_model.follow()
    with transaction.atomic(), queries.counted() as statements:
        response = client.post(url, scene.data(name)) if method == "POST" else client.get(url)
        transaction.set_rollback(True)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if scene.TELEPHONE in body:
        scene.telephone_readers.add((name, person))
    return _mark(response), len(statements)


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
