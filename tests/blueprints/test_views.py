"""The models a rollout starts from, as Presence reads them."""

import pytest
from django.urls import reverse

from apps.blueprints.models import Blueprint
from apps.companies.models import Role
from tests.blueprints import shipped
from tests.companies.factories import CompanyFactory, PresenceFactory, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client_for):
    shipped.load()
    return client_for(a_person(PresenceFactory(), Role.ANALYST))


def test_the_list_has_the_process_and_each_platform(analyst):
    page = analyst.get(reverse("blueprints:list")).content.decode()
    for blueprint in Blueprint.objects.all():
        assert reverse("blueprints:detail", args=[blueprint.kind, blueprint.key]) in page
    assert "Nuvemshop" in page


@pytest.mark.parametrize(
    ("kind", "key", "text"),
    [
        ("prerequisites", "default", "Documentação completa da API da plataforma"),
        ("script", "default", "PED-03"),
        ("kickoff", "default", "Modelos de integração"),
        ("training", "default", "4h00"),
        ("golive", "default", "Credenciais de produção testadas pelo conector"),
        ("presence_api", "default", "ECM-PRODUTOS"),
        ("hours", "default", "R$"),
        ("term", "default", "Versão 2"),
        ("platform", "vtex", "App token"),
    ],
)
def test_each_kind_of_model_can_be_read(analyst, kind, key, text):
    answer = analyst.get(reverse("blueprints:detail", args=[kind, key]))
    assert answer.status_code == 200
    assert text in answer.content.decode()


def test_an_earlier_version_stays_readable_and_says_so(analyst):
    newest = Blueprint.objects.current("training")
    changed = {**newest.content, "allowance_minutes": 300}
    Blueprint.objects.create(kind="training", version=newest.version + 1, content=changed, checksum="x")
    url = reverse("blueprints:detail", args=["training", "default"])
    assert "5h00" in analyst.get(url).content.decode()
    earlier = analyst.get(url, {"version": newest.version}).content.decode()
    assert "4h00" in earlier
    assert "Versão anterior" in earlier


def test_what_does_not_exist_is_not_found(analyst):
    assert analyst.get(reverse("blueprints:detail", args=["training", "outra"])).status_code == 404
    assert analyst.get(reverse("blueprints:detail", args=["training", "default"]), {"version": "99"}).status_code == 404


def test_other_companies_do_not_read_the_models(client_for):
    shipped.load()
    outsider = client_for(a_person(CompanyFactory()))
    assert outsider.get(reverse("blueprints:list")).status_code == 403
    assert "Modelos" not in outsider.get(reverse("portfolio:list")).content.decode()
