import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def _quick_and_contained(settings, tmp_path):
    """Cheap password hashing; files and mail of a test stay in its own folder."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def client_for():
    """``client_for(user)``: a browser in which ``user`` is signed in."""

    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
