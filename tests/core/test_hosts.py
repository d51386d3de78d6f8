"""A host that is none, or not ours, is refused first; every answer carries its headers; cookies are bound to the host."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as installation
from django.test import Client
from django.urls import reverse

from apps.core.network import headers

BAD = [
    "longe.example",
    "a b",
    "é.com",
    "localhost:abc",
    "[::1",
    "x" * 300,
    "a/b",
    "user@testserver",
    "testserver\t",
    '"><script>',
]
PLACES = [
    "/",
    "/conta/login/",
    "/verificar/",
    "/api/rollouts/1/gate/",
    "/static/css/app.css",
    "/nada",
    "/api/nada",
    "/termos/",
]


@pytest.mark.django_db
class TestHost:
    @pytest.mark.parametrize("host", BAD)
    def test_a_bad_host_is_400_everywhere(self, host):
        client = Client(raise_request_exception=False)
        assert [client.get(place, HTTP_HOST=host).status_code for place in PLACES] == [400] * len(PLACES)

    def test_over_https_too(self, settings):
        settings.SECURE_SSL_REDIRECT = True
        assert Client().get("/", HTTP_HOST="longe.example").status_code == 400

    def test_the_page_says_so_in_the_reader_s_language_and_leads_nowhere(self):
        page = Client(headers={"accept-language": "en"}).get("/", HTTP_HOST="longe.example").content.decode()
        assert "is not this installation" in page
        assert "href" not in page

    def test_the_api_says_so_in_json(self):
        answer = Client().get("/api/rollouts/1/gate/", HTTP_HOST="longe.example")
        assert answer.json()["code"] == "bad_request"


@pytest.mark.django_db
class TestHeaders:
    @pytest.mark.parametrize("place", ["/conta/login/", "/verificar/", "/api/rollouts/1/gate/", "/nada"])
    def test_what_a_page_does_not_use_is_closed_to_it(self, client, place):
        policy = client.get(place)["Permissions-Policy"]
        for closed in ("camera", "microphone", "geolocation", "payment", "usb"):
            assert f"{closed}=()" in policy
        assert "publickey-credentials-get=(self)" in policy
        assert "clipboard-write=(self)" in policy

    def test_no_feature_is_both_open_and_closed(self):
        assert not headers.USED & set(headers.UNUSED)

    def test_other_sites_neither_hold_our_window_nor_take_anything_in(self, client):
        answer = client.get("/conta/login/")
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"


SAYS = """
from django.conf import settings as s
import json
print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, s.DEVICE_COOKIE_NAME,
    s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.LANGUAGE_COOKIE_SECURE, s.SECURE_HSTS_PRELOAD,
    s.SESSION_COOKIE_PATH + s.CSRF_COOKIE_PATH + s.LANGUAGE_COOKIE_PATH,
    [s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN, s.LANGUAGE_COOKIE_DOMAIN]]))
"""


def configured(tmp_path, **env):
    import json

    base = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(installation.BASE_DIR),
        "VAR_DIR": str(tmp_path),
        "DEBUG": "1",
    }
    base["DJANGO_SETTINGS_MODULE"] = "presence_rollout.settings"
    done = subprocess.run([sys.executable, "-c", SAYS], env={**base, **env}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


class TestCookies:
    def test_over_https_each_is_bound_to_the_very_host(self, tmp_path):
        *names, secure, _preload, paths, domains = configured(tmp_path, HTTPS="1")
        assert len(names) == 4
        assert all(name.startswith("__Host-") for name in names)
        assert (secure, paths, domains) == (True, "///", [None, None, None])

    def test_without_it_they_have_plain_names(self, tmp_path):
        *names, secure, _preload, _paths, _domains = configured(tmp_path)
        assert names == ["sessionid", "csrftoken", "language", "device"]
        assert not secure

    def test_preloading_is_asked_for_by_name_alone(self, tmp_path):
        assert configured(tmp_path, HTTPS="1")[5] is False
        assert configured(tmp_path, HTTPS="1", HSTS_PRELOAD="1")[5] is True

    @pytest.mark.django_db
    def test_scripts_read_none_of_them(self, client):
        client.get(reverse("account_login"))
        client.post(reverse("set_language"), {"language": "en"})
        assert set(client.cookies) >= {"csrftoken", "language"}
        assert all(cookie["httponly"] for cookie in client.cookies.values())
