"""The vault's key changes while others read and write, on a real PostgreSQL."""

import threading

import pytest
from django.db import connections

from apps.vault import actions, keys, rotation
from apps.vault.models import Secret

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

READERS, WRITERS, ROUNDS, KEPT = 3, 2, 6, 25


def test_no_read_fails_while_everything_is_closed_anew(settings):
    old = settings.VAULT_KEYSET = keys.fresh()
    sealed = {actions.seal(f"valor {number}", field="token").pk: f"valor {number}" for number in range(KEPT)}
    settings.VAULT_KEYSET = rotation.with_new_primary(old)
    assert rotation.left_behind()["secrets"] == KEPT
    together = threading.Barrier(READERS + WRITERS + 1)
    problems, written, read = [], {}, []

    def beside(job):
        def run():
            try:
                together.wait(30)
                job()
            except Exception as error:  # noqa: BLE001
                problems.append(error)
            finally:
                connections.close_all()

        return threading.Thread(target=run)

    def reads():
        for _round in range(ROUNDS):
            for pk, value in sealed.items():
                assert actions.unseal(Secret.objects.get(pk=pk)) == value
                read.append(pk)

    def writes():
        for number in range(KEPT):
            value = f"novo {threading.get_ident()} {number}"
            written[actions.seal(value, field="token").pk] = value

    threads = [beside(reads) for _ in range(READERS)] + [beside(writes) for _ in range(WRITERS)]
    threads.append(beside(rotation.rotate))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not problems
    assert len(read) == READERS * ROUNDS * KEPT
    assert len(written) == WRITERS * KEPT
    assert rotation.left_behind()["secrets"] == 0
    settings.VAULT_KEYSET = rotation.only_primary(settings.VAULT_KEYSET)
    for pk, value in {**sealed, **written}.items():
        assert actions.unseal(Secret.objects.get(pk=pk)) == value
