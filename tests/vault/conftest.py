import pytest

from apps.vault import key_check


@pytest.fixture(autouse=True)
def a_new_process(monkeypatch):
    """No keys were tried yet."""
    monkeypatch.setattr(key_check, "_keysets_that_open", set())
