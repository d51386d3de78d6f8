"""The draft of the script under two people at once, and a freeze beside a change, on a real PostgreSQL."""

import pytest

from apps.blueprints.editor import drafts
from apps.blueprints.editor import script_actions as actions
from apps.blueprints.models import Blueprint, ScriptDraft
from apps.companies.models import Role
from apps.core.refusals import Refusal
from apps.stages.homologation.models import Script
from apps.stages.homologation.script import actions as script_actions
from apps.stages.homologation.script.catalogue import copy_script
from tests.blueprints.factories import ScriptVersionFactory, a_case
from tests.companies.factories import PresenceFactory, a_person
from tests.rollouts.factories import RolloutFactory
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

FIELDS = {name: value for name, value in a_case("PED-01").items() if name not in ("code", "process")}
FIELDS |= {"condition_key": "", "depends": []}


@pytest.fixture
def people():
    return [a_person(PresenceFactory(), Role.MANAGER) for _n in range(2)]


def names(outcomes):
    return sorted(type(each).__name__ for each in outcomes)


def test_of_two_who_begin_a_draft_at_once_one_does(people):
    ScriptVersionFactory(version=1)
    outcomes = at_once(*[lambda by=by: actions.start(by=by) for by in people])
    assert names(outcomes) == ["Refusal", "ScriptDraft"]
    assert ScriptDraft.objects.count() == 1


def test_of_two_who_save_one_case_at_once_one_is_told_and_nothing_is_lost(people):
    ScriptVersionFactory(version=1)
    seen = drafts.fingerprint(actions.start(by=people[0]).case("PED-01"))
    jobs = [
        lambda by=by, title=title: actions.save_case(
            "PED-01", by=by, seen_fingerprint=seen, **{**FIELDS, "title": {"pt": title, "en": title}}
        )
        for by, title in zip(people, ("Um", "Outro"), strict=True)
    ]
    outcomes = at_once(*jobs)
    assert names(outcomes) == ["NoneType", "Refusal"]
    won = ("Um", "Outro")[outcomes.index(None)]
    assert ScriptDraft.objects.get().case("PED-01")["title"]["pt"] == won


def test_different_cases_saved_at_once_are_both_kept(people):
    ScriptVersionFactory(version=1)
    draft = actions.start(by=people[0])
    jobs = [
        lambda by=by, code=code: actions.save_case(
            code,
            by=by,
            seen_fingerprint=drafts.fingerprint(draft.case(code)),
            **{**FIELDS, "title": {"pt": code * 2, "en": code}},
        )
        for by, code in zip(people, ("PED-01", "PED-02"), strict=True)
    ]
    assert names(at_once(*jobs)) == ["NoneType", "NoneType"]
    now = ScriptDraft.objects.get()
    assert [now.case(code)["title"]["pt"] for code in ("PED-01", "PED-02")] == ["PED-01" * 2, "PED-02" * 2]


def test_a_draft_is_published_once(people):
    ScriptVersionFactory(version=1)
    actions.start(by=people[0])
    actions.add_case("PED", by=people[0], **FIELDS)
    outcomes = at_once(*[lambda by=by: actions.publish(by=by, note="x", revision=2) for by in people])
    assert names(outcomes) == ["Blueprint", "Refusal"]
    assert Blueprint.objects.count() == 2


def test_a_case_added_while_the_script_is_frozen_is_in_it_or_refused():
    ScriptVersionFactory(version=1)
    rollout = RolloutFactory()
    copy_script(rollout)
    pm, manager = rollout.people["pm"], rollout.people["manager"]
    added, frozen = at_once(
        lambda: script_actions.add_case(rollout.script, by=pm, process="PED", **FIELDS),
        lambda: script_actions.freeze(rollout.script, by=manager),
    )
    assert frozen is None
    script = Script.objects.get()
    assert script.frozen_at
    assert script.cases.filter(is_own=True).exists() == (not isinstance(added, Refusal))
    counted = rollout.events.get(kind="homologation.frozen").data["cases"]
    assert counted == script.cases.filter(applies=True).count()
