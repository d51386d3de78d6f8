"""Access that cannot be forgotten: every route stands in the table, and the table is what happens."""

import pytest
from django.db import transaction
from django.test import override_settings

from tests.access import probe, queries, tokens
from tests.access.scene import PEOPLE, Scene
from tests.access.table import SIGN_IN_ROUTES, rows
from tests.accounts.proving import is_asked
from tests.api.factories import tool
from tests.companies.factories import PASSWORD, UserFactory
from tests.demonstration import demonstration

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


def test_every_operation_of_the_api_is_in_the_table_of_tokens():
    stated = {(method, route) for method, route, _marks in tokens.table()}
    whole = {(row.method, row.route) for row in rows() if row.route.startswith("api-1:")}
    same_address = {("POST", "api-1:list_results"), ("GET", "api-1:record_result")}
    not_there = {("POST", "api-1:openapi-json"), ("POST", "api-1:api-root")}
    assert stated == whole - same_address - not_there


@pytest.fixture(scope="class")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    files = tmp_path_factory.mktemp("scene") / "files"
    contained = override_settings(
        MEDIA_ROOT=files,
        TERM_SEAL_DEMO=files.with_name("seal.p12"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with demonstration(django_db_blocker, files), pytest.MonkeyPatch.context() as patch:
        with contained:
            scene = Scene(patch)
            for person in queries.PEOPLE:
                queries.settle(scene, person)
        yield scene, files


class Answers(dict):
    def __init__(self, scene) -> None:
        super().__init__()
        self.scene = scene

    def __missing__(self, key):
        person, method, route = key
        self[key] = probe.counted_answer(self.scene, person, route, method)
        return self[key]


class TestInTheScene:
    """The scene is built once for all that is asked in it; every answer is rolled back."""

    @pytest.fixture
    def scene(self, built, settings):
        scene, settings.MEDIA_ROOT = built
        return scene

    @pytest.fixture(scope="class")
    def answers(self, built):
        """``(mark, queries)`` of each ``(person, method, route)`` in the scene, asked once for all tests."""
        scene, _files = built
        return Answers(scene)

    @pytest.mark.parametrize("person", PEOPLE)
    def test_every_route_answers_each_person_as_the_table_says(self, scene, answers, person):
        assert rows()
        wrong = []
        for row in rows():
            mark, _count = answers[person, row.method, row.route]
            if mark != row.marks[person]:
                wrong.append(f"{row.method} {row.route}: {person} gets {mark}, not {row.marks[person]}")
        assert not wrong, "\n".join(wrong)

    def test_a_telephone_is_read_by_the_own_company_presence_and_the_parties_of_a_common_project(self, scene, answers):
        """No answer of any route carries it to anybody else, whatever else it says."""
        for row in rows():
            for person in PEOPLE:
                assert answers[person, row.method, row.route]
        own_company, presence = {"member", "lead"}, {"analyst", "pm", "manager"}
        readers = {
            "companies:detail": own_company | presence,
            "companies:person": own_company | presence,
            "rollouts:people": own_company | presence | {"platform", "integrator"},
        }
        assert scene.telephone_readers == {(route, person) for route, people in readers.items() for person in people}

    def test_a_page_asks_no_more_of_the_database_for_ten_times_as_much(self, scene, answers):
        """With 3 and with 30 projects, and as many more people, items, cases, hours and events in each."""
        pages = [
            (row.route, person)
            for row in rows()
            for person in queries.PEOPLE
            if row.method == "GET" and row.marks[person] in "+!"
        ]
        assert pages

        def most(route):
            return queries.ALLOWED.get(route, queries.MOST)

        before = {(route, person): answers[person, "GET", route] for route, person in pages}
        with transaction.atomic():
            queries.crowd(scene)
            after = {page: probe.counted_answer(scene, page[1], page[0], "GET") for page in pages}
            transaction.set_rollback(True)
        wrong = [
            f"{route}: {person} {count} → {after[route, person][1]}"
            for (route, person), (mark, count) in before.items()
            if after[route, person][0] != mark or not after[route, person][1] <= count <= most(route)
        ]
        assert not wrong, "\n".join(wrong)

    def test_no_route_takes_a_method_that_stands_in_no_line_of_the_table(self, scene):
        stated = {(row.route, row.method) for row in rows()}
        others = {(row.route, method) for row in rows() for method in ("GET", "POST")} - stated
        assert others
        marks = {(method, route): probe.answer(scene, "manager", route, method) for route, method in others}
        wrong = [f"{method} {route}: answers {mark}" for (method, route), mark in marks.items() if mark != "405"]
        assert not wrong, "\n".join(wrong)

    def test_each_token_gets_what_the_table_of_tokens_says_and_opens_nothing_but_the_api(self, scene, settings):
        settings.API_REQUESTS_PER_MINUTE = 10_000
        given, wrong = tokens.tokens(scene), []
        for method, route, marks in tokens.table():
            for column, mark in zip(tokens.COLUMNS, marks, strict=True):
                client, url = tool(given[column]), probe.address(scene, route)
                with transaction.atomic():
                    response = client.post(url, scene.data(route)) if method == "POST" else client.get(url)
                    transaction.set_rollback(True)
                got = probe.MARKS.get(response.status_code, str(response.status_code))
                if got != mark:
                    wrong.append(f"{method} {route}: {column} gets {got}, not {mark}")
        for address in ("/", f"/projetos/{scene.rollout.pk}/", f"/projetos/{scene.rollout.pk}/api/"):
            assert tool(given["manager"]).get(address).status_code == 302, f"{address} is no place for a token"
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
