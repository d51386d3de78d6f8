"""The planned window and its days, go and no-go of the four, and what a no keeps closed."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.golive import days, queries, windows
from apps.stages.golive.models import Release, Window, WindowAnswer
from tests.golive.factories import WindowAnswerFactory, WindowFactory, a_rollout_going_live, local
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db
NOW = local("2026-08-10T10:00")  # A Monday.


@pytest.fixture(autouse=True)
def _on_a_monday():
    with clock.at(NOW):
        yield


@pytest.fixture
def rollout():
    return a_rollout_going_live()


def propose(rollout, start="2026-08-12T09:00", end="2026-08-12T13:00", reason=""):
    return windows.propose(rollout, by=rollout.people["pm"], starts_at=local(start), ends_at=local(end), reason=reason)


SPEAKERS = {"presence": "pm", "platform": "platform", "integrator": "integrator", "client": "client"}


def says(rollout, window, role, answer="go", **more):
    return windows.answer(window, role=role, by=rollout.people[SPEAKERS[role]], answer=answer, **more)


def owed(rollout):
    needs = gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.COMPLETE)
    return {need.key.removeprefix("golive:"): need for need in needs if "answer" in need.key or "window" in need.key}


def test_presence_owes_a_window_before_anything_is_asked(rollout):
    assert {key: need.owed_by for key, need in owed(rollout).items()} == {"window": "presence"}
    propose(rollout)
    assert {key: need.owed_by for key, need in owed(rollout).items()} == {f"answer:1:{role}": role for role in SPEAKERS}


def test_four_times_go_and_nothing_is_owed(rollout):
    window = propose(rollout)
    for role in SPEAKERS:
        assert not queries.is_go(window)
        says(rollout, window, role)
        window = queries.window_in_force(rollout)
    assert queries.is_go(window)
    assert owed(rollout) == {}
    assert [event.kind for event in rollout.events.all()] == ["golive.window_proposed"] + ["golive.go"] * 4
    assert rollout.events.last().party == "client"


def test_a_no_says_why_and_who_owes_what_and_no_manager_waives_it(rollout):
    window = propose(rollout)
    says(rollout, window, "client", "no_go", reason="Faltam 200 fotos", owner="platform")
    need = owed(rollout)["answer:1:client"]
    assert need.owed_by == "platform"
    assert "Faltam 200 fotos" in str(need.text)
    assert need.waivable is False
    assert owed(rollout)["answer:1:presence"].waivable is True
    assert rollout.events.last().data["reason"] == "Faltam 200 fotos"


def test_a_no_without_a_reason_is_no_answer(rollout):
    with pytest.raises(Invalid) as refused:
        says(rollout, propose(rollout), "client", "no_go", reason=" ")
    assert refused.value.field == "reason"


def test_a_no_that_names_nobody_is_presences_to_settle(rollout):
    says(rollout, propose(rollout), "client", "no_go", reason="Não sei quem resolve")
    assert owed(rollout)["answer:1:client"].owed_by == "presence"


def test_an_answer_may_change_but_not_be_said_twice(rollout):
    window = propose(rollout)
    says(rollout, window, "client", "no_go", reason="Faltam fotos", owner="client")
    says(rollout, window, "client")
    assert "answer:1:client" not in owed(rollout)
    assert window.answers.get().owner == ""
    with pytest.raises(Refusal, match="já deu"):
        says(rollout, window, "client")


def test_a_new_window_asks_everybody_anew(rollout):
    first = propose(rollout)
    for role in SPEAKERS:
        says(rollout, first, role)
    second = propose(rollout, "2026-08-13T09:00", "2026-08-13T12:00")
    assert second.number == 2
    assert set(owed(rollout)) == {f"answer:2:{role}" for role in SPEAKERS}
    with pytest.raises(Refusal, match="outra janela"):
        says(rollout, first, "client", "no_go", reason="x")


def test_a_window_that_passed_without_four_times_go_is_presences_to_propose_again(rollout):
    window = propose(rollout)
    says(rollout, window, "client", "no_go", reason="Faltam fotos", owner="client")
    for role in ("presence", "integrator"):
        says(rollout, window, role)
    with clock.at(window.ends_at):
        needs = owed(rollout)
        assert {key: need.owed_by for key, need in needs.items()} == {
            "answer:1:client": "presence", "answer:1:platform": "presence",
        }  # fmt: skip
        assert needs["answer:1:platform"].waivable
        assert not needs["answer:1:client"].waivable
        with pytest.raises(Refusal, match="já passou"):
            says(rollout, window, "platform")


@pytest.mark.parametrize("moment", ["2026-08-15T09:00", "2026-08-16T09:00", "2026-09-07T09:00", "2026-12-25T09:00"])
def test_weekends_and_national_holidays_are_refused(rollout, moment):
    end = (local(moment) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    with pytest.raises(Invalid, match="fim de semana ou feriado") as refused:
        propose(rollout, moment, end, reason="quero assim mesmo")
    assert refused.value.field == "starts_at"


def test_a_night_that_ends_on_a_saturday_is_refused(rollout):
    with pytest.raises(Invalid, match="15/08/2026"):
        propose(rollout, "2026-08-14T22:00", "2026-08-15T02:00", reason="madrugada")


@pytest.mark.parametrize(
    ("day", "warnings"),
    [
        (date(2026, 8, 12), []),
        (date(2026, 8, 14), ["friday"]),
        (date(2026, 10, 12) - timedelta(days=3), ["friday"]),
        (date(2026, 4, 20), ["eve"]),  # Tiradentes is a Tuesday in 2026.
        (date(2026, 8, 13), []),
        (date(2026, 11, 24), ["season"]),
        (date(2026, 11, 27), ["friday", "season"]),
        (date(2026, 11, 30), ["season"]),
        (date(2026, 12, 1), []),
        (date(2026, 12, 24), ["eve", "season"]),
    ],
)
def test_what_speaks_against_a_day(day, warnings):
    assert days.warnings(day, day) == warnings


def test_a_day_with_a_warning_needs_a_reason_that_everybody_reads(rollout, client_for):
    with pytest.raises(Invalid, match="sexta-feira") as refused:
        propose(rollout, "2026-08-14T09:00", "2026-08-14T12:00", reason=" ")
    assert refused.value.field == "reason"
    window = propose(rollout, "2026-08-14T09:00", "2026-08-14T12:00", reason="A loja fecha para inventário")
    assert (window.warnings, window.reason) == (["friday"], "A loja fecha para inventário")
    page = client_for(rollout.people["platform"]).get(reverse("golive:room", args=[rollout.pk])).content.decode()
    assert "A loja fecha para inventário" in page
    assert "é sexta-feira" in page


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2026-08-10T10:00", "2026-08-10T12:00", "starts_at"),
        ("2026-08-12T09:00", "2026-08-12T09:00", "ends_at"),
        ("2026-08-12T09:00", "2026-08-11T09:00", "ends_at"),
        ("2026-08-11T09:00", "2026-08-14T09:01", "ends_at"),
    ],
)
def test_a_window_lies_ahead_and_lasts_three_days_at_most(rollout, start, end, field):
    with pytest.raises(Invalid) as refused:
        propose(rollout, start, end, reason="x")
    assert refused.value.field == field


@pytest.mark.parametrize("role", SPEAKERS)
def test_each_party_is_spoken_for_by_its_own_lead(rollout, role):
    seat = WindowAnswer(window=WindowFactory(rollout=rollout), role=role)
    may = {name for name, user in rollout.people.items() if user.has_perm("golive.answer", seat)}
    assert may == ({"pm", "manager"} if role == "presence" else {role})


def test_nobody_answers_for_another_company(rollout):
    with pytest.raises(NotAllowed):
        windows.answer(propose(rollout), role="client", by=rollout.people["integrator"], answer="go")


def test_one_person_answers_for_both_roles_of_their_company(rollout):
    party = rollout.parties.get(role="integrator")
    party.company = rollout.company("client")
    party.save()
    window = propose(rollout)
    for role in ("client", "integrator"):
        windows.answer(window, role=role, by=rollout.people["client"], answer="go")
    assert window.answers.count() == 2


def test_only_a_project_manager_proposes(rollout):
    with pytest.raises(NotAllowed):
        windows.propose(
            rollout, by=rollout.people["client"], starts_at=local("2026-08-12T09:00"), ends_at=local("2026-08-12T12:00")
        )


def test_after_the_release_nothing_of_it_changes(rollout):
    window = propose(rollout)
    Release.objects.create(rollout=rollout, confirmed_at=NOW, recorded_at=NOW)
    with pytest.raises(Refusal, match="liberação"):
        propose(rollout)
    with pytest.raises(Refusal, match="liberação"):
        says(rollout, window, "client")


def test_it_belongs_to_its_stage(rollout):
    window = propose(rollout)
    at_stage(rollout, Stage.ACCEPTANCE)
    with pytest.raises(Refusal):
        propose(rollout)
    with pytest.raises(Refusal):
        says(rollout, window, "client")


@pytest.mark.parametrize("fields", [{"answer": "no_go", "reason": "x"}, {"answer": "no_go", "owner": "client"},
                                    {"answer": "go", "owner": "client"}])  # fmt: skip
def test_the_database_keeps_an_answer_whole(rollout, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        WindowAnswerFactory(window=WindowFactory(rollout=rollout), role="client", **fields)


class TestPage:
    def url(self, rollout, name="golive:room", *args):
        return reverse(name, args=[rollout.pk, *args])

    def test_a_refused_proposal_comes_back_with_what_was_typed(self, rollout, client_for):
        data = {"window-starts_at": "2026-08-15T09:00", "window-ends_at": "2026-08-15T10:00", "window-reason": "sábado"}
        answer = client_for(rollout.people["pm"]).post(self.url(rollout, "golive:propose"), data)
        assert answer.status_code == 422
        assert "Escolha dias úteis" in answer.content.decode()
        assert "sábado" in answer.content.decode()
        assert not Window.objects.exists()

    def test_everybodys_answer_is_visible_to_all_four(self, rollout, client_for):
        window = propose(rollout)
        data = {"client-answer": "no_go", "client-reason": "Faltam fotos", "client-owner": "platform"}
        client = client_for(rollout.people["client"])
        assert client.post(self.url(rollout, "golive:answer", window.number, "client"), data).status_code == 302
        for name in ("pm", "platform", "integrator", "client_member"):
            page = client_for(rollout.people[name]).get(self.url(rollout)).content.decode()
            assert "Faltam fotos" in page, name
            assert ("Responder pela empresa" in page) == (name != "client_member")

    def test_another_window_or_party_is_not_found(self, rollout, client_for):
        propose(rollout)
        client = client_for(rollout.people["client"])
        assert client.post(self.url(rollout, "golive:answer", 2, "client")).status_code == 404
        assert client.post(self.url(rollout, "golive:answer", 1, "nobody")).status_code == 404
        assert client.post(self.url(rollout, "golive:answer", 1, "platform")).status_code == 403
