"""What many tests of a module begin from, made once: it stands in a transaction around all of them."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import override_settings

from tests import read_model


class Standing:
    """``made`` is what was built, ``copy`` one that a test may change, with its files in that test's own folder."""

    def __init__(self, made: Any, folder: Path) -> None:
        self.made, self.folder = made, folder

    def copy(self) -> Any:
        if self.folder.exists():
            shutil.copytree(self.folder, settings.MEDIA_ROOT, dirs_exist_ok=True)
        return deepcopy(self.made)


@contextmanager
def standing(build: Callable[[], Any], blocker: Any, folder: Path, seal: Path) -> Iterator[Standing]:
    """What ``build`` makes, in a transaction around that of each test. A fixture of a wider scope than a test holds it, and
    every test of that scope has to use that fixture, so that it comes before the first one's own transaction."""
    contained = override_settings(
        MEDIA_ROOT=folder, TERM_SEAL_DEMO=seal, PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]
    )
    with blocker.unblock(), transaction.atomic():
        with contained:
            made = build()
            read_model.follow()
        yield Standing(made, folder)
        transaction.set_rollback(True)
