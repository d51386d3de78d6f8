"""Access that cannot be forgotten: every route stands in the table, and the table is what happens."""

import random
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import override_settings

from tests.access import far_days, hostile, mid_stage, printed, probe, queries, tokens, twice
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
    same_address = {
        ("POST", "api-1:list_results"), ("GET", "api-1:record_result"),
        ("POST", "api-1:list_analysts"), ("GET", "api-1:assign_analyst"),
        ("POST", "api-1:read_plan"), ("GET", "api-1:change_plan"),
        ("POST", "api-1:list_waivers"), ("GET", "api-1:waive_requirement"),
        ("POST", "api-1:read_scope"), ("GET", "api-1:change_scope"),
        ("POST", "api-1:list_amendments"), ("GET", "api-1:propose_amendment"),
    }  # fmt: skip
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
                queries.settle(scene.sessions[person])
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
        """The ``probe.Answer`` of each ``(person, method, route)`` in the scene, asked once for all tests."""
        scene, _files = built
        return Answers(scene)

    @pytest.mark.parametrize("person", PEOPLE)
    def test_every_route_answers_each_person_as_the_table_says(self, scene, answers, person):
        assert rows()
        wrong = []
        for row in rows():
            mark = answers[person, row.method, row.route].mark
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
            "companies:people_file": own_company | presence,
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

        before = {(route, person): answers[person, "GET", route] for route, person in pages}
        with transaction.atomic():
            queries.crowd(scene)
            after = {page: probe.counted_answer(scene, page[1], page[0], "GET") for page in pages}
            transaction.set_rollback(True)
        wrong = [
            f"{route}: {person} {answer.queries} → {after[route, person].queries}"
            for (route, person), answer in before.items()
            if after[route, person].mark != answer.mark
            or not after[route, person].queries <= answer.queries <= queries.MOST
        ]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("person", ["manager", "lead"])
    def test_a_page_is_printed_as_djangos_own_nodes_print_it(self, scene, person):
        pages = {
            row.route: printed.both_ways(scene, person, row.route)
            for row in rows()
            if row.method == "GET" and row.marks[person] == "+"
        }
        assert sum(bool(compiled) for compiled, _by_django in pages.values()) > 50
        wrong = [route for route, (compiled, by_django) in pages.items() if compiled != by_django]
        assert not wrong, "\n".join(wrong)

    def test_a_page_weighs_little(self, answers):
        """With every file that it asks for, and without those that a browser has by then."""
        pages = {
            (row.route, person): answers[person, "GET", row.route]
            for row in rows()
            for person in queries.PEOPLE
            if row.method == "GET" and row.marks[person] == "+"
        }
        assert any(answer.warm for answer in pages.values())
        wrong = [
            f"{route}: {person} {answer.cold} bytes, {answer.warm} the second time"
            for (route, person), answer in pages.items()
            if answer.cold > queries.MOST_BYTES_COLD or answer.warm > queries.MOST_BYTES_WARM
        ]
        assert not wrong, "\n".join(wrong)

    def test_a_page_of_a_project_in_mid_stage_asks_no_more_for_ten_times_as_much(self, scene):
        with transaction.atomic():
            counts = list(self.counts_in_mid_stage(scene))
            transaction.set_rollback(True)
        assert counts
        wrong = [
            f"{address}: {person} {before.queries} → {after.queries}"
            for address, person, before, after in counts
            if before.mark not in "+-"
            or after.mark != before.mark
            or not after.queries <= before.queries <= queries.MOST
        ]
        assert not wrong, "\n".join(wrong)

    def counts_in_mid_stage(self, scene):
        """``(address, person, before, after)`` of each page: what it answers with what the project has, and with ten times as
        much."""
        projects = list(mid_stage.projects())
        sessions = {}
        for project in projects:
            for user in project.people.values():
                sessions.setdefault(user, probe.signed_in(user))
        for key in sessions.values():
            queries.settle(key)
        pages = [
            (address, person, scene.sessions["manager"] if person == "manager" else sessions[project.people[person]])
            for project in projects
            for address in project.addresses
            for person in ("manager", *project.people)
        ]
        before = [probe.counted_page(session, address) for address, _person, session in pages]
        for project in projects:
            queries.multiply_within(project.rollout)
        queries.analyze()
        for (address, person, session), counted in zip(pages, before, strict=True):
            yield address, person, counted, probe.counted_page(session, address)

    def test_no_route_takes_a_method_that_stands_in_no_line_of_the_table(self, scene):
        stated = {(row.route, row.method) for row in rows()}
        others = {(row.route, method) for row in rows() for method in ("GET", "POST")} - stated
        assert others
        marks = {(method, route): probe.answer(scene, "manager", route, method) for route, method in others}
        wrong = [f"{method} {route}: answers {mark}" for (method, route), mark in marks.items() if mark != "405"]
        assert not wrong, "\n".join(wrong)

    def test_whatever_is_sent_is_answered_with_a_refusal_and_never_with_a_fault_of_ours(self, scene):
        """The one most able sends what nobody means to send to every route: values, parameters, numbers, methods, types."""
        chance, wrong, sent = random.Random(hostile.SEED), [], 0

        def hold(status, *what):
            nonlocal sent
            sent += 1
            if status >= 500:
                wrong.append(f"{status}: {' '.join(map(repr, what))[:300]}")

        for row in rows():
            person = next((name for name in reversed(PEOPLE) if row.marks[name] in "+!"), "manager")
            url = probe.address(scene, row.route)
            if row.method == "POST":
                for form in hostile.posts(scene, row.route, chance):
                    hold(hostile.send(scene, person, "POST", url, form), row.route, form)
                body, content_type = chance.choice(hostile.BODIES), chance.choice(hostile.TYPES)
                hold(hostile.send(scene, person, "POST", url, body, content_type), row.route, body, content_type)
            else:
                for query in hostile.queries(chance):
                    where = f"{url}?{urlencode(query)}"
                    hold(hostile.send(scene, person, "GET", where), row.route, query)
            for far in hostile.far_addresses(url):
                hold(hostile.send(scene, person, row.method, far, {} if row.method == "POST" else None), far)
            method = chance.choice(["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND"])
            hold(hostile.send(scene, person, method, url), method, row.route)
        assert sent > 1_000
        assert not wrong, "\n".join(wrong)

    def test_a_day_that_nobody_means_in_any_address_is_answered(self, scene):
        """Year 1, year 9999, no day at all: in each parameter that a page says it reads."""
        wrong, with_days = [], set()
        for row in rows():
            if row.method != "GET":
                continue
            person = next((name for name in reversed(PEOPLE) if row.marks[name] in "+!"), "manager")
            for query in far_days.queries(far_days.parameters_of(scene, person, row.route)):
                with_days.add(row.route)
                status = hostile.send(scene, person, "GET", f"{probe.address(scene, row.route)}?{urlencode(query)}")
                if status >= 500:
                    wrong.append(f"{status}: {row.route} {query}")
        assert {"hours:week", "meetings:mine", "api-1:list_statements", "hours:preview"} <= with_days
        assert not wrong, "\n".join(wrong)

    def test_a_browser_that_opens_an_address_gets_a_whole_page(self, scene, answers):
        """Never a part of one, which only the script of its page knows how to place; suggestions are lines of a list."""
        pages = {row.route: answers["manager", "GET", row.route] for row in rows() if row.method == "GET"}
        assert sum(answer.is_page for answer in pages.values()) > 50
        parts = {route for route, answer in pages.items() if answer.is_part}
        assert {route for route in parts if not route.endswith("suggestions")} == set()

    def test_a_form_that_is_sent_twice_is_done_once_and_leads_to_the_same_place(self, scene):
        """Every form of every route, with the key that its page gives it."""
        done = {row.route: both for row in rows() if (both := twice.send_twice(scene, row))}
        assert len(done) > 30
        wrong = [
            f"{route}: {both}"
            for route, both in done.items()
            if route not in twice.OTHERWISE and (both.second_wrote or both.places[0] != both.places[1])
        ]
        assert not wrong, "\n".join(wrong)

    def test_what_no_browser_sends_is_refused_too_and_never_a_fault_of_ours(self, scene):
        """To every route, the sign-in library's too: a query, headers, cookies, a body and an address that are none."""
        chance, wrong, sent = random.Random(hostile.SEED), [], 0
        for method, url, person, form in self.targets(scene):
            status, what = hostile.send_strange(scene, person, method, url, form, chance)
            statuses = [(status, what)]
            if addresses := list(hostile.strange_addresses(url)):
                address = chance.choice(addresses)
                statuses.append((hostile.send(scene, "manager", method, address, {} if method == "POST" else None), ()))
            sent += len(statuses)
            wrong += [f"{status} {method} {url}: {what}"[:600] for status, what in statuses if status >= 500]
        assert sent > 800
        assert not wrong, "\n".join(wrong)

    def targets(self, scene):
        """``(method, address, person, form)`` of every route, as the one most able; None as the person is nobody."""
        for row in rows():
            person = next((name for name in reversed(PEOPLE) if row.marks[name] in "+!"), "manager")
            yield row.method, probe.address(scene, row.route), person, scene.data(row.route)
        for route in SIGN_IN_ROUTES:
            url = probe.reverse(route, kwargs=ADDRESSES.get(route))
            for method, person in (("GET", "manager"), ("POST", "manager"), ("GET", None), ("POST", None)):
                yield method, url, person, hostile.SIGN_IN

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
