"""Extra hours asked for and answered, what they cover, lines contested, and months closed without agreement."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts import personal_data
from apps.core import clock, plugins
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours import queries
from apps.hours.agreement import actions as agree
from apps.hours.agreement import coverage as agreement
from apps.hours.agreement.coverage import Approval, Claim, cover
from apps.hours.agreement.records import agreement_of, open_points, records_of
from apps.hours.closing_warnings import describe
from apps.hours.ledger import actions, closing
from apps.hours.models import ContestMessage, ExtraHoursRequest, Line
from apps.portal import queries as portal
from apps.rollouts.models import Rollout
from tests.hours.factories import ContestFactory, ExtraHoursRequestFactory, PolicyFactory, TimeEntryFactory, close_month
from tests.hours.reference import covered_minutes
from tests.rollouts.factories import RolloutFactory, at_stage

MARCH = datetime(2026, 3, 10, 13, tzinfo=UTC)
APRIL = datetime(2026, 4, 8, 13, tzinfo=UTC)


@st.composite
def ledgers(draw):
    """Claims as a ledger has them: lines, some of closed months, and adjustments that take back at most what is there."""
    claims = []
    for number in range(1, draw(st.integers(0, 7)) + 1):
        minutes = draw(st.integers(1, 300))
        fixed = draw(st.none() | st.integers(0, minutes))
        start = MARCH + timedelta(hours=draw(st.integers(0, 40)))
        activity = draw(st.sampled_from(["training", "follow_up", "homologation"]))
        claims.append(Claim(len(claims), number, start, number, activity, minutes, fixed))
        if draw(st.booleans()):
            back = draw(st.integers(1, minutes))
            claims.append(Claim(len(claims), number, start + timedelta(days=30), 100 + number, activity, -back))
    approved = draw(st.dictionaries(st.sampled_from(["training", "follow_up", "homologation"]), st.integers(0, 600)))
    return claims, approved


def at_any_price(approved):
    """Approvals of so many minutes; the claims of these tests cost nothing."""
    return [Approval(activity, minutes, rate=0, price=0) for activity, minutes in approved.items()]


@st.composite
def priced_ledgers(draw):
    """The same with what each line costs, rounded up in some, and approvals at several rates and prices."""
    rates = st.sampled_from([0, 10000, 25000, 30000])
    claims = []
    for claim in draw(ledgers())[0]:
        charged = claim.minutes + (draw(st.integers(0, 59)) if claim.minutes > 0 else 0)
        claims.append(replace(claim, charged=charged, rate=draw(rates)))
    approvals = []
    for number in range(1, draw(st.integers(0, 4)) + 1):
        activity, minutes = draw(st.sampled_from(["training", "follow_up", "homologation"])), draw(st.integers(1, 400))
        rate = draw(rates)
        price = draw(st.sampled_from([rate * minutes // 60, rate * minutes // 30, rate * minutes // 120]))
        approvals.append(Approval(activity, minutes, rate, price, number))
    return claims, approvals


class TestPrice:
    @given(priced_ledgers(), st.randoms())
    @settings(deadline=None)
    def test_the_slow_reference_covers_the_same_minutes_in_whichever_order(self, ledger, random):
        claims, approvals = ledger
        result = cover(claims, approvals)
        assert {key: part.covered for key, part in result.items()} == covered_minutes(claims, approvals)
        random.shuffle(claims)
        random.shuffle(approvals)
        assert cover(claims, approvals) == result

    @given(priced_ledgers())
    def test_nothing_is_covered_beyond_what_was_approved_in_minutes_or_in_price(self, ledger):
        claims, approvals = ledger
        result = cover(claims, approvals)
        for activity in ("training", "follow_up", "homologation"):
            covered = sum(result[claim.key].covered for claim in claims if claim.activity == activity)
            assert covered <= sum(approval.minutes for approval in approvals if approval.activity == activity)
            highest = max((approval.rate for approval in approvals if approval.activity == activity), default=-1)
            dearer = [claim for claim in claims if claim.activity == activity and claim.rate > highest]
            assert not any(result[claim.key].covered for claim in dearer)

    def test_a_line_at_a_higher_rate_says_that_its_price_is_beyond_what_was_approved(self, rollout, client_for):
        agree.approve(ask(rollout, minutes=600), by=rollout.people["client"])
        PolicyFactory(rollout=rollout, number=2, hourly_rate=100000)
        entry = log(rollout, minutes=120)
        assert entry.lines.get().amount == 200000
        part = agreement.coverage(rollout)[entry.lines.get().pk]
        assert (part.covered, part.uncovered, part.beyond_price) == (0, 120, 120)
        page = client_for(rollout.people["client"]).get(f"/projetos/{rollout.pk}/horas/").content.decode()
        assert "sem aprovação do cliente" in page
        assert "custa mais do que o cliente aprovou" in page

    def test_twelve_entries_rounded_up_are_not_sixty_approved_minutes(self, rollout):
        agree.approve(ask(rollout, minutes=60), by=rollout.people["client"])
        PolicyFactory(rollout=rollout, number=2, increment=15, rounding="up")
        for number in range(12):
            log(rollout, start=MARCH + timedelta(hours=number), minutes=5)
        assert sum(line.amount for line in Line.objects.all()) == 75000
        assert agreement.uncovered(rollout) == {"follow_up": 40}
        with clock.at(APRIL):
            warnings = [point["minutes"] for point in open_points(records_of(rollout), date(2026, 3, 1))]
        assert warnings == [5] * 8


class TestCover:
    @given(ledgers(), st.randoms())
    def test_the_sums_hold_and_no_approval_covers_more_than_it_is(self, ledger, random):
        claims, approved = ledger
        found = cover(claims, at_any_price(approved))
        for claim in claims:
            part = found[claim.key]
            assert min(part.covered, part.uncovered, part.taken_back) >= 0
            assert part.covered + part.uncovered + part.taken_back == max(claim.minutes, 0)
        for activity in ("training", "follow_up", "homologation"):
            of = [claim for claim in claims if claim.activity == activity]
            assert sum(found[claim.key].covered for claim in of) <= approved.get(activity, 0)
            net = sum(claim.minutes for claim in of)
            assert sum(found[claim.key].covered + found[claim.key].uncovered for claim in of) == net
        shuffled = list(claims)
        random.shuffle(shuffled)
        assert cover(shuffled, at_any_price(approved)) == found

    @given(ledgers())
    def test_approval_is_never_left_over_while_an_open_line_lacks_it(self, ledger):
        claims, approved = ledger
        found = cover(claims, at_any_price(approved))
        for activity in {claim.activity for claim in claims}:
            of = [claim for claim in claims if claim.activity == activity]
            lacks = any(found[claim.key].uncovered for claim in of if claim.fixed is None)
            assert not lacks or sum(found[claim.key].covered for claim in of) == approved.get(activity, 0)

    def claim(self, number, minutes, *, entry=None, days=0, fixed=None, activity="follow_up"):
        return Claim(number, entry or number, MARCH + timedelta(days=days), number, activity, minutes, fixed)

    def read(self, claims, **approved):
        return {key: (each.covered, each.uncovered) for key, each in cover(claims, at_any_price(approved)).items()}

    def test_the_oldest_line_first_and_partly(self):
        claims = [self.claim(2, 60, days=1), self.claim(1, 60)]
        assert self.read(claims, follow_up=90) == {1: (60, 0), 2: (30, 30)}

    def test_an_activity_covers_no_other(self):
        assert self.read([self.claim(1, 60)], training=60) == {1: (0, 60)}

    def test_a_month_closed_without_approval_takes_nothing_from_a_later_one(self):
        claims = [self.claim(1, 60, fixed=0), self.claim(2, 60, days=30)]
        assert self.read(claims, follow_up=60) == {1: (0, 60), 2: (60, 0)}

    def test_what_is_taken_back_frees_first_what_had_no_approval(self):
        claims = [self.claim(1, 60, fixed=40), self.claim(2, -30, entry=1, days=30), self.claim(3, 20, days=31)]
        assert self.read(claims, follow_up=40) == {1: (30, 0), 2: (0, 0), 3: (10, 10)}


@pytest.fixture
def rollout(db):
    with clock.at(APRIL):
        yield RolloutFactory()


def log(rollout, start=MARCH, minutes=60, activity="follow_up", **kwargs):
    who = rollout.people["analyst"]
    return actions.log(rollout, by=who, activity=activity, started_at=start, minutes=minutes, note="Apoio", **kwargs)


def ask(rollout, minutes=60, who="pm", **kwargs):
    fields = {"activity": "follow_up", "purpose": "Apoio à loja", **kwargs}
    return agree.ask(rollout, by=rollout.people[who], minutes=minutes, **fields)


def last(rollout):
    return rollout.events.latest("sequence")


class TestRequests:
    def test_a_request_shows_the_price_at_the_policys_rate_and_is_told_without_it(self, rollout):
        request = ask(rollout, minutes=90)
        assert (request.number, request.price, request.hourly_rate, request.already_worked) == (1, 37500, 25000, 0)
        event = last(rollout)
        assert (event.kind, event.party) == ("hours.extra_requested", "presence")
        assert event.data == {"number": 1, "activity": "follow_up", "duration": 90}
        assert "pediu ao cliente 1h30 extras de Acompanhamento" in event.describe()

    def test_a_request_is_priced_as_the_policy_rounds(self, rollout):
        PolicyFactory(rollout=rollout, number=2, increment=60, rounding="up")
        assert ask(rollout, minutes=90).price == 50000

    def test_a_request_for_worked_hours_says_how_many_were(self, rollout):
        log(rollout, minutes=45)
        assert ask(rollout, minutes=60).already_worked == 45
        assert ask(rollout, minutes=30).already_worked == 30
        assert ask(rollout, activity="training").already_worked == 0

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"minutes": 0}, "minutes"), ({"minutes": 6001}, "minutes"), ({"purpose": " "}, "purpose"),
         ({"activity": "internal"}, "activity")],
    )  # fmt: skip
    def test_what_is_asked_for_is_checked(self, rollout, wrong, field):
        with pytest.raises(Invalid) as refusal:
            ask(rollout, **wrong)
        assert refusal.value.field == field

    @pytest.mark.parametrize("who", ["analyst", "client", "integrator", "platform", "stranger"])
    def test_only_project_managers_ask_and_take_back(self, rollout, who):
        with pytest.raises(NotAllowed):
            ask(rollout, who=who)
        with pytest.raises(NotAllowed):
            agree.withdraw(ask(rollout), by=rollout.people[who])

    def test_the_clients_lead_approves_and_the_line_is_covered(self, rollout):
        log(rollout, minutes=90)
        request = ask(rollout)
        agree.approve(request, by=rollout.people["client"])
        request.refresh_from_db()
        assert (request.state, request.answered_by, request.answered_at) == (
            "approved",
            rollout.people["client"],
            APRIL,
        )
        line = queries.lines(rollout).get()
        found = agreement.coverage(rollout)[line.pk]
        assert (found.covered, found.uncovered, found.is_partial) == (60, 30, True)
        assert (last(rollout).kind, last(rollout).party) == ("hours.extra_approved", "client")

    def test_declining_takes_a_reason(self, rollout):
        request = ask(rollout)
        with pytest.raises(Invalid) as refusal:
            agree.answer(request, by=rollout.people["client"], approves=False, reason=" ")
        assert refusal.value.field == "reason"
        agree.answer(request, by=rollout.people["client"], approves=False, reason="Não pedimos")
        request.refresh_from_db()
        assert (request.state, request.note) == ("declined", "Não pedimos")
        assert agreement.approved(rollout) == {}
        assert "Não pedimos" not in str(last(rollout).data)

    @pytest.mark.parametrize("who", ["client_member", "pm", "manager", "integrator", "platform", "stranger"])
    def test_nobody_but_the_clients_lead_commits_the_client(self, rollout, who):
        with pytest.raises(NotAllowed):
            agree.approve(ask(rollout), by=rollout.people[who])

    def test_an_answered_or_withdrawn_request_is_not_answered_again(self, rollout):
        request = ask(rollout)
        agree.withdraw(request, by=rollout.people["pm"])
        assert last(rollout).kind == "hours.extra_withdrawn"
        with pytest.raises(Refusal, match="retirado"):
            agree.approve(request, by=rollout.people["client"])
        with pytest.raises(Refusal):
            agree.withdraw(request, by=rollout.people["pm"])

    def test_a_completed_rollout_may_still_be_settled(self, rollout):
        rollout = at_stage(rollout, "completed")
        agree.approve(ask(rollout), by=rollout.people["client"])
        assert agreement.approved(rollout) == {"follow_up": 60}

    def test_the_database_keeps_state_and_answer_together(self, rollout):
        for wrong in ({"state": "approved"}, {"minutes": 0}, {"activity": "internal"}, {"already_worked": 61}):
            with pytest.raises(IntegrityError), transaction.atomic():
                ExtraHoursRequestFactory(rollout=rollout, **wrong)


class TestTheClientsFirstPage:
    def test_an_open_request_is_a_matter_answered_in_place_by_the_lead(self, rollout, client_for):
        log(rollout, minutes=30)
        ask(rollout)
        lead = client_for(rollout.people["client"])
        page = lead.get("/").content.decode()
        assert (
            "1h00 de Acompanhamento por R$ 250,00 (R$ 250,00 a hora): Apoio à loja 0h30 já foram trabalhadas." in page
        )
        url = f"/pendencias/{rollout.pk}/hours:request:1/"
        assert lead.post(url, {"answer": "no", "reason": ""}).status_code == 422
        assert lead.post(url, {"answer": "yes"}).status_code == 302
        assert ExtraHoursRequest.objects.get().state == "approved"
        assert portal.find_matter(rollout.people["client"], rollout, "hours:request:1") is None

    def test_a_member_sees_it_and_may_not_answer(self, rollout, client_for):
        ask(rollout)
        member = client_for(rollout.people["client_member"])
        page = member.get(f"/pendencias/{rollout.pk}/hours:request:1/").content.decode()
        assert "R$ 250,00" in page
        assert "Só a pessoa responsável pela sua empresa pode fazer isto." in page
        assert member.post(f"/pendencias/{rollout.pk}/hours:request:1/", {"answer": "yes"}).status_code == 403

    def test_what_is_settled_has_no_answer(self, rollout):
        assert plugins.answer_to(rollout, "hours:request:1") is None
        assert plugins.answer_to(rollout, "hours:contest:1") is None

    @pytest.mark.parametrize("who", ["integrator", "platform"])
    def test_the_others_never_meet_it(self, rollout, who):
        ask(rollout)
        assert portal.find_matter(rollout.people[who], rollout, "hours:request:1") is None


class TestContests:
    @pytest.fixture
    def line(self, rollout):
        log(rollout)
        return queries.lines(rollout).get()

    def contest(self, line, who="client_member", text="Foi meia hora"):
        return agree.contest(line, by=line.entry.rollout.people[who], text=text)

    @pytest.fixture
    def contested(self, rollout, line):
        line.entry.rollout = rollout
        return self.contest(line)

    def test_any_person_of_the_client_contests_and_the_words_stay_in_the_thread(self, rollout, contested):
        assert (contested.number, contested.waits_for, contested.content["minutes"]) == (1, "presence", 60)
        assert contested.messages.get().text == "Foi meia hora"
        assert last(rollout).data == {"number": 1, "entry": 1, "hour_class": "billable"}
        assert last(rollout).kind == "hours.contested"

    @pytest.mark.parametrize("who", ["pm", "analyst", "integrator", "platform", "stranger"])
    def test_nobody_else_does(self, rollout, line, who):
        line.entry.rollout = rollout
        with pytest.raises(NotAllowed):
            self.contest(line, who)

    def test_it_takes_words_and_stands_once(self, rollout, line, contested):
        line.entry.rollout = rollout
        with pytest.raises(Refusal, match="já está contestada"):
            self.contest(line)
        with pytest.raises(Invalid):
            self.contest(line, text=" ")
        with pytest.raises(Invalid):
            agree.write(contested, by=rollout.people["pm"], text="")

    def test_a_line_that_is_another_by_now_is_not_contested_in_its_place(self, rollout, line):
        actions.delete(line.entry, by=rollout.people["pm"], reason="Engano")
        with pytest.raises(Refusal, match="esta linha não existe mais"):
            agree.contest(line, by=rollout.people["client"], text="Não combinamos isso.")

    def test_each_message_asks_the_other_side(self, rollout, contested):
        assert portal.find_matter(rollout.people["pm"], rollout, "hours:contest:1").requirement.review
        assert portal.find_matter(rollout.people["client"], rollout, "hours:contest:1") is None
        agree.write(contested, by=rollout.people["analyst"], text="Foi uma hora, segue a agenda")
        matter = portal.find_matter(rollout.people["client"], rollout, "hours:contest:1")
        assert "segue a agenda" in str(matter.answer.help)
        assert (last(rollout).kind, last(rollout).party) == ("hours.contest_answered", "presence")
        assert "agenda" not in str(last(rollout).data)
        agree.reply(contested, by=rollout.people["client"], satisfied=False, text="Confira de novo")
        contested.refresh_from_db()
        assert (contested.waits_for, contested.messages.count()) == ("presence", 3)

    @pytest.mark.parametrize("who", ["integrator", "platform", "stranger"])
    def test_third_parties_do_not_write_or_read(self, rollout, contested, who, client_for):
        with pytest.raises(NotAllowed):
            agree.write(contested, by=rollout.people[who], text="x")
        page = client_for(rollout.people[who]).get(f"/projetos/{rollout.pk}/horas/contestacoes/1/")
        assert page.status_code == (404 if who == "stranger" else 403)

    def test_the_manager_keeps_it_with_words(self, rollout, contested):
        agree.resolve(contested, by=rollout.people["pm"], corrected=False, text="A sessão durou uma hora")
        contested.refresh_from_db()
        assert (contested.state, contested.resolved_by) == ("kept", rollout.people["pm"])
        assert last(rollout).kind == "hours.contest_kept"
        for act in (
            lambda: agree.write(contested, by=rollout.people["pm"], text="x"),
            lambda: agree.withdraw_contest(contested, by=rollout.people["client"]),
            lambda: agree.resolve(contested, by=rollout.people["pm"], corrected=False, text="x"),
        ):
            with pytest.raises(Refusal, match="já foi resolvida"):
                act()

    @pytest.mark.parametrize("who", ["analyst", "client"])
    def test_only_project_managers_resolve(self, rollout, contested, who):
        with pytest.raises(NotAllowed):
            agree.resolve(contested, by=rollout.people[who], corrected=False, text="x")

    @pytest.mark.parametrize("who", ["pm", "analyst"])
    def test_only_the_client_takes_it_back(self, rollout, contested, who):
        with pytest.raises(NotAllowed):
            agree.withdraw_contest(contested, by=rollout.people[who])
        agree.reply(contested, by=rollout.people["client"], satisfied=True)
        contested.refresh_from_db()
        assert contested.state == "withdrawn"

    def test_corrected_means_that_something_changed(self, rollout, contested):
        manager = rollout.people["pm"]
        with pytest.raises(Refusal, match="Nada mudou"):
            agree.resolve(contested, by=manager, corrected=True, text="Corrigido")
        entry = contested.entry
        actions.edit(entry, by=manager, activity="follow_up", started_at=entry.started_at, minutes=30, note="Apoio")
        agree.resolve(contested, by=manager, corrected=True, text="Corrigido")
        contested.refresh_from_db()
        assert (contested.state, contested.correction) == ("corrected", None)

    def test_a_deleted_entry_is_a_correction(self, rollout, contested):
        actions.delete(contested.entry, by=rollout.people["pm"], reason="Engano")
        agree.resolve(contested, by=rollout.people["pm"], corrected=True, text="Excluído")
        assert rollout.contests.get().state == "corrected"

    def test_it_survives_a_reclassification(self, rollout, contested):
        log(rollout, start=MARCH - timedelta(hours=2))
        lines = list(queries.lines(rollout))
        agreement_of(records_of(rollout), lines)
        assert [[each.number for each in line.contested] for line in lines] == [[], [1]]

    def test_in_a_closed_month_it_holds_to_the_fixed_line_and_an_adjustment_corrects_it(self, rollout, contested):
        manager = rollout.people["pm"]
        close_month(rollout)
        contested.refresh_from_db()
        assert contested.line == Line.objects.get(entry=contested.entry)
        with clock.at(APRIL + timedelta(minutes=1)):
            adjustment = actions.adjust(contested.entry, by=manager, minutes=-30, reason="Meia hora")
            agree.resolve(contested, by=manager, corrected=True, text="Ajustado")
        contested.refresh_from_db()
        assert contested.correction == adjustment

    def test_thirty_days_after_closing_it_is_too_late(self, rollout, line):
        line.entry.rollout = rollout
        close_month(rollout)
        with clock.at(APRIL + timedelta(days=30, seconds=1)), pytest.raises(Refusal, match="30 dias"):
            self.contest(line)
        with clock.at(APRIL + timedelta(days=30)):
            assert self.contest(line).line == line

    def test_the_database_keeps_state_and_outcome_together(self, rollout, contested):
        for wrong in ({"state": "kept"}, {"waits_for": "platform"}, {"correction": contested.entry}):
            with pytest.raises(IntegrityError), transaction.atomic():
                type(contested).objects.update(**wrong)


class TestClosing:
    def test_unapproved_hours_enter_only_acknowledged_and_are_printed_and_told(self, rollout, client_for):
        log(rollout)
        points = ["Apontamento 1, Acompanhamento: 1h00 sem aprovação do cliente"]
        with pytest.raises(Refusal) as refused:
            close_month(rollout, acknowledged="")
        assert refused.value.details == points
        warnings = [{"warning": "unapproved", "number": 1, "activity": "follow_up", "minutes": 60}]
        statement = close_month(rollout, acknowledged=closing.receipt(warnings))
        assert statement.content["acknowledged"] == warnings
        assert statement.content["lines"][0]["approved"] == 0
        assert last(rollout).data["acknowledged"] == warnings
        page = client_for(rollout.people["client"]).get(f"/projetos/{rollout.pk}/horas/fechamentos/1/").content.decode()
        assert points[0] in page

    def test_a_contested_line_is_an_open_point_too(self, rollout):
        log(rollout)
        agree.approve(ask(rollout), by=rollout.people["client"])
        line = queries.lines(rollout).get()
        contest = agree.contest(line, by=rollout.people["client"], text="Não foi assim")
        assert list(map(describe, open_points(records_of(rollout), date(2026, 3, 1)))) == [
            "Apontamento 1: contestado pelo cliente (contestação 1)"
        ]
        agree.withdraw_contest(contest, by=rollout.people["client"])
        assert list(open_points(records_of(rollout), date(2026, 3, 1))) == []

    def test_what_is_approved_closes_as_it_is_and_keeps_what_covered_it(self, rollout):
        log(rollout)
        agree.approve(ask(rollout), by=rollout.people["client"])
        statement = close_month(rollout, acknowledged="")
        assert statement.content["acknowledged"] == []
        assert statement.content["lines"][0]["approved"] == 60
        assert last(rollout).kind == "hours.month_closed"
        log(rollout, start=APRIL - timedelta(hours=2))
        assert agreement.uncovered(rollout) == {"follow_up": 60}

    def test_a_month_closed_without_approval_leaves_a_later_approval_to_later_hours(self, rollout):
        log(rollout)
        close_month(rollout)
        log(rollout, start=APRIL - timedelta(hours=2))
        agree.approve(ask(rollout), by=rollout.people["client"])
        assert agreement.uncovered(rollout) == {}

    def test_hours_within_the_allowance_need_no_approval(self, rollout):
        log(rollout, activity="training")
        assert close_month(rollout, acknowledged="").content["totals"]["included"] == 60


class TestThePages:
    def test_the_ledger_shows_what_lacks_approval_with_the_request_prefilled(self, rollout, client_for):
        log(rollout, minutes=90)
        base = f"/projetos/{rollout.pk}/horas/"
        manager = client_for(rollout.people["pm"])
        page = manager.get(base).content.decode()
        assert "sem aprovação do cliente" in page
        asking = f"{base}extras/?activity=follow_up&amp;minutes=1h30"
        assert asking in page
        form = manager.get(asking.replace("&amp;", "&")).content.decode()
        assert 'value="1h30"' in form
        assert "R$ 375,00" in form
        assert "1h30 destas horas já foram trabalhadas sem aprovação" in form
        posted = {"activity": "follow_up", "minutes": "1h30", "purpose": "Apoio"}
        assert manager.post(base + "extras/", {**posted, "minutes": "x"}).status_code == 422
        assert manager.post(base + "extras/", posted).status_code == 302
        assert "Retirar pedido" in manager.get(base).content.decode()
        member = client_for(rollout.people["client_member"]).get(base).content.decode()
        assert "A pessoa responsável pela sua empresa aprova ou recusa." in member
        lead = client_for(rollout.people["client"])
        assert "Aprovar R$ 375,00" in lead.get(base).content.decode()
        assert lead.post(base + "extras/1/responder/", {"answer": "no"}).status_code == 422
        assert lead.post(base + "extras/1/responder/", {"answer": "yes"}).status_code == 302
        assert "aprovada pelo cliente" in lead.get(base).content.decode()
        page = client_for(rollout.people["integrator"]).get(base).content.decode()
        assert "aprovada pelo cliente" not in page
        assert "R$" not in page

    def test_a_request_is_withdrawn_on_the_page(self, rollout, client_for):
        ask(rollout)
        base = f"/projetos/{rollout.pk}/horas/"
        assert client_for(rollout.people["pm"]).post(base + "extras/1/retirar/").status_code == 302
        assert ExtraHoursRequest.objects.get().state == "withdrawn"

    @pytest.mark.parametrize(("approved", "lacks"), [(0, "1h30 sem"), (60, "0h30 sem"), (90, "")])
    def test_who_logs_learns_before_saving_that_nobody_approved(self, rollout, client_for, approved, lacks):
        if approved:
            agree.approve(ask(rollout, minutes=approved), by=rollout.people["client"])
        typed = {"activity": "follow_up", "started_at": "2026-03-10T10:00", "minutes": "1h30"}
        url, htmx = f"/projetos/{rollout.pk}/horas/previa/", {"HX-Request": "true"}
        page = client_for(rollout.people["pm"]).get(url, typed, headers=htmx).content.decode()
        assert ("sem aprovação" in page) == bool(lacks)
        assert lacks in page
        assert ("Pedir antes de apontar" in page) == bool(lacks)
        analysts = client_for(rollout.people["analyst"]).get(url, typed, headers=htmx).content.decode()
        assert "Pedir antes de apontar" not in analysts

    def test_a_contest_from_the_line_to_its_outcome(self, rollout, client_for):
        log(rollout)
        base = f"/projetos/{rollout.pk}/horas/"
        client, manager = client_for(rollout.people["client"]), client_for(rollout.people["pm"])
        assert base + "1/contestar/1/" in client.get(base).content.decode()
        assert client.get(base + "1/contestar/1/").status_code == 200
        assert client.post(base + "1/contestar/1/", {"text": ""}).status_code == 422
        assert client.post(base + "1/contestar/1/", {"text": "Foi meia hora"}).status_code == 302
        thread = base + "contestacoes/1/"
        assert "Foi meia hora" in manager.get(thread).content.decode()
        assert manager.post(thread, {"text": "Vou conferir"}).status_code == 302
        assert manager.post(thread, {"text": ""}).status_code == 422
        wrong = manager.post(thread + "resolver/", {"outcome": "corrected", "text": "Feito"})
        assert wrong.status_code == 409
        assert "Nada mudou neste apontamento" in wrong.content.decode()
        assert manager.post(thread + "resolver/", {"outcome": "kept", "text": "Foi uma hora"}).status_code == 302
        assert "contestação 1: mantida" in client.get(base).content.decode()
        assert client.post(thread + "retirar/").status_code == 409

    def test_closing_from_the_page_names_the_open_points(self, rollout, client_for):
        log(rollout)
        base, manager = f"/projetos/{rollout.pk}/horas/", client_for(rollout.people["pm"])
        point = "Apontamento 1, Acompanhamento: 1h00 sem aprovação do cliente"
        assert point in manager.get(base).content.decode()
        refused = manager.post(base + "fechar/", {"month": "2026-03-01"})
        assert refused.status_code == 409
        assert point in refused.content.decode()
        typed = {"month": "2026-03-01", "acknowledged": closing.receipt(closing.warnings_of(rollout, date(2026, 3, 1)))}
        assert manager.post(base + "fechar/", typed).status_code == 302


@pytest.mark.django_db
def test_an_erased_person_leaves_neither_name_nor_authorship_in_a_thread():
    contest = ContestFactory()
    author = contest.opened_by
    author.name = "Rita Alves"
    author.save()
    ContestMessage.objects.create(
        contest=contest, author=contest.entry.person, party="presence", text="Falei com rita alves."
    )
    assert personal_data.export(author)["hours_agreement"]["messages"][0]["text"] == "Foi meia hora"
    personal_data.erase(author)
    assert [message.text for message in contest.messages.all()] == [
        "Foi meia hora",
        f"Falei com Pessoa removida {author.pk}.",
    ]


@pytest.mark.django_db
def test_the_ledger_does_not_ask_more_for_more_lines(django_assert_max_num_queries):
    rollout = RolloutFactory()
    for _number in range(6):
        TimeEntryFactory(rollout=rollout)
    with django_assert_max_num_queries(6):
        found = agreement_of(records_of(rollout), list(queries.lines(rollout)))
    assert found.uncovered == {"follow_up": 360}
    assert Rollout.objects.get(pk=rollout.pk).version == 0
