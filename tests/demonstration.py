"""The demonstration, for tests that look at all of it: to build it takes as long as hundreds of them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from django.test import override_settings
from psycopg.sql import SQL, Identifier

from apps.core import clock
from apps.demo import world
from apps.stages.acceptance.sealing import rendering, seal
from tests.blueprints import shipped


@contextmanager
def demonstration(blocker, folder: Path) -> Iterator[datetime]:
    """What ``make run`` shows stands in the database, in a transaction around those of the tests, its files in ``folder``.
    Gives the instant at which all of it has happened.

    ``make test`` builds it once for all (presence_rollout/ops/testrun.py): there the tests are led to a copy of its database.
    Elsewhere it is built here, with any bytes for the documents that are drawn, which have tests of their own.
    """
    built = os.environ.get("DEMONSTRATION")
    with blocker.unblock():
        if built:
            shutil.copytree(Path(os.environ["DEMONSTRATION_FILES"]) / "files", folder)
            with _connected_to_a_copy(built), transaction.atomic():
                yield datetime.fromisoformat(os.environ["DEMONSTRATION_AT"])
                transaction.set_rollback(True)
        else:
            with transaction.atomic():
                yield _build(folder)
                transaction.set_rollback(True)


def _build(folder: Path) -> datetime:
    now = clock.now()
    contained = override_settings(
        MEDIA_ROOT=folder,
        TERM_SEAL_DEMO=folder.with_name("seal.p12"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with contained, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "pdf", lambda term: b"%PDF-1.7 demo")
        patch.setattr(seal, "pdf", lambda term: b"%PDF-1.7 demo, sealed")
        shipped.load()
        world.build(now)
    return now


@contextmanager
def _connected_to_a_copy(database: str) -> Iterator[None]:
    """Django's connection leads to a copy of ``database``, and back again at the end."""
    before = connection.settings_dict["NAME"]
    copy = f"{before}_demonstration"
    _execute("CREATE DATABASE {} TEMPLATE {}", copy, database)
    connection.close()
    connection.settings_dict["NAME"] = copy
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        _execute("DROP DATABASE {}", copy)


def _execute(statement: str, *names: str) -> None:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as server:
        server.execute(SQL(statement).format(*map(Identifier, names)))
