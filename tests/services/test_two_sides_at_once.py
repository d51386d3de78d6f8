"""Two places given to one person at once, one on each side, on a real PostgreSQL."""

import pytest
from django.db import IntegrityError

from apps.companies import actions
from apps.companies.models import Membership, Role
from apps.core.refusals import Invalid
from tests.companies.factories import CompanyFactory, MembershipFactory, PresenceFactory, UserFactory
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_of_two_invitations_accepted_at_once_one_is_refused():
    person, presence, client = UserFactory(), PresenceFactory(), CompanyFactory()
    outcomes = at_once(
        lambda: actions.join(presence, person, role=Role.ANALYST),
        lambda: actions.join(client, person, role=Role.LEAD),
    )
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, Membership)] == [Invalid]
    assert person.memberships.count() == 1


def test_of_two_rows_written_at_once_that_nobody_checked_the_database_takes_one():
    person, presence, client = UserFactory(), PresenceFactory(), CompanyFactory()
    outcomes = at_once(
        lambda: MembershipFactory(user=person, company=presence, role=Role.ANALYST),
        lambda: MembershipFactory(user=person, company=client, role=Role.LEAD),
    )
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, Membership)] == [IntegrityError]
    assert person.memberships.count() == 1
