"""What happens in every tenth project, by the people it concerns, through the pages alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.process import Stage
from apps.hours.models import Line, TimeEntry
from apps.rollouts.models import Rollout
from apps.stages.homologation.execution import actions as execution
from apps.stages.homologation.models import Result
from apps.stages.homologation.script import actions as scripts
from tests.blueprints import shipped
from tests.companies.factories import CompanyFactory, a_person
from tests.homologation.test_homologation import make_script
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


class Browsers:
    """The people of a project, each in a browser of their own."""

    def __init__(self, rollout, client_for) -> None:
        self.rollout, self.browsers = rollout, {who: client_for(user) for who, user in rollout.people.items()}

    def reads(self, who: str, name: str, *args) -> str:
        response = self.browsers[who].get(reverse(name, args=args or [self.rollout.pk]))
        assert response.status_code == 200, (who, name, response.status_code)
        return response.content.decode()

    def sends(self, who: str, name: str, *args, status: int = 302, **data) -> None:
        response = self.browsers[who].post(reverse(name, args=args or [self.rollout.pk]), data)
        assert response.status_code == status, (who, name, response.status_code, response.content.decode()[-3_000:])
        assert not response.get("Location", "").startswith("/conta/"), (who, name)


class TestProgressTellsTheTruth:
    """One mandatory, one optional case, and one of a condition that the shop does not have."""

    @pytest.fixture
    def people(self, client_for):
        rollout = at_stage(RolloutFactory(), Stage.HOMOLOGATION)
        script = make_script(rollout)
        script.rollout = rollout
        scripts.freeze(script, by=rollout.people["analyst"])
        execution.start_round(script, by=rollout.people["analyst"])
        return Browsers(rollout, client_for)

    def all_read(self, people, settled: str, executed: str) -> None:
        for who in ("client", "integrator", "platform", "pm"):
            page = people.reads(who, "homologation:room")
            assert settled in page, who
            assert executed in page, who

    def passes(self, people, who: str, code: str) -> None:
        case = [people.rollout.pk, code]
        people.sends(who, "homologation:case", *case, outcome="passed", evidence_text="Pedido 1001", seen_result=0)

    def test_from_nothing_executed_to_all_that_is_asked(self, people):
        self.all_read(people, "0 de 1 obrigatórios resolvidos", "0 de 2 executados")
        self.passes(people, "client", "PED-02")
        self.all_read(people, "0 de 1 obrigatórios resolvidos", "1 de 2 executados")
        self.passes(people, "integrator", "PED-01")
        self.all_read(people, "0 de 1 obrigatórios resolvidos", "2 de 2 executados")
        result = Result.objects.get(case__code="PED-01")
        people.sends("integrator", "homologation:confirm", people.rollout.pk, result.pk, status=403)
        people.sends("client", "homologation:confirm", people.rollout.pk, result.pk)
        self.all_read(people, "1 de 1 obrigatórios resolvidos", "2 de 2 executados")


class TestHoursAfterTheEnd:
    """A completed project: in April the shop still asks, and in May the month is closed."""

    APRIL = clock.instant_of(date(2026, 4, 7)) + timedelta(hours=15)
    MAY = clock.instant_of(date(2026, 5, 4)) + timedelta(hours=15)
    WORKED = {"activity": "follow_up", "started_at": "2026-04-07T09:00", "minutes": "1h", "note": "Dúvida da loja"}

    def test_they_are_logged_agreed_contested_and_corrected_until_the_month_is_closed(self, client_for):
        with clock.at(self.APRIL):
            rollout = at_stage(RolloutFactory(), Stage.COMPLETED)
            people = Browsers(rollout, client_for)
            people.sends("pm", "hours:ask", activity="follow_up", minutes="1h", purpose="Dúvidas depois da entrada")
            people.sends("client", "hours:answer_extra", rollout.pk, 1, answer="yes", reason="")
            people.sends("analyst", "hours:log", **self.WORKED)
            assert "Dúvida da loja" in people.reads("client", "hours:room")
            people.sends("client", "hours:contest", rollout.pk, 1, 1, text="Foi meia hora")
            people.sends("analyst", "hours:edit", rollout.pk, 1, **{**self.WORKED, "minutes": "0h30"})
            outcome = {"outcome": "corrected", "text": "Você tem razão"}
            people.sends("pm", "hours:resolve_contest", rollout.pk, 1, **outcome)
            people.sends("analyst", "hours:log", **{**self.WORKED, "started_at": "2026-04-07T11:00"})
            people.sends("analyst", "hours:delete", rollout.pk, 2, reason="Em dobro")
            assert [entry.minutes for entry in TimeEntry.objects.filter(deleted_at=None)] == [30]
        with clock.at(self.MAY):
            people = Browsers(rollout, client_for)
            people.sends("pm", "hours:close", month="2026-04-01")
            assert Line.objects.get(entry__number=1).approved == 30
            people.sends("analyst", "hours:edit", rollout.pk, 1, status=409, **self.WORKED)
            people.sends("analyst", "hours:log", status=422, **self.WORKED)
            people.sends("pm", "hours:adjust", rollout.pk, 1, direction="-1", minutes="0h10", reason="Combinado depois")
            assert Rollout.objects.get(pk=rollout.pk).stage == Stage.COMPLETED


class TestBornOnTime:
    """A project is opened on a Monday afternoon, with a target that is too near."""

    OPENED = datetime(2026, 8, 3, 19, tzinfo=UTC)

    @pytest.mark.parametrize("target", ["", "2026-08-10", "2026-12-01"])
    def test_nobody_is_late_on_the_day_it_is_opened_nor_on_the_next_morning(self, client_for, target):
        shipped.load()
        like = RolloutFactory()
        roles = {role: CompanyFactory(kind=role) for role in ("client", "integrator")}
        leads = {role: a_person(company, "lead") for role, company in roles.items()}
        chosen = {
            "client": roles["client"].pk, "integrator": roles["integrator"].pk, "platform": like.platform.pk,
            "platform_company": like.company("platform").pk, "project_manager": like.people["pm"].pk, "scope": "Pedidos",
        }  # fmt: skip
        manager = client_for(like.people["pm"])
        with clock.at(self.OPENED):
            answer = manager.post(reverse("rollouts:new"), {**chosen, "target_date": target})
            assert answer.status_code == 302, answer.content.decode()[-3_000:]
        rollout = Rollout.objects.exclude(pk=like.pk).get()
        for instant in (self.OPENED, self.OPENED + timedelta(hours=15)):
            with clock.at(instant):
                today = clock.today()
                assert rollout.open_requirements.exclude(due=None).exists()
                assert not rollout.open_requirements.filter(due__lt=today).exists()
                for user in (like.people["pm"], *leads.values()):
                    page = client_for(user).get(reverse("portal:home")).content.decode()
                    assert str(rollout.company("client")) in page
                    assert "venceu" not in page
        with clock.at(self.OPENED):
            plan = manager.get(reverse("rollouts:plan", args=[rollout.pk])).content.decode()
            assert ("O plano não cabe até a data prevista" in plan) == (target == "2026-08-10")
