"""The statement of a month comes by mail to who pays, once the month was closed."""

import pytest
from django.urls import reverse

from apps.accounts.models import User
from apps.core import clock
from apps.hours.models import StatementPdf
from apps.hours.statements import documents
from apps.notices import actions, queries
from apps.notices.models import Beginning
from apps.notices.tasks import send_notices
from apps.rollouts import parties
from tests.companies.factories import CompanyFactory, a_person
from tests.hours.factories import APRIL, a_client_statement, a_statement, close_client_month, close_month, log
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 statement"


@pytest.fixture(autouse=True)
def quick_document(monkeypatch):
    monkeypatch.setattr(documents, "render", lambda statement: PDF)


@pytest.fixture
def statement():
    """Of a month that was closed since the notices began."""
    Beginning.objects.update(at=APRIL)
    rollout = RolloutFactory()
    closed = a_statement(rollout)
    closed.rollout.people = rollout.people
    return closed


def mailed(mailoutbox):
    with clock.at(APRIL):
        send_notices()
    return [message for message in mailoutbox if message.attachments]


def test_the_clients_leads_get_the_document_and_nobody_else(statement, mailoutbox):
    (message,) = mailed(mailoutbox)
    assert message.to == [
        User.objects.get(memberships__role="lead", memberships__company=statement.rollout.company("client")).email
    ]
    assert "03/2026" in message.subject
    assert [(file.filename, file.content, file.mimetype) for file in message.attachments] == [
        (f"{statement.code}.pdf", PDF, "application/pdf")
    ]
    assert StatementPdf.objects.get().statement == statement
    assert len(mailed(mailoutbox)) == 1


def test_who_left_the_client_before_it_was_sent_does_not_get_it(statement, mailoutbox):
    User.objects.filter(memberships__company=statement.rollout.company("client")).update(is_active=False)
    assert mailed(mailoutbox) == []


@pytest.fixture
def last_bill():
    """The project whose client is replaced: all its months were closed."""
    Beginning.objects.update(at=APRIL)
    rollout = RolloutFactory()
    a_client_statement(rollout)
    return rollout


def replaced(rollout):
    """Another company is the client since April; the new company's lead."""
    company = CompanyFactory(kind="client")
    lead = a_person(company, "lead")
    with clock.at(APRIL):
        parties.replace(rollout, "client", by=rollout.people["pm"], company=company, reason="Vendida")
    return lead


def test_the_company_that_was_the_client_gets_its_last_bill_without_a_link_and_the_new_one_does_not(
    last_bill, mailoutbox
):
    lead = replaced(last_bill)
    (message,) = mailed(mailoutbox)
    assert message.to == [last_bill.people["client"].email] != [lead.email]
    assert f"/projetos/{last_bill.pk}" not in message.body


def test_who_left_the_company_that_was_the_client_does_not_get_its_last_bill(last_bill, mailoutbox):
    with clock.at(APRIL):
        for event in queries.events_without_notices():
            actions.consume(event)
    replaced(last_bill)
    last_bill.people["client"].memberships.all().delete()
    assert mailed(mailoutbox) == []


class TestAMonthOfAllProjects:
    """Of one client, whose month is closed over two projects."""

    @pytest.fixture
    def projects(self):
        Beginning.objects.update(at=APRIL)
        first = RolloutFactory()
        second = RolloutFactory(client=first.company("client"))
        with clock.at(APRIL):
            for rollout in (first, second):
                log(rollout)
        return first, second

    def test_each_lead_gets_one_mail_with_the_statement_of_all(self, projects, mailoutbox):
        with clock.at(APRIL):
            statement = close_client_month(projects[0])
        messages = mailed(mailoutbox)
        leads = User.objects.filter(memberships__role="lead", memberships__company=statement.client)
        assert len(leads) == 2
        assert sorted(message.to for message in messages) == sorted([lead.email] for lead in leads)
        for message in messages:
            assert message.subject == "FC-00001: fechamento de horas de 03/2026"
            assert [file.filename for file in message.attachments] == ["FC-00001.pdf"]
            assert "Projeto:" not in message.body
            assert reverse("hours:client_statement", args=[statement.number]) in message.body
        assert len(mailed(mailoutbox)) == 2

    def test_projects_closed_one_by_one_before_are_gathered_in_a_mail_too(self, projects, mailoutbox):
        with clock.at(APRIL):
            for rollout in projects:
                close_month(rollout)
        assert len(mailed(mailoutbox)) == 4
        with clock.at(APRIL):
            close_client_month(projects[0])
        files = [file.filename for message in mailed(mailoutbox)[4:] for file in message.attachments]
        assert files == ["FC-00001.pdf"] * 2

    def test_the_timeline_of_one_project_alone_records_it(self, projects):
        with clock.at(APRIL):
            close_client_month(projects[0])
        recorded = [rollout.events.filter(kind="hours.client_month_closed").count() for rollout in projects]
        assert recorded == [1, 0]
        closings = [rollout.events.get(kind="hours.month_closed").data["client_statement"] for rollout in projects]
        assert closings == [1, 1]
