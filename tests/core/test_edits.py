"""Two people who change the same thing are told of each other, on every form that changes something of both."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock, minutes
from apps.core.process import Stage
from apps.core.web import edits
from apps.hours.classification import Rounding
from apps.hours.queries import policy_in_force
from tests.companies.factories import PersonFactory
from tests.hours.factories import log
from tests.meetings.factories import MeetingFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


def day(number):
    return (clock.today() + timedelta(days=number)).isoformat()


def the_target_date(rollout):
    url = reverse("rollouts:correct", args=[rollout.pk])
    return "pm", url, url, lambda number: {"scope": f"{number}", "target_date": day(number), "reason": "x"}


def the_delivery_date(rollout):
    page, url = (reverse(f"development:{name}", args=[rollout.pk]) for name in ("room", "due_date"))
    return "integrator", page, url, lambda number: {"date": day(number), "reason": "x"}


def the_plan(rollout):
    for place, stage in enumerate(("development", "training", "homologation", "acceptance", "go_live", "completed")):
        rollout.planned_stages.create(stage=stage, starts=clock.today() + timedelta(days=10 * (place + 1)))
    url = reverse("rollouts:plan", args=[rollout.pk])
    stages = ("training", "homologation", "acceptance", "go_live", "completed")
    return "pm", url, url, lambda number: {
        **{f"date_{stage}": day(number + 20 * place) for place, stage in enumerate(stages, 1)}, "reason": "x"
    }  # fmt: skip


def the_policy(rollout):
    url = reverse("hours:policy", args=[rollout.pk])
    terms = {"training_allowance": "4h", "homologation_allowance": "6h", "increment": 1, "rounding": "none"}
    return "pm", url, url, lambda number: {**terms, "effective_from": day(0), "hourly_rate": f"{number}"}


def an_entry(rollout):
    entry = log(rollout, start=clock.now() - timedelta(hours=30))
    url = reverse("hours:edit", args=[rollout.pk, entry.number])
    started = clock.local(entry.started_at).strftime("%Y-%m-%dT%H:%M")
    return "pm", url, url, lambda number: {
        "activity": "internal", "minutes": f"{number}m", "note": "x", "started_at": started
    }  # fmt: skip


def a_meeting(rollout):
    meeting = MeetingFactory(rollout=rollout, state="planned")
    url = reverse("meetings:change", args=[rollout.pk, meeting.pk])
    return "pm", url, url, lambda number: {
        "planned_start": f"{day(number)}T10:00", "planned_minutes": "1h", "place": f"Sala {number}"
    }  # fmt: skip


def a_contact(rollout):
    person = PersonFactory(company=rollout.company("client"))
    url = reverse("companies:person", args=[person.company_id, person.pk])
    return "manager", url, url, lambda number: {"name": "Rosa", "position": f"Cargo {number}"}


def a_company(rollout):
    company = rollout.company("client")
    url = reverse("companies:edit", args=[company.pk])
    return "manager", url, url, lambda number: {
        "kind": company.kind, "legal_name": company.legal_name, "trade_name": f"Loja {number}", "cnpj": company.cnpj
    }  # fmt: skip


@pytest.mark.parametrize(
    "form",
    [the_target_date, the_delivery_date, the_plan, the_policy, an_entry, a_meeting, a_contact, a_company],
)  # fmt: skip
def test_the_second_is_told_what_the_first_wrote_and_may_put_theirs_in_its_place(form, client_for):
    rollout = at_stage(RolloutFactory(), Stage.DEVELOPMENT)
    who, page, url, data = form(rollout)
    first, second = client_for(rollout.people[who]), client_for(rollout.people[who])
    shown = [seen_on(browser.get(page)) for browser in (first, second)]
    answer = first.post(url, {**data(5), "seen": shown[0]})
    assert answer.status_code == 302, answer.content.decode()

    refused = second.post(url, {**data(7), "seen": shown[1]})
    assert refused.status_code == 409
    assert "Isto mudou enquanto você editava" in refused.content.decode()
    assert ": agora é" in refused.content.decode()
    again = second.post(url, {**data(7), "seen": seen_on(refused)})
    assert again.status_code == 302, again.content.decode()


def seen_on(answer):
    return re.search(r'name="seen" value="(\w+)"', answer.content.decode())[1]


def test_what_a_row_holds_and_what_a_form_gives_have_one_fingerprint():
    assert edits.fingerprint({"a": clock.today(), "b": None}) == edits.fingerprint({"a": day(0), "b": ""})
    assert edits.fingerprint({"a": ["x", "y"]}) == edits.fingerprint({"a": ("y", "x")})
    assert edits.fingerprint({"a": "1"}) != edits.fingerprint({"a": "2"})
    assert edits.fingerprint(None) == ""


def test_what_the_first_wrote_is_still_told_after_the_second_mended_something_else(client_for):
    rollout = RolloutFactory()
    who, page, url, data = the_target_date(rollout)
    first, second = client_for(rollout.people[who]), client_for(rollout.people[who])
    shown = [seen_on(browser.get(page)) for browser in (first, second)]
    assert first.post(url, {**data(5), "seen": shown[0]}).status_code == 302

    mistyped = second.post(url, {**data(7), "target_date": "x", "seen": shown[1]})
    assert mistyped.status_code == 422
    refused = second.post(url, {**data(7), "seen": seen_on(mistyped)})
    assert refused.status_code == 409
    mistyped = second.post(url, {**data(7), "target_date": "x", "seen": seen_on(refused)})
    assert mistyped.status_code == 422
    assert second.post(url, {**data(7), "seen": seen_on(mistyped)}).status_code == 302


def test_what_stands_there_now_is_told_in_the_words_of_the_field(client_for):
    rollout = at_stage(RolloutFactory(), Stage.DEVELOPMENT)
    _who, _page, url, data = an_entry(rollout)
    browser = client_for(rollout.people["pm"])
    refused = browser.post(url, {**data(7), "seen": "x"}).content.decode()
    entry = rollout.time_entries.get()
    assert f"Atividade: agora é {entry.get_activity_display()}." in refused
    assert f"Duração: agora é {minutes.show(entry.minutes)}." in refused

    _who, _page, url, data = the_policy(rollout)
    refused = browser.post(url, {**data(7), "training_allowance": "5h", "rounding": "up", "seen": "x"}).content.decode()
    terms = policy_in_force(rollout, clock.today()).terms()
    assert f"Valor da hora (R$): agora é {terms['hourly_rate'] // 100},00." in refused
    assert f"Franquia de treinamento: agora é {minutes.show(terms['training_allowance'])}." in refused
    assert f"agora é {Rounding(terms['rounding']).label}." in refused
