"""Access that cannot be forgotten: every route stands in the table, and the table is what happens."""

import pytest

from tests.access import probe
from tests.access.scene import Scene
from tests.access.table import SIGN_IN_ROUTES, rows
from tests.accounts.proving import is_asked
from tests.companies.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
ADDRESSES = {
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
    "account_confirm_email": {"key": "x"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
}


def test_every_route_has_a_stated_policy():
    """A new URL or API operation fails here until somebody says in the table who gets it."""
    stated = {row.route for row in rows()} | set(SIGN_IN_ROUTES)
    assert set(probe.routes()) - {"core:styleguide"} == stated  # The style guide exists with DEBUG only.


def test_every_route_answers_each_person_as_the_table_says_and_takes_no_other_method(monkeypatch):
    scene = Scene(monkeypatch)
    wrong = []
    for row in rows():
        for name, person in scene.people.items():
            mark = probe.answer(scene, person, row.route, row.method)
            if mark != row.marks[name]:
                wrong.append(f"{row.method} {row.route}: {name} gets {mark}, not {row.marks[name]}")
    stated = {(row.route, row.method) for row in rows()}
    for route, method in {(row.route, method) for row in rows() for method in ("GET", "POST")} - stated:
        mark = probe.answer(scene, scene.people["manager"], route, method)
        if mark != "405":
            wrong.append(f"{method} {route}: answers {mark} and stands in no line of the table")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("route", "policy"), SIGN_IN_ROUTES.items())
def test_the_sign_in_librarys_own_pages_are_public_or_ask_to_sign_in(client, route, policy):
    url = probe.reverse(route, kwargs=ADDRESSES.get(route))
    response = client.get(url)
    asks = response.status_code == 302 and "/conta/login/?next=" in response.url
    assert asks == (policy != "public")


@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("route", "policy"), SIGN_IN_ROUTES.items())
def test_the_librarys_weighty_pages_ask_everybody_for_fresh_proof(client_for, route, policy, method, password):
    """Whoever has no password as well: the library takes them for proved."""
    url = probe.reverse(route, kwargs=ADDRESSES.get(route))
    answer = getattr(client_for(UserFactory(password=password)), method)(url)
    leads_there = route in ("mfa_reauthenticate", "mfa_reauthenticate_webauthn")
    assert is_asked(answer) == (policy == "fresh proof" or leads_there)
