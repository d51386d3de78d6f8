"""Each kind of prerequisite is one class; everything else asks it."""

import pytest
from django import forms
from django.urls import reverse

from apps.prerequisites import actions, kinds
from apps.prerequisites.models import Prerequisite
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


class Opening(kinds.DeliveryKind):
    """A kind that exists in this test alone: on which day something opens, and who says so."""

    kind = "opening"

    def parts(self):
        return [("day", "Dia"), ("who", "Quem informa")]

    def form_fields(self):
        return {"day": forms.CharField(label="Dia de abertura"), "who": forms.CharField(label="Quem informa")}

    def problems(self, data):
        return [("day", "O dia não pode ser domingo.")] if data.get("day") == "domingo" else []

    def facts(self, submission):
        return [kinds.Fact(label, submission.values[name]) for name, label in self.parts()]


@pytest.fixture
def item(monkeypatch):
    monkeypatch.setitem(kinds.CLASSES, "opening", Opening)
    return PrerequisiteFactory(kind="opening")


@pytest.fixture
def browser(item, client_for):
    return client_for(item.rollout.people["client"])


def submit(browser, item, **fields):
    return browser.post(reverse("prerequisites:submit", args=[item.rollout_id, item.pk]), fields)


def test_each_kind_has_its_class():
    assert set(kinds.CLASSES) == set(Prerequisite.Kind.values)
    assert all(cls.kind == kind for kind, cls in kinds.CLASSES.items())


@pytest.mark.parametrize("kind", Prerequisite.Kind.values)
def test_each_field_that_is_asked_belongs_to_a_part(kind):
    fields = [{"name": "token", "label": {"pt": "Token"}, "help": {}, "secret": True}] if kind == "credential" else []
    of_item = kinds.of(PrerequisiteFactory(kind=kind, fields=fields))
    parts = [name for name, _label in of_item.parts()]
    assert {of_item.part_of(name) for name in of_item.form_fields()} == set(parts)


class TestANewKindNeedsOneClass:
    def test_its_fields_are_asked_and_what_was_delivered_is_shown(self, item, browser):
        room = reverse("prerequisites:room", args=[item.rollout_id])
        assert "Dia de abertura" in browser.get(room).content.decode()
        assert submit(browser, item, day="segunda", who="Rita").status_code == 302
        assert item.last.values == {"day": "segunda", "who": "Rita"}
        page = browser.get(room).content.decode()
        assert "segunda" in page
        assert "Rita" in page

    def test_its_refusal_stands_at_the_field(self, item, browser):
        answer = submit(browser, item, day="domingo", who="Rita")
        assert answer.status_code == 422
        assert "não pode ser domingo" in answer.content.decode()
        assert not item.submissions.exists()

    def test_a_part_that_was_right_stays_and_only_the_other_is_asked_again(self, item, browser, client_for):
        submit(browser, item, day="segunda", who="Rita")
        actions.reject(item, by=item.rollout.people["pm"], reason="Outro dia", wrong=["day"])
        page = browser.get(reverse("portal:matter", args=[item.rollout_id, item.requirement_key])).content.decode()
        assert "Rita" in page
        assert 'name="who"' not in page
        submit(browser, item, day="terça")
        assert item.submissions.last().values == {"day": "terça", "who": "Rita"}

    def test_two_deliveries_can_be_compared_by_their_values(self, item, browser):
        submit(browser, item, day="segunda", who="Rita")
        actions.reject(item, by=item.rollout.people["pm"], reason="Outro dia")
        submit(browser, item, day="terça", who="Rita")
        rows = {row.label: row.says for row in kinds.of(item).compare(*item.submissions.all())}
        assert rows == {"Dia": "trocado", "Quem informa": "igual"}
