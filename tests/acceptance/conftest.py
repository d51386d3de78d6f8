import pytest

from apps.core.network import outbound
from apps.stages.acceptance.certificates import examiner
from apps.stages.acceptance.sealing import rendering
from apps.stages.acceptance.signing import elsewhere
from tests.acceptance.authority import apart, the_authority
from tests.acceptance.door import silent
from tests.acceptance.factories import a_draft, opened


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def a_term(kept, monkeypatch, settings, tmp_path, request):
    """``a_term(**draft)``: open for signing, with a real PDF of a term (rendered once for all)."""
    settings.TERM_TRUST_ROOTS = the_authority().trusted_in(tmp_path / "roots")
    monkeypatch.setattr(outbound, "fetch", silent)
    if "a_process_of_its_own" not in request.fixturenames:  # Starting one takes a second.
        monkeypatch.setattr(elsewhere, "_run_examiner", lambda *arguments: apart(lambda: examiner.examine(*arguments)))

    def make(**draft):
        term = a_draft(**draft)
        if not kept:
            kept["pdf"] = rendering.pdf(term)
        return opened(term, pdf=kept["pdf"])

    return make


@pytest.fixture
def a_process_of_its_own():
    """Files are judged as they are in truth."""


@pytest.fixture
def term(a_term):
    return a_term()
