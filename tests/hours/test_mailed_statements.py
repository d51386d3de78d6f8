"""The statement of a month comes by mail to who pays, once the month was closed."""

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.hours.models import StatementPdf
from apps.hours.statements import documents
from apps.notices.models import Beginning
from apps.notices.tasks import send_notices
from apps.rollouts.models import Party
from tests.companies.factories import CompanyFactory
from tests.hours.factories import APRIL, a_statement
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
    return a_statement(RolloutFactory())


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


def test_another_company_that_became_the_client_since_does_not_get_it(statement, mailoutbox):
    Party.objects.filter(rollout=statement.rollout, role="client").update(company=CompanyFactory())
    assert mailed(mailoutbox) == []
