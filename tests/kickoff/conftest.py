import pytest

from tests.kickoff.factories import KickoffFactory


@pytest.fixture
def kickoff():
    return KickoffFactory()


@pytest.fixture
def rollout(kickoff):
    return kickoff.rollout
