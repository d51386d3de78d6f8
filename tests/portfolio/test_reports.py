"""The weekly status report: drafted from the record, sent by its manager, read by all four parties, kept as it was sent."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from apps.core import canonical, clock, plugins
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.notices import actions as notices
from apps.notices.models import Preference
from apps.portfolio.models import StatusReport
from apps.portfolio.reports import actions, dossier, facts, reading
from apps.portfolio.reports.happenings import HAPPENINGS, ONLY_COUNTED
from apps.portfolio.tasks import draft_reports_of_the_week
from apps.rollouts import actions as rollouts
from apps.rollouts.models import Rollout
from tests.portfolio.factories import WORDS, a_draft
from tests.portfolio.factories import a_sent_report as sent
from tests.rollouts.factories import OpenRequirementFactory, RolloutFactory, at_stage

pytestmark = pytest.mark.django_db
MONDAY = clock.instant_of(date(2026, 9, 14)) + timedelta(hours=9)


@pytest.fixture
def rollout():
    with clock.at(MONDAY - timedelta(days=20)):
        return RolloutFactory()


def page(rollout, client_for, person, name="reports", *args):
    return client_for(rollout.people[person]).get(reverse(f"portfolio:{name}", args=[rollout.pk, *args]))


def form(rollout, **values):
    hidden = values.pop("hidden", [])
    shown = [key for key in reading.SECTIONS if key not in hidden]
    words = {"light": "on_course", "reason": "", "summary": "Tudo certo.", "do": "send"}
    return {**words, "shown": shown, "seen_version": Rollout.objects.get(pk=rollout.pk).version, **values}


class TestTheDraftOfTheWeek:
    def test_every_open_project_gets_one_on_monday_and_only_one(self, rollout):
        closed = at_stage(RolloutFactory(), "completed")
        Rollout.objects.filter(pk=closed.pk).update(started_at=MONDAY - timedelta(days=20))
        with clock.at(MONDAY):
            draft_reports_of_the_week()
            draft_reports_of_the_week()
        draft = StatusReport.objects.get()
        assert (draft.rollout, draft.state, draft.made_by) == (rollout, "draft", None)

    def test_a_day_after_a_lost_monday_it_is_made_all_the_same_and_not_for_a_project_of_this_week(self, rollout):
        with clock.at(MONDAY + timedelta(hours=1)):
            young = RolloutFactory()
        with clock.at(MONDAY + timedelta(days=1)):
            draft_reports_of_the_week()
        assert list(StatusReport.objects.values_list("rollout", flat=True)) == [rollout.pk]
        assert not young.status_reports.exists()

    @pytest.mark.parametrize("end", ["send", "skip"])
    def test_one_that_was_sent_or_skipped_is_not_made_again_in_the_same_week(self, rollout, end):
        with clock.at(MONDAY):
            draft_reports_of_the_week()
            draft = StatusReport.objects.get()
            words = WORDS if end == "send" else {}
            getattr(actions, end)(draft, by=rollout.people["pm"], **words)
        with clock.at(MONDAY + timedelta(hours=1)):
            draft_reports_of_the_week()
        assert not StatusReport.objects.drafts().exists()
        with clock.at(MONDAY + timedelta(days=7)):
            draft_reports_of_the_week()
        assert StatusReport.objects.drafts().count() == 1

    def test_one_of_last_week_that_is_sent_on_monday_is_this_weeks(self, rollout):
        with clock.at(MONDAY):
            draft_reports_of_the_week()
        with clock.at(MONDAY + timedelta(days=7)):
            actions.send(StatusReport.objects.get(), by=rollout.people["pm"], **WORDS)
        with clock.at(MONDAY + timedelta(days=8)):
            draft_reports_of_the_week()
        assert not StatusReport.objects.drafts().exists()
        with clock.at(MONDAY + timedelta(days=14)):
            draft_reports_of_the_week()
        assert StatusReport.objects.drafts().exists()

    def test_it_stands_on_the_first_page_of_the_projects_manager_alone(self, rollout, client_for):
        a_draft(rollout)
        address = reverse("portfolio:report_draft", args=[rollout.pk])
        assert address in client_for(rollout.people["pm"]).get(reverse("portal:home")).text
        for person in ("manager", "analyst", "client"):
            assert address not in client_for(rollout.people[person]).get(reverse("portal:home")).text

    def test_all_drafts_are_listed_to_who_may_send_them(self, rollout, client_for):
        a_draft(rollout)
        waiting = reverse("portfolio:reports_waiting")
        assert list(client_for(rollout.people["pm"]).get(waiting).context["page"]) == [StatusReport.objects.get()]
        assert not client_for(rollout.people["manager"]).get(waiting).context["page"].object_list
        assert client_for(rollout.people["manager"]).get(waiting + "?scope=all").context["page"].object_list

    def test_on_demand_there_is_one_at_a_time(self, rollout, client_for):
        browser = client_for(rollout.people["pm"])
        for _click in range(2):
            answer = browser.post(reverse("portfolio:start_report", args=[rollout.pk]))
            assert answer.url == reverse("portfolio:report_draft", args=[rollout.pk])
        assert StatusReport.objects.count() == 1

    def test_a_closed_project_gets_none(self, rollout):
        closed = at_stage(rollout, "cancelled")
        with pytest.raises(Refusal):
            actions.start(closed, by=closed.people["pm"])

    def test_the_draft_of_a_project_that_was_closed_waits_for_nobody(self, rollout, client_for):
        a_draft(rollout)
        at_stage(rollout, "cancelled")
        assert "Há um rascunho" not in page(rollout, client_for, "pm").text
        assert page(rollout, client_for, "pm", "report_draft").status_code == 302
        assert (
            not client_for(rollout.people["pm"]).get(reverse("portfolio:reports_waiting")).context["page"].object_list
        )


class TestWriting:
    def test_words_are_kept_without_sending(self, rollout, client_for):
        a_draft(rollout)
        browser = client_for(rollout.people["pm"])
        address = reverse("portfolio:report_draft", args=[rollout.pk])
        browser.post(address, form(rollout, do="save", summary="Quase lá.", hidden=["hours"]))
        draft = StatusReport.objects.get()
        assert (draft.state, draft.summary, draft.hidden) == ("draft", "Quase lá.", ["hours"])
        shown = browser.get(address)
        assert shown.context["form"]["summary"].value() == "Quase lá."
        assert "hours" not in shown.context["reading"].sections

    def test_what_is_left_out_stays_left_out_the_next_time(self, rollout):
        sent(rollout, hidden=["hours"])
        assert a_draft(rollout).hidden == ["hours"]

    def test_another_light_than_the_record_suggests_needs_a_reason(self, rollout):
        with pytest.raises(Invalid, match="No rumo"):
            sent(rollout, light="attention")
        assert sent(rollout, light="attention", reason="Equipe reduzida em dezembro").reason

    def test_a_hold_suggests_attention_and_is_a_risk(self, rollout):
        rollouts.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="Inventário", seen_version=0)
        rollout.refresh_from_db()
        record = facts.gather(rollout, MONDAY, [])
        assert facts.suggested_light(record) == "attention"
        with pytest.raises(Invalid):
            sent(rollout)
        report = sent(rollout, light="attention")
        assert "por causa de: Cliente" in reading.of_sent(report).risks[0]

    def test_a_light_needs_a_reason_where_the_risks_are_hidden(self, rollout):
        rollouts.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="Inventário", seen_version=0)
        rollout.refresh_from_db()
        with pytest.raises(Invalid):
            sent(rollout, light="attention", hidden=["risks"])

    def test_an_overdue_item_suggests_attention(self, rollout, monkeypatch):
        due = clock.today() - timedelta(days=1)
        row = OpenRequirementFactory.build(rollout=rollout, blocking=True, due=due, text={"pt": "Enviar"})
        monkeypatch.setattr(facts.queries, "open_requirements", lambda rollout: [row])
        record = facts.gather(rollout, MONDAY, [])
        assert [risk["key"] for risk in record["risks"]] == ["overdue"]
        assert facts.suggested_light(record) == "attention"

    def test_a_project_that_changed_meanwhile_is_looked_at_again_and_what_was_typed_stays(self, rollout, client_for):
        a_draft(rollout)
        typed = form(rollout, summary="Meu resumo", light="on_course")
        rollouts.hold(rollout, by=rollout.people["manager"], caused_by="client", reason="Pausa", seen_version=0)
        browser = client_for(rollout.people["pm"])
        address = reverse("portfolio:report_draft", args=[rollout.pk])
        answer = browser.post(address, typed)
        assert answer.status_code == 409
        assert "Meu resumo" in answer.text
        assert StatusReport.objects.get().state == "draft"
        again = answer.context["form"]["seen_version"].value()
        browser.post(address, {**typed, "seen_version": again, "light": "attention"})
        assert StatusReport.objects.get().state == "sent"

    @pytest.mark.parametrize("do", ["save", "send"])
    def test_of_two_who_write_at_once_the_second_sees_what_the_first_wrote(self, rollout, client_for, do):
        a_draft(rollout)
        address = reverse("portfolio:report_draft", args=[rollout.pk])
        first, second = client_for(rollout.people["pm"]), client_for(rollout.people["manager"])
        seen = second.get(address).context["form"].shown_values.fingerprint
        typed = form(rollout, summary="Da primeira.", do="save", seen=seen)
        assert first.post(address, typed).status_code == 302
        answer = second.post(address, {**typed, "do": do, "summary": "Da segunda."})
        assert answer.status_code == 409
        assert "Da primeira." in answer.text
        assert "Da segunda." in answer.text
        assert StatusReport.objects.get().summary == "Da primeira."
        again = answer.context["form"].shown_values.fingerprint
        assert second.post(address, {**typed, "do": do, "summary": "Da segunda.", "seen": again}).status_code == 302
        assert StatusReport.objects.get().summary == "Da segunda."

    def test_one_that_was_sent_meanwhile_is_not_left_out_and_nothing_says_so(self, rollout, client_for):
        draft = a_draft(rollout)
        actions.send(draft, by=rollout.people["manager"], **WORDS)
        other = a_draft(rollout)
        address = reverse("portfolio:skip_report", args=[rollout.pk])
        browser = client_for(rollout.people["pm"])
        answer = browser.post(address, {"report": draft.pk})
        assert answer.status_code == 409
        assert "já foi enviado" in answer.text
        other.refresh_from_db()
        assert other.state == "draft"
        assert browser.post(address).status_code == 404

    def test_a_second_click_on_not_this_time_leaves_out_one(self, rollout, client_for):
        draft = a_draft(rollout)
        browser = client_for(rollout.people["pm"])
        address = reverse("portfolio:skip_report", args=[rollout.pk])
        assert f'name="report" value="{draft.pk}"' in page(rollout, client_for, "pm", "report_draft").text
        answers = [browser.post(address, {"report": draft.pk}, follow=True).text for _click in range(2)]
        assert ["Nenhum relatório desta vez." in text for text in answers] == [True, False]

    def test_without_a_light_the_form_comes_back_with_what_was_typed(self, rollout, client_for):
        a_draft(rollout)
        address = reverse("portfolio:report_draft", args=[rollout.pk])
        answer = client_for(rollout.people["pm"]).post(address, form(rollout, light="", summary="Meu resumo"))
        assert answer.status_code == 422
        assert "Meu resumo" in answer.text

    @pytest.mark.parametrize("action", ["write", "send", "skip"])
    def test_what_was_sent_meanwhile_is_neither_written_sent_nor_skipped(self, rollout, action):
        draft = a_draft(rollout)
        actions.send(StatusReport.objects.get(), by=rollout.people["manager"], **WORDS)
        with pytest.raises(Refusal, match="já foi enviado"):
            getattr(actions, action)(draft, by=rollout.people["pm"], **({} if action == "skip" else WORDS))

    def test_a_second_click_on_send_leads_to_the_list(self, rollout, client_for):
        a_draft(rollout)
        address = reverse("portfolio:report_draft", args=[rollout.pk])
        browser, typed = client_for(rollout.people["pm"]), form(rollout)
        answers = [browser.post(address, typed) for _click in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert StatusReport.objects.count() == 1

    @pytest.mark.parametrize("person", ["analyst", "client", "integrator", "platform", "stranger"])
    @pytest.mark.parametrize("action", ["start", "write", "send", "skip"])
    def test_only_project_managers_of_presence_write(self, rollout, person, action):
        subject = rollout if action == "start" else a_draft(rollout)
        words = WORDS if action in ("write", "send") else {}
        with pytest.raises(NotAllowed):
            getattr(actions, action)(subject, by=rollout.people[person], **words)


class TestWhatIsSent:
    def test_reports_are_numbered_within_the_project_and_each_begins_where_the_last_ended(self, rollout):
        first = sent(rollout)
        actions.skip(a_draft(rollout), by=rollout.people["pm"])
        second = sent(rollout)
        other = sent(RolloutFactory())
        assert [report.number for report in (first, second, other)] == [1, 2, 1]
        assert second.since == first.ended_at

    def test_it_says_what_happened_since_the_last_one_and_nothing_older(self, rollout):
        rollouts.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="Pausa", seen_version=0)
        sent(rollout, light="attention")
        rollout.refresh_from_db()
        rollouts.resume(rollout, by=rollout.people["pm"], seen_version=rollout.version)
        report = sent(rollout)
        assert report.facts["happened"]["counts"] == {"rollouts.resumed": 1}
        assert [event.kind for event in reading.of_sent(report).events] == ["rollouts.resumed"]

    def test_it_never_changes_nor_goes_but_for_its_pdf(self, rollout):
        report = sent(rollout)
        for change in ({"summary": "Outro"}, {"facts": {}}, {"state": "draft", "number": None}):
            with pytest.raises(IntegrityError), transaction.atomic():
                StatusReport.objects.filter(pk=report.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            report.delete()
        actions.draw(report.pk)
        report.refresh_from_db()
        assert report.pdf.read().startswith(b"%PDF")

    def test_it_tells_what_it_told_although_the_project_went_on(self, rollout):
        report = sent(rollout)
        before = reading.of_sent(report)
        rollout.refresh_from_db()
        rollouts.hold(
            rollout, by=rollout.people["pm"], caused_by="client", reason="Pausa", seen_version=rollout.version
        )
        after = reading.of_sent(StatusReport.objects.get(pk=report.pk))
        assert (after.holder, after.risks, after.counts) == (before.holder, [], before.counts)

    def test_what_is_kept_belongs_to_no_language(self, rollout):
        with translation.override("en"):
            report = sent(rollout)
        words = {"pt": "Realizar a reunião inaugural", "en": "Hold the kickoff meeting"}
        assert report.facts["next"]["owed"][0]["text"] == words
        with translation.override("en"):
            assert reading.of_sent(report).owed_by_party[0].rows[0].text == words["en"]
        assert reading.of_sent(report).owed_by_party[0].rows[0].text == words["pt"]

    def test_it_keeps_no_name_of_who_has_to_sign(self, rollout, monkeypatch):
        signer = rollout.people["client"]
        rows = [
            OpenRequirementFactory.build(
                rollout=rollout,
                blocking=True,
                key="acceptance:signature:client",
                text={"pt": f"{what} {signer}"},
                person=person,
            )
            for what, person in (("Assinar o termo de aceite:", signer), ("Designar no lugar de", None))
        ]
        monkeypatch.setattr(facts.queries, "open_requirements", lambda rollout: rows)
        record = facts.gather(rollout, MONDAY, [])
        texts = [row["text"]["pt"] for row in record["next"]["owed"]]
        assert texts == ["Assinar o termo de aceite", "Designar quem assina o termo de aceite no lugar de quem saiu"]
        assert signer.name not in str(record)

    def test_the_timeline_has_it_with_the_hash_of_all_that_was_sent(self, rollout):
        report = sent(rollout)
        event = rollout.events.get(kind="portfolio.report_sent")
        assert event.data == {"number": 1, "light": "on_course", "sha256": canonical.sha256(report.content())}
        assert event.describe() == "enviou o relatório de situação nº 1 (No rumo)"

    @pytest.mark.parametrize("person", ["manager", "analyst", "client_member", "integrator", "platform"])
    def test_all_four_parties_read_it(self, rollout, client_for, person):
        sent(rollout)
        assert page(rollout, client_for, person).status_code == 200
        assert "Tudo certo por aqui." in page(rollout, client_for, person, "report", 1).text

    def test_others_do_not(self, rollout, client_for):
        sent(rollout)
        assert page(rollout, client_for, "stranger", "report", 1).status_code == 404

    def test_it_tells_nothing_of_money(self, rollout):
        assert "amount" not in sent(rollout).facts["hours"]
        assert not [kind for kind in HAPPENINGS if kind.startswith("hours.")]

    def test_every_kind_that_a_report_tells_of_exists(self):
        assert set(HAPPENINGS) <= set(plugins.events())
        assert set(HAPPENINGS) >= ONLY_COUNTED

    def test_hundreds_of_results_are_counted_and_not_listed(self, rollout):
        class Row:
            def __init__(self, sequence, kind):
                self.sequence, self.kind = sequence, kind

        rows = [Row(number, "homologation.result") for number in range(300)]
        rows += [Row(300 + number, "prerequisites.accepted") for number in range(60)]
        record = facts.gather(rollout, MONDAY, rows)["happened"]
        assert record["counts"] == {"prerequisites.accepted": 60, "homologation.result": 300}
        assert len(record["events"]) == 40

    def test_while_the_pdf_is_drawn_the_page_says_so(self, rollout, client_for):
        report = sent(rollout)
        assert page(rollout, client_for, "client", "report_pdf", 1).status_code == 302
        actions.draw(report.pk)
        actions.draw(report.pk)
        answer = page(rollout, client_for, "client", "report_pdf", 1)
        assert answer["Content-Type"] == "application/pdf"


class TestTheMail:
    def consume(self, rollout):
        for event in rollout.events.filter(kind="portfolio.report_sent"):
            notices.consume(event)
        notices.send_waiting()

    def test_who_speaks_for_each_party_gets_it_in_their_language(self, rollout, mailoutbox):
        rollout.people["integrator"].language = "en"
        rollout.people["integrator"].save()
        sent(rollout, light="attention", reason="Poucos testes")
        self.consume(rollout)
        mails = {mail.to[0]: mail for mail in mailoutbox}
        speakers = {rollout.people[person].email for person in ("client", "integrator", "platform")}
        assert set(mails) == speakers
        text = mails[rollout.people["client"].email]
        assert "Atenção" in text.subject
        assert "Tudo certo por aqui." in text.body
        assert "Poucos testes" in text.body
        assert reverse("portfolio:report", args=[rollout.pk, 1]) in text.body
        assert "status report" in mails[rollout.people["integrator"].email].subject

    def test_who_switched_notices_off_gets_none(self, rollout, mailoutbox):
        Preference.objects.create(user=rollout.people["client"], events=False)
        sent(rollout)
        self.consume(rollout)
        assert rollout.people["client"].email not in {mail.to[0] for mail in mailoutbox}
        assert mailoutbox


class TestTheDossier:
    def events(self, rollout):
        return [event.hashed() for event in rollout.events.order_by("sequence")]

    def test_it_holds_each_report_as_it_was_sent(self, rollout, monkeypatch):
        monkeypatch.setattr("apps.portfolio.reports.paper.render", lambda report: b"%PDF")
        sent(rollout)
        a_draft(rollout)
        files = dict(dossier.files(rollout))
        assert sorted(files) == ["relatorios/001.json", "relatorios/001.pdf"]
        assert list(dossier.problems(files, self.events(rollout))) == []

    def test_one_that_was_changed_is_missing_or_was_never_sent_is_named(self, rollout, monkeypatch):
        monkeypatch.setattr("apps.portfolio.reports.paper.render", lambda report: b"%PDF")
        sent(rollout)
        files, events = dict(dossier.files(rollout)), self.events(rollout)
        changed = {**files, "relatorios/001.json": files["relatorios/001.json"].replace(b"certo", b"errado")}
        assert "is not the report" in " ".join(dossier.problems(changed, events))
        assert "is missing" in " ".join(dossier.problems({}, events))
        assert "never sent" in " ".join(dossier.problems({**files, "relatorios/002.json": b"{}"}, events))
