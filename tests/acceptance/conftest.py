import pytest

from apps.core.network import outbound
from apps.stages.acceptance.certificates import examiner
from apps.stages.acceptance.signing import elsewhere
from tests.acceptance.authority import apart, the_authority
from tests.acceptance.door import silent
from tests.acceptance.factories import a_draft, content_of, opened


@pytest.fixture(scope="module")
def opened_term(stand):
    """A term open for signing, with its real PDF, and the bytes of that."""

    def build():
        term = opened(a_draft())
        return term, content_of(term.pdf)

    return stand(build)


@pytest.fixture
def a_term(opened_term, monkeypatch, settings, tmp_path, request):
    """``a_term(**draft)``: another one, with the same PDF."""
    _term, pdf = opened_term.made
    settings.TERM_TRUST_ROOTS = the_authority().trusted_in(tmp_path / "roots")
    monkeypatch.setattr(outbound, "fetch", silent)
    if "a_process_of_its_own" not in request.fixturenames:  # Starting one takes a second.
        monkeypatch.setattr(elsewhere, "_run_examiner", lambda *arguments: apart(lambda: examiner.examine(*arguments)))

    def make(**draft):
        return opened(a_draft(**draft), pdf=pdf)

    return make


@pytest.fixture
def a_process_of_its_own():
    """Files are judged as they are in truth."""


@pytest.fixture
def term(opened_term, a_term):
    term, _pdf = opened_term.copy()
    return term
