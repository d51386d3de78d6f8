"""The contacts of a company are chosen from its directory, or added to it, in the form of the item itself."""

import pytest
from django.urls import reverse

from apps.companies.models import Person
from apps.core.refusals import Invalid
from apps.prerequisites import actions
from apps.prerequisites.forms import SubmitForm
from tests.companies.factories import PersonFactory
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return PrerequisiteFactory(kind="contact")


@pytest.fixture
def shop(item):
    return item.rollout.company("client")


def deliver(client_for, item, **data):
    url = reverse("prerequisites:submit", args=[item.rollout_id, item.pk])
    return client_for(item.rollout.people["client"]).post(url, data)


def test_who_has_the_purpose_is_chosen_already_so_nothing_is_typed(item, shop, client_for):
    rita = PersonFactory(company=shop, name="Rita", emails=["rita@flores.com.br"], purposes=["technical"])
    bruno = PersonFactory(company=shop, name="Bruno", phone="11 3333-4444", purposes=["decision"])
    form = SubmitForm(prerequisite=item)
    assert (form["technical"].initial, form["decision"].initial) == (rita, bruno)
    assert deliver(client_for, item, technical=f"#{rita.pk}", decision=f"#{bruno.pk}").status_code == 302
    assert item.submissions.get().contacts() == [
        {
            "kind": "technical", "person": rita.pk, "name": "Rita", "position": "", "email": "rita@flores.com.br",
            "phone": "",
        },
        {"kind": "decision", "person": bruno.pk, "name": "Bruno", "position": "", "email": "", "phone": "11 3333-4444"},
    ]  # fmt: skip


def test_who_is_typed_for_both_is_added_once_and_gets_both_purposes_when_accepted(item, shop, client_for):
    rita = {"name": "Rita", "position": "TI", "email": "rita@flores.com.br", "phone": "(11) 3333-4444 ramal 2"}
    data = {f"{kind}_1_{part}": text for kind in ("technical", "decision") for part, text in rita.items()}
    assert deliver(client_for, item, **data).status_code == 302
    person = Person.objects.get(company=shop, user=None)
    assert person.purposes == []
    actions.accept(item, by=item.rollout.people["pm"])
    person.refresh_from_db()
    assert person.purposes == ["decision", "technical"]
    assert person.phones.get().extension == "2"


def test_a_long_telephone_is_kept_as_typed_and_never_an_error_of_the_database(item, shop, client_for):
    phone = "ligar depois das 14h para a recepção e pedir o setor de tecnologia, 3º andar, ou 11 3333-4444"
    data = {
        f"{kind}_1_{part}": text
        for kind in ("technical", "decision")
        for part, text in {"name": "Rita", "phone": phone}.items()
    }
    assert deliver(client_for, item, **data).status_code == 302
    actions.accept(item, by=item.rollout.people["pm"])
    assert Person.objects.get(company=shop, user=None).phones.get().e164 == "+551133334444"


def test_who_cannot_be_reached_is_refused_and_stays_typed(item, client_for):
    answer = deliver(client_for, item, technical_1_name="Rita", decision_1_name="Bruno")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Rita não tem e-mail nem telefone no cadastro. Inclua um deles." in page
    assert 'value="Bruno"' in page


def test_presence_s_own_people_are_chosen_and_never_typed():
    item = PrerequisiteFactory(kind="contact", owner="presence")
    html = str(SubmitForm(prerequisite=item)["technical"])
    assert str(item.rollout.people["analyst"]) in html
    assert "Incluir" not in html


def test_fields_that_an_outside_tool_sends_find_the_person_or_make_one(item, shop):
    rita = PersonFactory(company=shop, name="Rita Souza", emails=["rita@flores.com.br"])
    rows = [
        {"kind": "technical", "name": "Rita", "email": "rita@flores.com.br", "phone": "", "position": ""},
        {"kind": "decision", "name": "Bruno", "email": "bruno@flores.com.br", "phone": "x" * 90, "position": "Dono"},
    ]
    actions.submit(item, by=item.rollout.people["client"], contacts=rows)
    actions.accept(item, by=item.rollout.people["pm"])
    rita.refresh_from_db()
    assert rita.purposes == ["technical"]
    bruno = Person.objects.get(company=shop, name="Bruno")
    assert (bruno.purposes, bruno.position, bruno.addresses) == (["decision"], "Dono", ["bruno@flores.com.br"])


def test_an_address_that_somebody_else_has_gives_them_nothing(item, shop):
    rita = PersonFactory(company=shop, name="Rita", emails=["ti@flores.com.br"])
    rows = [
        {"kind": kind, "name": "Bruno", "email": "ti@flores.com.br", "phone": "", "position": ""}
        for kind in ("technical", "decision")
    ]
    actions.submit(item, by=item.rollout.people["client"], contacts=rows)
    actions.accept(item, by=item.rollout.people["pm"])
    rita.refresh_from_db()
    assert rita.purposes == []
    assert Person.objects.get(company=shop, name="Bruno").purposes == ["decision", "technical"]


def test_a_draft_keeps_who_was_being_added(item, shop, client_for):
    url = reverse("portal:draft", args=[item.rollout_id, item.requirement_key])
    browser = client_for(item.rollout.people["client"])
    assert (
        browser.post(url, {"technical": "", "technical_1_name": "Rita", "technical_1_phone": "11 3333"}).status_code
        == 200
    )
    page = browser.get(reverse("portal:matter", args=[item.rollout_id, item.requirement_key])).content.decode()
    assert 'value="11 3333"' in page


@pytest.mark.parametrize(
    "wrong",
    [{"email": "josé@flores.com.br"}, {"name": "N" * 121}, {"position": "P" * 81}, {"name": "Ganhe em loja.com"}],
)
def test_what_the_directory_could_not_hold_is_refused_when_it_is_delivered(item, wrong):
    row = {"kind": "technical", "name": "Rita", "email": "rita@flores.com.br", "phone": "", "position": ""} | wrong
    with pytest.raises(Invalid):
        actions.submit(item, by=item.rollout.people["client"], contacts=[row])
