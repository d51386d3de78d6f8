"""One announcement an app: what the house adds up to, and what the checks refuse at the start."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from apps.core import checks, jobs, plugins, requirements
from apps.core.background import work
from apps.core.events import Centavos, EventData, Minutes, Notice, field_names
from apps.core.jobs import Job
from apps.core.localized import Localized, both
from apps.core.plugins import Page, Panel, Plugin
from apps.core.process import BACKWARD, CLOSED, FORWARD, PATH, TRANSITIONS, Gate, PartyRole, Stage
from apps.core.requirements import Answer, Requirement, requirement
from apps.rollouts.models import Rollout


def module(**members):
    return SimpleNamespace(__name__=__name__, **members)


def problems(*more):
    with plugins.override(*more):
        return [error.msg for error in checks.the_plugins_agree(None)]


def notice(subject="x", sentence="x"):
    return Notice(to=lambda event: [], subject=subject, sentence=sentence, url=lambda event: "/")


class Thing(EventData, kind="test.thing", sentence="fez %(what)s", notice=notice("%(code)s", "%(who)s: %(what)s")):
    what: str


class Twin(EventData, kind="test.thing", sentence="x"):
    pass


class Wrong(EventData, kind="test.wrong", sentence="diz %(reason)s"):
    what: str


class Mail(EventData, kind="test.mail", sentence="x", notice=notice("%(item)s", "%(total)s")):
    total: int


@requirement("test:thing", Gate.COMPLETE, answer=lambda rollout, rest: Answer("x", "x", rest))
def a_thing(rollout):
    yield Requirement("test:thing:7", "x", "client", datetime.now(UTC), "/x")


@requirement("test:thing", Gate.COMPLETE)
def the_same_thing(rollout):
    yield from ()


@requirement("test:optional")
def an_optional_thing(rollout):
    yield Requirement("test:optional", "x", "client", datetime.now(UTC), "/x")


def page(key):
    return Page(key, "x", "x", "x", lambda rollout: [])


class TestChecks:
    def test_the_house_agrees_with_itself(self):
        assert problems() == []

    def test_an_event_kind_that_is_announced_twice(self):
        assert problems(Plugin(app="a", events=module(Thing=Thing, Twin=Twin))) == [
            "The event kind 'test.thing' is announced 2 times."
        ]

    def test_a_sentence_that_names_what_its_data_lacks(self):
        assert problems(Plugin(app="a", events=module(Wrong=Wrong))) == [
            "The sentence of 'test.wrong' names 'reason', which its data lacks."
        ]

    def test_a_notice_that_names_what_its_data_lacks(self):
        assert problems(Plugin(app="a", events=module(Mail=Mail))) == [
            "The notice's subject of 'test.mail' names 'item', which its data lacks."
        ]

    def test_a_notice_of_an_event_that_nobody_declares(self):
        assert problems(Plugin(app="a", notices={Thing: notice()})) == [
            "The plugin of a gives a notice of 'test.thing', which is in no plugin's events."
        ]

    def test_two_notices_of_one_event(self):
        assert problems(Plugin(app="a", events=module(Thing=Thing), notices={Thing: notice()})) == [
            "The notice 'test.thing' is announced 2 times."
        ]

    def test_an_event_class_that_no_plugin_names(self, monkeypatch):
        monkeypatch.setattr(checks, "_subclasses", lambda: [Thing])
        assert problems() == [f"The event kind 'test.thing' ({__name__}) is in no plugin's events."]

    def test_a_requirement_that_no_plugin_names(self, monkeypatch):
        monkeypatch.setattr(requirements, "declared", [a_thing])
        assert problems() == [f"The requirement 'test:thing' ({__name__}) is in no plugin's requirements."]

    def test_a_requirement_that_is_announced_twice_at_one_gate(self):
        assert problems(Plugin(app="a", requirements=module(a=a_thing, b=the_same_thing))) == [
            "The requirement 'test:thing at complete' is announced 2 times."
        ]

    def test_a_key_that_would_be_taken_for_anothers(self):
        inner = requirement("test:thing:inner", Gate.COMPLETE)(lambda rollout: ())
        assert problems(Plugin(app="a", requirements=module(a=a_thing, b=inner))) == [
            "The requirement 'test:thing:inner' would be taken for one of 'test:thing'."
        ]

    def test_a_page_that_is_announced_twice(self):
        assert problems(Plugin(app="a", page=page("x")), Plugin(app="b", page=page("x"))) == [
            "The page 'x' is announced 2 times."
        ]

    def test_a_panel_for_a_place_that_is_none(self):
        assert problems(Plugin(app="a", panels=[Panel("somewhere", lambda request, subject: "")])) == [
            "The plugin of a has a panel for 'somewhere', which is no place."
        ]

    def test_work_that_no_plugin_names(self, monkeypatch):
        job = Job("test.job", "x", "x", task="test.nothing")
        monkeypatch.setattr(jobs, "declared", [job])
        assert problems() == ["The kind of work 'test.job' is in no plugin's jobs."]
        assert problems(Plugin(app="a", jobs=[job])) == [
            "The work 'test.job' is done by 'test.nothing', which is no task."
        ]

    def test_work_that_is_announced_twice(self):
        job = next(iter(work.jobs().values()))
        assert problems(Plugin(app="a", jobs=[job])) == [f"The kind of work {job.name!r} is announced 2 times."]

    def test_a_periodic_task_without_its_hour_and_an_hour_without_its_task(self, settings):
        schedule = {**settings.CELERY_BEAT_SCHEDULE, "x": {"task": "apps.nothing.tasks.x", "schedule": 60}}
        settings.CELERY_BEAT_SCHEDULE = schedule
        assert problems() == ["The clock asks for 'apps.nothing.tasks.x', which is no task."]
        del schedule["x"], schedule["seal-waiting-terms"]
        assert problems() == [
            "The periodic task 'apps.stages.acceptance.tasks.seal_waiting_terms' is not on the clock "
            "(SCHEDULE in presence_rollout/work.py)."
        ]


class TestRegistry:
    def test_what_a_gate_asks_and_what_no_gate_asks(self):
        with plugins.override(Plugin(app="a", requirements=module(a=a_thing, b=an_optional_thing))):
            kinds = {kind.key for kind in plugins.requirement_kinds()}
            assert {"test:thing", "test:optional", "development:due_date"} <= kinds
            assert plugins.answer_to(None, "test:thing:7").subject == "7"
            assert plugins.answer_to(None, "test:optional") is None
        assert plugins.answer_to(None, "test:thing:7") is None

    def test_what_an_override_added_is_gone_after_it(self):
        with plugins.override(Plugin(app="a", events=module(Thing=Thing))):
            assert plugins.events()["test.thing"] is Thing
            assert plugins.notices()["test.thing"] is Thing.notice
        assert "test.thing" not in plugins.events()

    def test_the_apps_come_in_the_order_of_the_floors(self):
        names = [plugin.app for plugin in plugins.plugins()]
        assert names.index("rollouts") < names.index("development") < names.index("portal")


class Everything(
    EventData, kind="test.everything", sentence="%(role)s %(day)s %(at)s %(took)s %(cost)s %(item)s %(roles)s %(note)s"
):
    role: PartyRole
    day: date
    at: datetime
    took: Minutes
    cost: Centavos
    item: Localized
    roles: list[PartyRole]
    note: str | None = None


class TestEventData:
    DATA = Everything(
        role=PartyRole.CLIENT,
        day=date(2026, 3, 2),
        at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC),
        took=90,
        cost=123456,
        item=Localized(pt="Chave", en="Key"),
        roles=[PartyRole.CLIENT, PartyRole.PLATFORM],
    )

    def test_what_is_kept_belongs_to_no_language(self):
        with translation.override("en"):
            assert self.DATA.as_json() == {
                "role": "client",
                "day": "2026-03-02",
                "at": "2026-03-02T23:30:00.000000+00:00",
                "took": 90,
                "cost": 123456,
                "item": {"pt": "Chave", "en": "Key"},
                "roles": ["client", "platform"],
            }

    def test_each_reader_has_it_in_their_words(self):
        kept = self.DATA.as_json()
        with translation.override("pt-br"):
            assert Everything.described(kept) == (
                "Cliente 02/03/2026 02/03/2026 20:30 1h30 R$ 1.234,56 Chave Cliente, Plataforma –"
            )
        with translation.override("en"):
            text = Everything.described(kept)
            assert text.startswith("Client ")
            assert "Key Client, Platform" in text

    def test_words_of_one_language_cannot_be_kept(self):
        with pytest.raises(TypeError, match="both languages"):
            Thing(what=gettext_lazy("Cliente")).as_json()

    def test_an_event_lacks_nothing_that_its_kind_declares(self):
        with pytest.raises(TypeError):
            Thing()

    def test_a_sentence_may_name_its_fields(self):
        assert field_names(Thing) == {"what"}


def test_a_translated_sentence_in_both_languages_with_its_values():
    text = both(gettext_lazy("Dados de %(role)s"), role=PartyRole.CLIENT.label)
    plain = both(gettext_lazy("Cliente"), role="")
    assert plain == {"pt": "Cliente", "en": "Client"}
    assert text["pt"] == "Dados de Cliente"


class TestProcess:
    def test_each_gate_is_one_transition_and_a_method_of_the_rollout(self):
        assert list(dict.fromkeys(way.gate for way in TRANSITIONS)) == list(Gate)
        for way in TRANSITIONS:
            machine = getattr(Rollout, way.gate.value)._django_fsm
            assert machine.transitions[way.source].target == way.target

    def test_every_stage_is_on_the_path_or_closed(self):
        assert [*PATH, *CLOSED] == list(Stage)
        assert set(FORWARD) == set(PATH)
        assert set(BACKWARD) < set(PATH)
