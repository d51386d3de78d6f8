"""Every form of the browser, sent twice as one page sends it; before the two, what asks for fresh proof was sent without."""

from typing import NamedTuple

from django.db import connection, transaction
from django.test import Client

from tests import read_model
from tests.access import hostile, probe
from tests.access.scene import PEOPLE
from tests.access.table import Row
from tests.accounts.proving import is_asked, prove_by_mail

KEY = "the-key-of-one-page-1"
BESIDE = {"django_session", "usersessions_usersession", "limits_count", "cache", "api_answer"}
"""Tables of the frame around an action."""
OTHERWISE = {
    "files:start": "a script sends it, which knows what it begins, and sends no key",
    "portal:view_as": "whoever looks on as another party only reads: the second is refused",
}
"""Those of which the second is answered otherwise, and why."""


class Sent(NamedTuple):
    """What two sendings of a form were answered, and the tables into which each wrote."""

    first: int
    second: int
    places: tuple[str, str]
    first_wrote: set[str]
    second_wrote: set[str]


def send_twice(scene, row: Row, key: str = KEY) -> Sent | None:
    """Send the form of ``row`` twice, as whoever may; None where it takes none, or writes nothing in the scene."""
    person = next((name for name in reversed(PEOPLE) if row.marks[name] in "+!"), None)
    if row.method != "POST" or row.route.startswith("api-1:") or person in (None, "anonymous"):
        return None
    client = hostile.client_of(scene, person)
    read_model.follow()
    with transaction.atomic():
        url = probe.address(scene, row.route)
        if row.marks[person] == "!":
            asked = _post(client, url, scene.data(row.route), key)
            assert is_asked(asked), row.route
            prove_by_mail(client)
        before = _inserted()
        first = _post(client, url, scene.data(row.route), key)
        between = _inserted()
        assert row.marks[person] != "!" or not is_asked(first), f"{row.route}: what only asked for proof counts as sent"
        if first.status_code >= 400 or is_asked(first) or not _more(between, before):
            transaction.set_rollback(True)
            return None
        second = _post(client, url, scene.data(row.route), key)
        after = _inserted()
        transaction.set_rollback(True)
    places = (first.headers.get("Location", ""), second.headers.get("Location", ""))
    wrote = [_more(between, before), _more(after, between)]
    return Sent(first.status_code, second.status_code, places, *wrote)


def _post(client: Client, url: str, data: dict, key: str):
    return client.post(url, {**data, "form_key": key} if key else data)


def _inserted() -> dict[str, int]:
    """How many rows this transaction has written into each table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins FROM pg_stat_xact_user_tables WHERE n_tup_ins > 0")
        return dict(cursor.fetchall())


def _more(after: dict[str, int], before: dict[str, int]) -> set[str]:
    return {table for table, count in after.items() if count > before.get(table, 0)} - BESIDE
