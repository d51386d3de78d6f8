"""The worksheet stays light: what its page weighs and asks of the database, with every method of the catalogue adopted."""

import gzip

import pytest
from django.urls import reverse

from apps.core.process import Stage
from apps.stages.kickoff import actions
from apps.stages.kickoff.models import AgreedMethod
from apps.stages.kickoff.sheets import FIELDS
from tests.access.queries import counted
from tests.blueprints import shipped
from tests.kickoff.factories import RowFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    shipped.load()
    rollout = RolloutFactory()
    actions.copy_agenda_and_methods(rollout)
    kickoff = rollout.kickoff
    actions.agree_methods(kickoff, by=rollout.people["pm"], methods=list(kickoff.methods.all()))
    RowFactory.create_batch(40, kickoff=kickoff)
    return rollout


@pytest.fixture
def browser(rollout, client_for):
    return client_for(rollout.people["integrator"])


def page(browser, rollout, **parameters):
    return browser.get(reverse("kickoff:worksheet", args=[rollout.pk]), parameters)


def test_the_whole_page_is_below_a_hundred_kilobytes_compressed(browser, rollout):
    assert AgreedMethod.objects.filter(agreed=True).count() >= 8
    longest = AgreedMethod.objects.get(code="ECM-PRODUTOS")
    content = page(browser, rollout, parte=f"{FIELDS.key}:{longest.pk}").content
    assert len(gzip.compress(content)) < 100_000


def test_no_form_of_the_page_has_more_fields_than_a_request_takes(browser, rollout):
    content = page(browser, rollout).content.decode()
    forms = content.count("<form")
    assert forms > 40
    assert content.count(" name=") / forms < 20


@pytest.mark.parametrize("stage", [Stage.KICKOFF, Stage.HOMOLOGATION])
def test_more_methods_and_lines_take_no_more_queries(browser, rollout, stage):
    at_stage(rollout, stage)
    page(browser, rollout)
    with counted() as queries:
        page(browser, rollout)
    assert len(queries) <= 15


@pytest.mark.parametrize("stage", [Stage.KICKOFF, Stage.DEVELOPMENT])
def test_a_cell_is_saved_in_few_queries(browser, rollout, stage):
    kickoff = rollout.kickoff
    if stage != Stage.KICKOFF:
        at_stage(rollout, stage)
    url = reverse("kickoff:cell", args=[rollout.pk])
    rows = list(kickoff.rows.filter(sheet=FIELDS.key)[:2])
    data = {"column": "rule", "version": 0, "value": "x"}
    browser.post(url, data | {"row": rows[0].pk})
    with counted() as queries:
        assert browser.post(url, data | {"row": rows[1].pk}).status_code == 200
    assert len(queries) <= 20
