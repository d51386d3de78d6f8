"""People and companies stand in Portuguese order and are found without accents and capitals, and by their codes."""

import ast
from pathlib import Path

import pytest
from django.urls import reverse

from apps.accounts.models import User
from apps.companies import choices
from apps.companies.models import Company, Kind, Membership, Person
from apps.companies.people import queries as people_queries
from apps.core.database.unaccented import by_name, name_key
from apps.core.web.search import MOST_LISTED, matching
from apps.rollouts import queries as rollout_queries
from apps.rollouts.forms import CreateForm
from apps.rollouts.models import Rollout
from tests.companies.factories import CompanyFactory, MembershipFactory, UserFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

NAMES = [
    "Açaí da Praça", "Agora", "Água & Cia", "alfa", "Ébano", "Élan", "Época", "Íris", "Óticas Sol", "Última", "VTEX", "Zênite"
]  # fmt: skip
"""In Portuguese order: neither all capitals first nor accents last."""


@pytest.fixture
def companies():
    return [CompanyFactory(trade_name=name, kind=Kind.CLIENT) for name in reversed(NAMES)]


class TestOrder:
    def test_python_and_the_database_agree_on_it(self, companies):
        assert sorted(NAMES, key=name_key) == NAMES
        rows = Company.objects.filter(pk__in=[company.pk for company in companies])
        assert [str(row) for row in rows] == NAMES
        assert [str(row) for row in rows.order_by(*by_name("trade_name"))] == NAMES

    def test_names_that_differ_by_an_accent_alone_always_stand_alike(self):
        first, second = CompanyFactory(trade_name="Avo"), CompanyFactory(trade_name="Avó")
        for _time in range(2):
            assert list(Company.objects.filter(pk__in=[second.pk, first.pk])) == [first, second]

    def test_people_accounts_and_memberships_follow_it(self):
        company = CompanyFactory()
        for name in reversed(NAMES):
            MembershipFactory(company=company, user=UserFactory(name=name))
        assert [user.name for user in User.objects.filter(memberships__company=company)] == NAMES
        assert [str(person) for person in people_queries.of_company(company)] == NAMES
        assert [row.user.name for row in Membership.objects.filter(company=company).select_related("user")] == NAMES
        assert [str(person) for person in Person.objects.filter(company=company).named()] == NAMES

    def test_the_page_of_companies_and_the_lists_to_choose_from_follow_it(self, companies, client_for):
        rollout = RolloutFactory()
        Company.objects.filter(pk=rollout.company("client").pk).update(trade_name="Zzz")
        page = client_for(rollout.people["pm"]).get(reverse("companies:list"), {"kind": "client"}).content.decode()
        options = str(CreateForm()["client"])
        for text in (page, options):
            places = [text.index(name.replace("&", "&amp;")) for name in [*NAMES, "Zzz"]]
            assert places == sorted(places)

    def test_suggestions_follow_it(self, companies, client_for):
        pm = RolloutFactory().people["pm"]
        answer = client_for(pm).get(reverse("companies:suggestions"), {"name": "x", "x": "a", "kind": "client"})
        text = answer.content.decode()
        places = [text.index(name.replace("&", "&amp;")) for name in NAMES if "a" in name_key(name)]
        assert len(places) > 5
        assert places == sorted(places)


class TestSearch:
    @pytest.mark.parametrize(
        "text", ["agua", "ÁGUA", "água", "Agua  &  cia", "AGUA & CIA", "agua cia", "cia agua", "  agua "]
    )
    def test_a_company_is_found_without_accents_capitals_and_in_any_order_of_words(self, companies, text):
        assert [str(row) for row in choices.search(Company.objects.all(), text)] == ["Água & Cia"]

    @pytest.mark.parametrize("part", [slice(0, 8), slice(0, 12), slice(None)])
    def test_a_company_is_found_by_its_cnpj_or_the_root_of_it(self, companies, part):
        company = companies[3]
        assert list(choices.search(Company.objects.all(), company.cnpj[part])) == [company]

    def test_a_company_is_found_by_the_beginning_of_a_cnpj_with_its_punctuation(self):
        company = CompanyFactory(cnpj="11.222.333/0001-81")
        assert company in choices.search(Company.objects.all(), "11.222.3")

    def test_the_legal_name_counts(self):
        company = CompanyFactory(trade_name="Loja", legal_name="Comércio de Águas Ltda.")
        assert company in choices.search(Company.objects.all(), "comercio de aguas")

    @pytest.mark.parametrize("text", ["%", "_", "\\", "'", "agua%"])
    def test_signs_mean_themselves(self, companies, text):
        assert not choices.search(Company.objects.filter(kind=Kind.CLIENT), text).exists()

    def test_the_page_finds_it(self, companies, client_for):
        pm = RolloutFactory().people["pm"]
        page = client_for(pm).get(reverse("companies:list"), {"q": "agua"}).content.decode()
        assert "Água &amp; Cia" in page
        assert "Zênite" not in page

    def test_a_name_written_without_accents_is_chosen_where_many_are_typed_for(self):
        for number in range(MOST_LISTED + 1):
            CompanyFactory(trade_name=f"Água {number}")
        company = CompanyFactory(trade_name="Água")
        assert matching(Company.objects.all(), choices.search, "agua", wording=choices.wording) == company

    def test_people_are_found_without_accents(self):
        person = MembershipFactory(user=UserFactory(name="Íris Conceição")).user.people.get()
        assert list(people_queries.search(Person.objects.all(), "iris CONCEICAO")) == [person]


class TestProjects:
    @pytest.fixture
    def rollout(self):
        rollout = RolloutFactory()
        Company.objects.filter(pk=rollout.company("client").pk).update(trade_name="Água & Cia")
        Company.objects.filter(pk=rollout.company("integrator").pk).update(trade_name="Conexão Já")
        RolloutFactory()
        return rollout

    @pytest.mark.parametrize(
        "text", ["agua", "ÁGUA & CIA", "cia agua", "conexao ja", "code", "lower", "spaced", "number"]
    )
    def test_one_is_found_by_its_companies_and_its_code(self, rollout, text):
        code = rollout.code
        text = {
            "code": code, "lower": code.lower(), "spaced": code.replace("-", " "), "number": f"{rollout.pk:04d}",
        }.get(text, text)  # fmt: skip
        manager = rollout.people["manager"]
        assert rollout in rollout_queries.listing(manager, text=text)
        if not text.isdigit():  # A number may stand in another's name.
            assert list(rollout_queries.listing(manager, text=text)) == [rollout]

    def test_the_page_the_api_and_the_suggestions_find_it(self, rollout, client_for):
        browser, other = client_for(rollout.people["manager"]), Rollout.objects.exclude(pk=rollout.pk).get()
        page = browser.get(reverse("portfolio:list"), {"q": "agua"}).content.decode()
        assert rollout.code in page
        assert other.code not in page
        answer = browser.get(reverse("rollouts:suggestions"), {"name": "x", "x": "agua"}).content.decode()
        assert rollout.code in answer
        assert answer.count("<option") == 1

    def test_one_of_another_project_is_not_seen_by_searching_for_it(self, rollout):
        outsider = RolloutFactory().people["client"]
        assert not rollout_queries.listing(outsider, text="agua").exists()
        assert Rollout.objects.filter(pk=rollout.pk).exists()


BY_THE_BARE_NAME = ("name", "trade_name", "legal_name", "shown_name")
IDENTITY = {"apps/accounts/names_in_texts.py"}
"""Looks for the letters of a name that is to be erased, as they stand."""


def test_nobody_orders_by_a_bare_name_and_nobody_searches_with_accents():
    """``by_name`` and ``narrowed`` (``core.database.unaccented``) are the one way for each."""
    breaches = []
    for path in sorted(Path("apps").rglob("*.py")):
        if "migrations" in path.parts or str(path) in IDENTITY:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="order_by"), args=arguments):
                    names = [item.value for item in arguments if isinstance(item, ast.Constant)]
                case ast.Assign(targets=[ast.Name(id="ordering")], value=ast.List(elts=items)):
                    names = [item.value for item in items if isinstance(item, ast.Constant)]
                case ast.keyword(arg=str(name)) if name.endswith(("__icontains", "__istartswith")):
                    names = ["name"]
                case ast.Call(func=ast.Name(id="sorted"), keywords=[*_others, ast.keyword(value=ast.Name(id="str"))]):
                    names = ["name"]
                case _:
                    continue
            breaches += [f"{path}:{node.lineno}" for name in names if _is_bare(name)]
    assert breaches == []


def _is_bare(name: object) -> bool:
    return str(name).lstrip("-").split("__")[-1] in BY_THE_BARE_NAME
