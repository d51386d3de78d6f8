"""The statement of a month comes by mail to who pays, once the month was closed."""

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.hours.models import StatementPdf
from apps.hours.statements import documents
from apps.notices import actions, queries
from apps.notices.models import Beginning
from apps.notices.tasks import send_notices
from apps.rollouts import parties
from tests.companies.factories import CompanyFactory, a_person
from tests.hours.factories import APRIL, a_client_statement
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
    a_client_statement(rollout)
    closed = rollout.statements.get()
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


def replaced(rollout):
    """Another company is the client since April; the new company's lead."""
    company = CompanyFactory(kind="client")
    lead = a_person(company, "lead")
    with clock.at(APRIL):
        parties.replace(rollout, "client", by=rollout.people["pm"], company=company, reason="Vendida")
    return lead


def test_the_company_that_was_the_client_gets_its_last_bill_without_a_link_and_the_new_one_does_not(
    statement, mailoutbox
):
    lead = replaced(statement.rollout)
    (message,) = mailed(mailoutbox)
    assert message.to == [statement.rollout.people["client"].email] != [lead.email]
    assert f"/projetos/{statement.rollout.pk}" not in message.body


def test_who_left_the_company_that_was_the_client_does_not_get_its_last_bill(statement, mailoutbox):
    with clock.at(APRIL):
        for event in queries.events_without_notices():
            actions.consume(event)
    replaced(statement.rollout)
    statement.rollout.people["client"].memberships.all().delete()
    assert mailed(mailoutbox) == []
