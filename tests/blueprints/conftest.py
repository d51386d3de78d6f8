"""People of Presence who write and publish templates, and their browsers."""

import pytest

from apps.companies.models import Role
from tests.companies.factories import PresenceFactory, a_person


@pytest.fixture
def pm():
    return a_person(PresenceFactory(), Role.PROJECT_MANAGER)


@pytest.fixture
def manager():
    return a_person(PresenceFactory(), Role.MANAGER)


@pytest.fixture
def browser(client_for, pm):
    return client_for(pm)


@pytest.fixture
def managers(client_for, manager):
    return client_for(manager)
