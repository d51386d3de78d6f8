"""A request that names an encoding is read in it, or refused before Django looks at it."""

from io import BytesIO

import pytest
from django.core.wsgi import get_wsgi_application

from apps.core.untrusted import encodings

pytestmark = pytest.mark.django_db
application = encodings.readable(get_wsgi_application())
"""As it is served (presence_rollout/wsgi.py)."""


def answer(charset, path="/verificar/", query="next=%ff&q=%C3%A9", method="GET", body=b""):
    """The status and the body of what the application as it is served answers."""
    content_type = f"application/x-www-form-urlencoded; charset={charset}" if charset else "text/plain"
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(body), "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)), "HTTP_ACCEPT_LANGUAGE": "pt-br",
    }  # fmt: skip
    statuses = []
    parts = application(environ, lambda status, headers, *more: statuses.append(int(status[:3])))
    return statuses[0], b"".join(parts).decode()


@pytest.mark.parametrize(
    "charset", ["utf-7", "idna", "punycode", "hex", "utf-16", "undefined", "x-unknown", "a\x00b", "x" * 9_000]
)
@pytest.mark.parametrize("path", ["/verificar/", "/conta/login/", "/api/rollouts/"])
def test_an_encoding_that_nobody_writes_in_is_refused(charset, path):
    for method in ("GET", "POST"):
        status, text = answer(charset, path, method=method, body=b"a=b")
        assert (status, "UTF-8" in text) == (415, True)


@pytest.mark.parametrize("charset", ["", "utf-8", "UTF8", '"utf-8"', "latin1", "iso-8859-1", "windows-1252", "ascii"])
def test_an_encoding_that_people_write_in_is_read(charset):
    assert answer(charset)[0] == 200


@pytest.mark.parametrize(
    ("path", "query"), [("/verificar/a\0b/", ""), ("/conta/login/", "next=%00"), ("/verificar/", "q=a%00")]
)
def test_an_address_with_a_character_that_no_text_has_is_refused(path, query):
    status, text = answer("", path, query)
    assert (status, "inválido" in text) == (400, True)


def test_the_name_of_a_codec_is_known_in_every_way_of_writing_it():
    assert encodings.is_read("Utf_8")
    assert not encodings.is_read("")
    assert encodings.charset_of("text/html; charset=x") == ("text/html", "x")
