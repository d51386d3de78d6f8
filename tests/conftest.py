import gc
import os
from contextlib import ExitStack

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis

from apps.core.background import queue
from tests import read_model
from tests.standing import standing

gc.disable()  # Until everything is imported: of that nothing is let go.
hypothesis.register_profile("house", deadline=None)  # No test asserts on wall time: the machine may be busy.
hypothesis.load_profile("house")


def pytest_collection_finish():
    """What was imported and collected stays until the end: looking through it again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def django_db_createdb(django_db_createdb):
    """`make test` hands over databases that are migrated already (presence_rollout/ops/testrun.py)."""
    return django_db_createdb and "MIGRATED_TESTS" not in os.environ


@pytest.fixture(scope="session")
def django_db_modify_db_settings_parallel_suffix(request):
    """Before each worker's suffix is put behind it."""
    if "MIGRATED_TESTS" in os.environ:
        django_settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = os.environ["MIGRATED_TESTS"]
    request.getfixturevalue("django_db_modify_db_settings_xdist_suffix")


@pytest.fixture(autouse=True, scope="session")
def _data_files_are_read_once():
    """The blueprints' data files, which many tests load, are parsed and judged once in a run."""
    from apps.blueprints.loading import loader

    read = loader.read_files
    kept = tuple(read())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "read_files", lambda folder=loader.DATA: kept if folder == loader.DATA else read(folder))
        yield


@pytest.fixture(autouse=True, scope="session")
def _nobody_asks_the_whole_installation():
    """The page that does would wait for workers that no test starts (tests/core/test_health.py has the checks)."""
    from apps.core.health import warning
    from apps.core.watch.running import Outcome

    answers = [Outcome("workers", "Workers", warning("Nenhum responde.", "Inicie um."), 0.1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("apps.operations.views.outcomes", lambda **asked: answers)
        yield


@pytest.fixture(autouse=True, scope="session")
def _what_is_open_follows_what_tests_write():
    with pytest.MonkeyPatch.context() as patch:
        read_model.watch(patch)
        yield


@pytest.fixture(scope="session")
def demonstration_seal(tmp_path_factory):
    """Where the seal of a trial is kept; the first test that seals makes it."""
    return tmp_path_factory.mktemp("seal") / "seal.p12"


@pytest.fixture(autouse=True)
def _quick_and_contained(settings, tmp_path, demonstration_seal):
    """Cheap password hashing; files and mail of a test stay in its own folder. It begins in the installation's language,
    whatever page another test read last."""
    translation.deactivate()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.TERM_SEAL_DEMO = demonstration_seal
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    queue.ask_again()
    yield
    read_model.forget()  # What the test wrote is gone with it.


def _stand(django_db_setup, django_db_blocker, tmp_path_factory, demonstration_seal):
    """``stand(build)``: what ``build`` makes stands in the database for the module's tests, or for those of a class with
    ``stand_for_class`` (``tests.standing``)."""
    with ExitStack() as stack:
        yield lambda build: stack.enter_context(
            standing(build, django_db_blocker, tmp_path_factory.mktemp("standing") / "files", demonstration_seal)
        )


stand = pytest.fixture(_stand, scope="module", name="stand")
stand_for_class = pytest.fixture(_stand, scope="class", name="stand_for_class")


@pytest.fixture
def presences_seal(settings, demonstration_seal):
    """The seal of a trial is the configured one: what it seals is believed, also what was sealed before in the same run."""
    from apps.seals import certificates

    if not demonstration_seal.exists():
        certificates.make(demonstration_seal)
    settings.TERM_SEAL_FILE = str(demonstration_seal)
    return demonstration_seal


@pytest.fixture
def an_outbox(settings):
    """Messages wait in the outbox, as they do in an installation; other tests read them where they were sent."""
    settings.EMAIL_BACKEND = "apps.outbox.backend.OutboxBackend"


@pytest.fixture
def a_worker(monkeypatch):
    """What is handed over after a commit is done at once, as a worker would."""
    from celery import current_app

    current_app.loader.import_default_modules()
    app = current_app._get_current_object()
    monkeypatch.setattr(app, "send_task", lambda name, args=(): app.tasks[name].apply(args, throw=True))


@pytest.fixture
def client_for():
    """``client_for(user)``: a browser in which ``user`` is signed in."""

    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def pytest_terminal_summary(terminalreporter):
    """Say how much the access matrix covered, where it ran."""
    from tests.access.scene import PEOPLE
    from tests.access.table import rows

    if any("test_every_route_answers" in report.nodeid for report in terminalreporter.stats.get("passed", [])):
        size = f"{len(rows())} routes × {len(PEOPLE)} roles = {len(rows()) * len(PEOPLE)} answers"
        terminalreporter.write_line(f"access matrix: {size}")
