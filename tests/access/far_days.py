"""Days that nobody means, in the query of every address that reads one: which ones those are says the application itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from unittest import mock

from django.http import QueryDict

from apps.api.api import api
from tests.access import hostile, probe

EACH = ["0001-01-01", "9999-12-31"]
"""Sent as each parameter by itself."""
ALL_AT_ONCE = [*EACH, "0000-00-00", "2026-02-30", "0001-01", "9999-12", "0", "-1", "9999", "ontem", "9999-12-31T23:59"]
"""Sent as all parameters of an address together."""
TYPED = ("started_at", "date", "day", "start", "end")
"""How fields of a form hold a day or an instant, for a page that hands its whole query to one."""


@contextmanager
def parameters_read() -> Iterator[set[str]]:
    """The names that are looked up in a query, or a posted form, within the block."""
    names: set[str] = set()

    def recording(method: str):
        original = getattr(QueryDict, method)

        def look_up(query, name, *args, **kwargs):
            names.add(name)
            return original(query, name, *args, **kwargs)

        return mock.patch.object(QueryDict, method, look_up)

    whole = QueryDict.dict

    def all_of_them(query):
        names.update(TYPED)
        return whole(query)

    with (
        recording("get"),
        recording("__getitem__"),
        recording("getlist"),
        recording("__contains__"),
        mock.patch.object(QueryDict, "dict", all_of_them),
    ):
        yield names


def parameters_of(scene, person: str, route: str) -> set[str]:
    """What the page at ``route`` reads of its query; of an operation of the API, what its schema says."""
    if route.startswith("api-1:"):
        return declared_parameters().get(route.removeprefix("api-1:"), set())
    with parameters_read() as names:
        hostile.send(scene, person, "GET", probe.address(scene, route))
    return names


@cache
def declared_parameters() -> dict[str, set[str]]:
    """What each operation of the API says that it reads of its query, by the name of the operation."""
    operations = [row for methods in api.get_openapi_schema()["paths"].values() for row in methods.values()]
    return {
        row["operationId"]: {parameter["name"] for parameter in row["parameters"] if parameter["in"] == "query"}
        for row in operations
    }


def queries(names: set[str]) -> Iterator[dict[str, str]]:
    """What is sent to an address that reads the parameters ``names``."""
    for value in ALL_AT_ONCE if names else ():
        yield dict.fromkeys(names, value)
    for name in sorted(names) if len(names) > 1 else ():
        for value in EACH:
            yield {name: value}
