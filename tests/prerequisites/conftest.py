import pytest

from apps.core import outbound
from apps.core.outbound import Answer


@pytest.fixture
def sent(monkeypatch):
    """What went out; every request is answered with 200 and ``{}``."""
    found = []

    def fetch(method, url, **kwargs):
        found.append((url, str(kwargs)))
        return Answer(200, url, {}, b"{}")

    monkeypatch.setattr(outbound, "fetch", fetch)
    return found
