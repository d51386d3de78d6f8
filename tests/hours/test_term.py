"""The term tells what of the hours was agreed, what was not, and what is contested; and it is shown where it is signed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.hours.agreement import actions as agree
from apps.hours.term import HOURS
from apps.stages.acceptance import actions, queries
from apps.stages.acceptance.models import AcceptanceTerm
from tests.acceptance.factories import a_draft, opened, signatory
from tests.hours.factories import APRIL, MARCH, ExtraHoursRequestFactory, close_month, log
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


def agreement(rollout):
    return HOURS.of(rollout)["agreement"]


def test_billable_hours_are_split_by_what_the_client_approved():
    with clock.at(APRIL):
        rollout = RolloutFactory()
        assert agreement(rollout) == {"approved": 0, "unapproved": 0, "contested": 0, "requests": [], "contests": []}
        log(rollout, activity="follow_up", minutes=90)
        log(rollout, start=MARCH + timedelta(days=1), minutes=300)
        agree.approve(ExtraHoursRequestFactory(rollout=rollout), by=rollout.people["client"])
        asked = agree.ask(rollout, by=rollout.people["pm"], activity="training", minutes=60, purpose="Mais uma turma")
        parts = agreement(rollout)
        assert (parts["approved"], parts["unapproved"], parts["contested"]) == (60, 90, 0)
        assert parts["requests"] == [{"number": asked.number, "activity": "training", "minutes": 60}]
        agree.approve(asked, by=rollout.people["client"])
        assert (agreement(rollout)["approved"], agreement(rollout)["requests"]) == (120, [])


def test_what_is_contested_stands_in_it_until_it_is_resolved_also_of_a_closed_month():
    with clock.at(APRIL):
        rollout = RolloutFactory()
        entry = log(rollout, activity="follow_up", minutes=90)
        contest = agree.contest(entry.lines.get(), by=rollout.people["client"], text="Foi uma hora")
        expected = [{"number": contest.number, "entry": entry.number, "minutes": 90}]
        assert (agreement(rollout)["contested"], agreement(rollout)["contests"]) == (90, expected)
        close_month(rollout)
        assert agreement(rollout)["contests"] == expected
        agree.resolve(contest, by=rollout.people["pm"], corrected=False, text="Foi hora e meia")
        assert (agreement(rollout)["contested"], agreement(rollout)["contests"]) == (0, [])


def test_who_signs_reads_what_is_not_agreed_and_an_answer_makes_the_term_stale(client_for):
    term = a_draft()
    request = agree.ask(
        term.rollout, by=term.rollout.people["pm"], activity="follow_up", minutes=60, purpose="Apoio à loja"
    )
    assert queries.is_stale(AcceptanceTerm.objects.get(pk=term.pk))
    people = term.rollout.people
    chosen = {"client": people["client"], "integrator": people["integrator"], "presence": people["pm"]}
    newer = actions.draft(term.rollout, by=people["pm"], signatories=chosen)
    newer.rollout.people = people
    newer = opened(newer, pdf=b"%PDF-1.7 teste")
    row = signatory(newer, "client")
    page = (
        client_for(people["client"]).get(reverse("acceptance:sign", args=[newer.rollout_id, row.pk])).content.decode()
    )
    assert "Há horas sobre as quais ainda não há acordo" in page
    assert "Pedido 1 em aberto: 1h00 de Acompanhamento" in page
    agree.decline(request, by=people["client"], reason="Não precisamos")
    assert queries.is_stale(AcceptanceTerm.objects.get(pk=newer.pk))
