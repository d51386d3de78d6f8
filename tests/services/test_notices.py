"""Two workers tell at the same time, on a real PostgreSQL."""

import pytest
from django.core.mail import EmailMessage

from apps.notices.models import Beginning, Notice
from apps.notices.tasks import send_notices
from tests.notices.factories import an_event
from tests.prerequisites.factories import PrerequisiteFactory
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_of_two_runs_at_once_each_person_is_told_once(monkeypatch):
    sent = []
    monkeypatch.setattr(EmailMessage, "send", lambda message: sent.append(message.to[0]))
    item = PrerequisiteFactory()
    Beginning.objects.get_or_create(pk=1)
    for _time in range(5):
        an_event(item.rollout, key=item.key)
    assert at_once(send_notices, send_notices, send_notices) == [None, None, None]
    send_notices()
    people = item.rollout.people
    assert sorted(sent) == sorted([people["client"].email, people["client_member"].email] * 5)
    assert Notice.objects.filter(sent_at=None).count() == 0
