"""The data beside the methods of the Presence API: the order that comes in, prices, SKU, categories, customers."""

import pytest
from django.urls import reverse

from apps.accounts.models import User
from apps.core.refusals import Invalid
from apps.stages.kickoff import actions, catalogue, queries, worksheet
from apps.stages.kickoff.models import Kickoff
from tests.blueprints import shipped
from tests.kickoff.factories import KickoffFactory, write
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    shipped.load()
    rollout = RolloutFactory()
    actions.copy_agenda_and_methods(rollout)
    return rollout


def test_a_new_rollout_has_a_place_for_each_kind_of_data(rollout):
    keys = [topic["key"] for topic in rollout.kickoff.topics]
    assert {"orders", "payment", "shipping", "customers", "prices", "skus", "categories"} <= set(keys)
    for key in keys:
        assert rollout.kickoff.rows.filter(sheet="data", topic=key).count() > 5
    number = rollout.kickoff.rows.get(key="orders.number")
    assert (number.cell("direction"), number.cell("master")) == ("platform_to_erp", "platform")


def test_a_rollout_that_started_before_gets_them_and_loses_nothing(client_for):
    shipped.load()
    kickoff = KickoffFactory()
    people = kickoff.rollout.people
    worksheet.add_row(kickoff, by=people["client"], sheet="payments")
    url = reverse("kickoff:worksheet", args=[kickoff.rollout.pk])
    page = client_for(people["client"]).get(url).content.decode()
    assert "Entrada do pedido" in page
    kickoff = Kickoff.objects.get(pk=kickoff.pk)
    write(kickoff, people["integrator"], {"platform_field": "orderId"}, key="orders.number")
    catalogue.lay_out_data(kickoff)
    assert kickoff.rows.get(key="orders.number").cell("platform_field") == "orderId"
    assert kickoff.rows.filter(sheet="payments").count() == 1
    assert (
        kickoff.rows.filter(sheet="data").count()
        == kickoff.rows.filter(sheet="data").distinct("key").order_by("key").count()
    )


def test_what_is_agreed_of_them_leaves_with_the_worksheet(rollout):
    write(rollout.kickoff, rollout.people["integrator"], {"platform_field": "orderId"}, key="orders.number")
    data = queries.worksheet(rollout)["data"]
    assert [(topic["topic"], [field["platform_field"] for field in topic["fields"]]) for topic in data] == [
        ("orders", ["orderId"])
    ]


def test_a_topic_takes_lines_of_its_own(rollout):
    kickoff, people = rollout.kickoff, rollout.people
    row = worksheet.add_row(kickoff, by=people["client"], sheet="data", topic="orders")
    write(kickoff, people["client"], {"datum": "Código do afiliado", "platform_field": "affiliateId"}, pk=row.pk)
    assert queries.worksheet(rollout)["data"][0]["fields"][-1]["datum"] == "Código do afiliado"
    for topic in ("", "colours"):
        with pytest.raises(Invalid):
            worksheet.add_row(kickoff, by=people["client"], sheet="data", topic=topic)


def test_a_part_comes_alone_when_it_is_opened(rollout, client_for):
    browser = client_for(rollout.people["integrator"])
    url = reverse("kickoff:part", args=[rollout.pk, "data:customers"])
    part = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "CPF ou CNPJ" in part
    assert "<!DOCTYPE" not in part
    assert browser.get(url).status_code == 302
    page = browser.get(url, follow=True).content.decode()
    assert "CPF ou CNPJ" in page
    for key in ("data:colours", "data", "fields:x", "fields:" + "9" * 30, "colours"):
        wrong = reverse("kickoff:part", args=[rollout.pk, key])
        assert browser.get(wrong, headers={"HX-Request": "true"}).status_code == 422


def test_they_read_in_english_too(rollout, client_for):
    User.objects.filter(pk=rollout.people["integrator"].pk).update(language="en")
    browser = client_for(rollout.people["integrator"])
    url = reverse("kickoff:worksheet", args=[rollout.pk])
    page = browser.get(url, {"parte": "data:orders"}).content.decode()
    assert "Order intake" in page
    assert "Order number on the platform" in page
