import pytest

from apps.core.network import outbound
from apps.core.network.outbound import Answer


@pytest.fixture
def sent(monkeypatch):
    """What went out; every request is answered with 200 and ``{}``."""
    found = []

    def fetch(method, url, **kwargs):
        found.append((url, str(kwargs)))
        return Answer(200, url, {}, b"{}")

    monkeypatch.setattr(outbound, "fetch", fetch)
    return found
