"""What nobody means to send: values, methods, types and addresses for every route, with a fixed seed."""

import json
import random
import re
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client

from tests import read_model

SEED = 20
TEXTS = [
    "x" * 70_000, "9" * 40, "-1", "0", "1e400", "NaN", "😀" * 90, "\x00", "a\x00b", "' OR 1=1 --", "%s %(x)s {0} {x}",
    "\u202eabc", "e\u0301" * 200, "٣", "../../etc/passwd", "https://[", "http://\\x", "=1+1", "<script>", "\r\nX: y", "{}",
]  # fmt: skip
DAYS = ["0001-01-01", "9999-12-31", "2026-02-30", "10000-01-01", "0000-00-00", "31/12/9999", "01/01/0001"]
MOMENTS = ["0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T25:61", "9999-12-31 23:59:59.999999+14:00"]
VALUES = [*TEXTS, *DAYS, *MOMENTS]
PARAMETERS = (
    "version", "scope", "rollout", "kind", "situation", "q", "next", "moved", "after", "week", "stage", "since", "person",
    "name", "list", "holder", "factor", "delivery", "day", "case", "before", "page", "month", "company",
)  # fmt: skip
TYPES = [
    "application/json; charset=utf-7", "application/x-www-form-urlencoded; charset=x-unknown", "multipart/form-data",
    "multipart/form-data; boundary=", "text/plain", "application/json", "application/xml", "",
]  # fmt: skip
BODIES = [b"\xff\xfe\x00", b"{", b"[]", b"null", b'"\\ud800"', b"a=%ff&b=%00", b"--x\r\n"]


QUERIES = [
    "next=-1", "next=%F0%9F%98%80", "next=%ff", "q=%ff%fe&page=%ff", "q=%ED%A0%80", "%00=%00&q=a%00b",
    "page=-1&page=2&page=",
    "q[]=1&q=2&q=3", "&&=&=", "page=99999999999999999999", "week=9999-12-31&day=9999-12-31",
    "week=0001-01-01&day=0001-01-01",
    "month=9999-12-01&since=9999-12-31T23:59:59%2B14:00", "since=0001-01-01T00:00:00-14:00&before=-1",
    "source=%00&q=" + "(" * 900,
    "person=-1&rollout=-1&company=-1&company=x&kind=%00", "linha=-1&parte=%00", "situation=%ff&list=%ff&holder=%ff&stage=%ff",
    "version=1e9&after=1e9&number=%D9%A3", "q=" + "%F0%9F%98%80" * 200, ";".join(["a=b"] * 400), "=".join(["a"] * 400),
]  # fmt: skip
HEADERS = [
    {"accept-language": "x" * 5_000}, {"accept-language": "pt;q=9e999, *;q=NaN, \x00"},
    {"accept": "*/*;q=x, text/html;level"},
    {"hx-request": "true", "hx-current-url": "http://[::bad", "hx-target": "\x80"}, {"referer": "http://[x"},
    {"hx-request": "true", "hx-current-url": "%ff", "hx-current-url-uri-autoencoded": "true"}, {"referer": "//\x00/"},
    {"range": "bytes=9-1,-5,x", "if-modified-since": "Mon, 99 Foo 0000"}, {"if-none-match": "\x80\"", "if-match": "*,"},
    {"authorization": "Bearer \xff"}, {"authorization": "Basic !!!"}, {"authorization": "Bearer"}, {"origin": "null"},
    {"x-forwarded-for": "x, [::", "x-forwarded-proto": "ftp"}, {"accept-encoding": "gzip;q=x, br;q=-1"},
    {"idempotency-key": "\xe9 \x00"}, {"content-length": "-1"}, {"content-length": "9" * 30}, {"x-csrftoken": "\x00"},
    {"x-worksheet": "lines"}, {"x-requested-with": "XMLHttpRequest"}, {"cookie": "x"}, {"cookie": "=;;=\xff; a\x00"},
]  # fmt: skip
SIGN_IN = {
    "login": "x@x.com",
    "password": "x",
    "next": "/",
    "email": "x@x.com",
    "code": "1",
    "password1": "x",
    "name": "x",
}
"""A form of the sign-in library."""
COOKIES = ["\xff", "%00", "x" * 3_000, "{}", "-1", '"', "pt-br\r\nx", "W10:x:y"]
VALUES_OF_JSON = [
    None, [], {}, [[]], -1, 0, 10**40, 1e308, True, "", "\x00", "\ud800", "😀", ["x", 1], {"x": {}},
    "9999-12-31", "x" * 70_000,
]  # fmt: skip
RAW_JSON = [
    b"[" * 5_000,
    b"1e999",
    b"NaN",
    b'{"a":1,"a":2}',
    b"\xef\xbb\xbf{}",
    b'{"\\u0000": 1}',
    b"",
    b'"' + b"x" * 9_000 + b'"',
]


def client_of(scene, person: str) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = scene.sessions[person]
    return client


def send(scene, person: str, method: str, url: str, data=None, content_type: str | None = None) -> int:
    """The status of the answer; whatever happened is rolled back."""
    client = client_of(scene, person)
    read_model.follow()
    with transaction.atomic():
        if content_type is not None:
            response = client.generic(method, url, data or b"", content_type=content_type)
        elif method == "POST":
            response = client.post(url, data)
        else:
            response = client.generic(method, url)
        transaction.set_rollback(True)
    return response.status_code


def send_strange(scene, person: str, method: str, url: str, form: dict, chance: random.Random) -> tuple[int, object]:
    """The status of the answer to a request that no browser sends, and what was strange about it: its query, its headers, its
    cookies, its body."""
    query, headers = chance.choice(QUERIES), dict(chance.choice(HEADERS))
    session = scene.sessions[person] if person else ""
    if chance.random() < 0.3:
        names = (settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages", settings.DEVICE_COOKIE_NAME)
        cookies = "; ".join(f"{name}={chance.choice(COOKIES)}" for name in names)
        headers = {"cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {cookies}"}
    body, content_type = _strange_body(url, form, chance) if method == "POST" else (b"", "application/octet-stream")
    client = client_of(scene, person) if person else Client(raise_request_exception=False)
    extra = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    if "content-length" in headers:
        extra["CONTENT_LENGTH"] = headers["content-length"]
    read_model.follow()
    with transaction.atomic():
        response = client.generic(method, url, body, content_type=content_type, QUERY_STRING=query, **extra)
        transaction.set_rollback(True)
    return response.status_code, (query[:80], headers, content_type, body[:200])


def _strange_body(url: str, form: dict, chance: random.Random) -> tuple[bytes, str]:
    """A body that is nearly what the address takes, or nothing like it."""
    if chance.random() < 0.3:
        return chance.choice([*BODIES, *RAW_JSON]), chance.choice(TYPES)
    fields = {name: value for name, value in form.items() if not isinstance(value, ContentFile)} or {"x": "x"}
    chosen = chance.choice(list(fields))
    if url.startswith("/api/"):
        return json.dumps({**fields, chosen: chance.choice(VALUES_OF_JSON)}, default=str).encode(), "application/json"
    doubled = {**fields, chosen: [fields[chosen], chance.choice(VALUES)], "form_key": chance.choice(VALUES)}
    charset = chance.choice(["", "; charset=utf-8", "; charset=iso-8859-1", "; charset=x-unknown"])
    return urlencode(doubled, doseq=True).encode(), f"application/x-www-form-urlencoded{charset}"


def strange_addresses(url: str):
    """``url`` with bytes in it that are no text, and with what a router may trip over."""
    for part in ("%ff", "%00", "%ED%A0%80", "%F0%9F%98%80", "..%2f..", "%0d%0aX:y"):
        changed = re.sub(r"(?<=/)[^/]+(?=/?$)", part, url)
        if changed != url:
            yield changed


def posts(scene, route: str, chance: random.Random):
    """Valid forms of ``route``, each with one field that holds a value of ``VALUES``."""
    form = scene.data(route)
    for field, value in form.items():
        if isinstance(value, ContentFile):
            continue
        for hostile in chance.sample(VALUES, 2):
            yield {**scene.data(route), field: [hostile, hostile] if isinstance(value, list) else hostile}


def queries(chance: random.Random):
    """Query strings of parameters that some page reads."""
    for _query in range(1):
        names = chance.sample(PARAMETERS, 6)
        yield {name: chance.choice(VALUES)[:3_000] for name in names}


def far_addresses(url: str):
    """``url`` with each number in it as one that no table holds."""
    for number in ("0", "9" * 30):
        changed = re.sub(r"(?<=/)\d+(?=/|$)", number, url)
        if changed != url:
            yield changed
