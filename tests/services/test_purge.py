"""A purge beside another purge and beside a change of the vault's key, on a real PostgreSQL."""

import pytest

from apps.core.process import Stage
from apps.prerequisites import actions
from apps.prerequisites.credentials import purge
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.vault import keys, rotation
from apps.vault.models import Secret
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import at_stage
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def closed(settings):
    settings.PURGE_CREDENTIALS_DAYS = 0
    settings.VAULT_KEYSET = keys.fresh()
    item = PrerequisiteFactory(credential=True)
    for number in range(2, 12):
        other = PrerequisiteFactory(rollout=item.rollout, credential=True, title=f"Credencial {number}")
        actions.submit(other, by=item.rollout.people["client"], values={"account": "a", "token": f"valor {number}"})
    return at_stage(item.rollout, Stage.COMPLETED)


def test_of_two_purges_at_once_one_certifies_and_the_other_finds_nothing(closed):
    outcomes = at_once(lambda: purge.purge_due(closed.pk), lambda: purge.purge_due(closed.pk))
    assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
    [event] = [outcome for outcome in outcomes if outcome]
    assert event.data["secrets"] == 10
    assert closed.events.filter(kind="prerequisites.purged").count() == 1
    assert timeline.verify(Rollout.objects.get(pk=closed.pk)) is None


def test_a_key_that_changes_meanwhile_brings_nothing_back(closed, settings):
    settings.VAULT_KEYSET = rotation.with_new_primary(settings.VAULT_KEYSET)
    rotated, event = at_once(rotation.rotate, lambda: purge.purge_due(closed.pk))
    assert not isinstance(rotated, Exception), rotated
    assert event.data["secrets"] == 10
    assert not Secret.objects.exists()
    assert rotation.left_behind()["secrets"] == 0
