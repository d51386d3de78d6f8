"""Which hours a nonconformity makes free: until it is declined, and after the month was closed by a dated adjustment."""

from datetime import UTC, datetime

import pytest

from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours import queries
from apps.hours.ledger import actions, history
from apps.hours.models import Reclassification
from apps.hours.statements import reconciliation
from apps.stages.homologation.nonconformities import judgement
from tests.homologation.factories import NonconformityFactory
from tests.homologation.test_homologation import case, make_script
from tests.hours.factories import APRIL, MARCH, close_month, log
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    with clock.at(APRIL):
        yield at_stage(RolloutFactory(), Stage.HOMOLOGATION)


@pytest.fixture
def nonconformity(rollout):
    script = make_script(rollout)
    return NonconformityFactory(rollout=rollout, case=case(script), opened_by=rollout.people["pm"], number=3)


def homologation(rollout, **fields):
    return log(rollout, activity="homologation", note="Reteste", **fields)


def classes(rollout):
    return [(line.entry.number, line.minutes, line.hour_class) for line in queries.lines(rollout)]


class TestDeclined:
    def test_its_open_hours_are_like_others_from_then_on_and_the_change_is_shown(self, rollout, nonconformity):
        entry = homologation(rollout, nonconformity=nonconformity, minutes=400)
        assert classes(rollout) == [(1, 400, "free")]
        judgement.decline(nonconformity, by=rollout.people["pm"], reason="x")
        assert classes(rollout) == [(1, 360, "included"), (1, 40, "billable")]
        change = Reclassification.objects.get(entry=entry)
        assert history.describe(change).endswith("porque a não conformidade foi declarada improcedente")
        judgement.contest(nonconformity, by=rollout.people["client"], reason="x")
        assert classes(rollout) == [(1, 400, "free")]

    def test_a_closed_month_stays_as_it_is_and_is_proven(self, rollout, nonconformity):
        homologation(rollout, nonconformity=nonconformity)
        close_month(rollout)
        judgement.decline(nonconformity, by=rollout.people["pm"], reason="x")
        assert classes(rollout) == [(1, 60, "free")]
        assert list(reconciliation.differences(rollout)) == []

    def test_no_new_hours_name_it(self, rollout, nonconformity):
        judgement.decline(nonconformity, by=rollout.people["pm"], reason="x")
        with pytest.raises(Invalid, match="improcedente"):
            homologation(rollout, nonconformity=nonconformity)


class TestAttributedAfterTheMonthWasClosed:
    @pytest.fixture
    def entry(self, rollout):
        entry = homologation(rollout, minutes=400)
        close_month(rollout)
        return entry

    def attribute(self, rollout, entry, nonconformity, who="pm", reason="Causada pela NC-3"):
        return actions.attribute(entry, by=rollout.people[who], nonconformity=nonconformity, reason=reason)

    def test_it_is_given_back_and_free_by_adjustments_of_today(self, rollout, entry, nonconformity):
        adjustment = self.attribute(rollout, entry, nonconformity)
        assert (adjustment.started_at, adjustment.adjusts, adjustment.note) == (clock.now(), entry, "Causada pela NC-3")
        assert classes(rollout) == [
            (1, 360, "included"), (1, 40, "billable"), (2, -40, "billable"), (2, -360, "included"), (3, 400, "free"),
        ]  # fmt: skip
        assert entry.started_at == MARCH
        assert list(reconciliation.differences(rollout)) == []
        event = rollout.events.get(kind="hours.attributed")
        assert event.data == {"adjusts": 1, "duration": 400, "label": "NC-3", "reason": "Causada pela NC-3"}

    def test_it_is_attributed_once(self, rollout, entry, nonconformity):
        self.attribute(rollout, entry, nonconformity)
        with pytest.raises(Invalid, match="já está atribuído"):
            self.attribute(rollout, entry, nonconformity)

    def test_it_needs_a_reason_a_nonconformity_that_counts_and_who_closes_hours(self, rollout, entry, nonconformity):
        with pytest.raises(Invalid):
            self.attribute(rollout, entry, nonconformity, reason=" ")
        with pytest.raises(NotAllowed):
            self.attribute(rollout, entry, nonconformity, who="analyst")
        judgement.decline(nonconformity, by=rollout.people["pm"], reason="x")
        with pytest.raises(Invalid, match="improcedente"):
            self.attribute(rollout, entry, nonconformity)

    def test_an_entry_of_an_open_month_is_corrected_in_itself(self, rollout, nonconformity):
        entry = homologation(rollout, start=datetime(2026, 4, 7, 13, tzinfo=UTC))
        with pytest.raises(Refusal, match="corrija o próprio"):
            self.attribute(rollout, entry, nonconformity)

    def test_the_project_manager_does_it_on_the_entrys_page(self, rollout, entry, nonconformity, client_for):
        pm = client_for(rollout.people["pm"])
        page = f"/projetos/{rollout.pk}/horas/1/"
        assert "Uma não conformidade causou estas horas" in pm.get(page + "ajustar/").content.decode()
        data = {"nonconformity": nonconformity.pk, "reason": ""}
        assert pm.post(page + "atribuir/", data).status_code == 422
        assert pm.post(page + "atribuir/", {**data, "reason": "Era a NC-3"}).status_code == 302
        assert classes(rollout)[-1] == (3, 400, "free")
