"""What nobody means to send: values, methods, types and addresses for every route, with a fixed seed."""

import random
import re

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
