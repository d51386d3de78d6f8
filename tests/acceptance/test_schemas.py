"""The published schemas, and what is said of that which does not fit them."""

import jsonschema
import pytest
from django.contrib.staticfiles import finders

from apps.stages.acceptance.sealing import schemas

HASH = "a" * 64
AT = "2026-11-25T00:00:00.000000+00:00"
LOG = {
    "$schema": "x",
    "format": "presence-rollout/signing-log",
    "version": 1,
    "term": "INT-0001-T1",
    "record_sha256": HASH,
    "document": {"bytes": 10, "sha256": HASH},
    "entries": [
        {"number": 1, "what": "opened", "at": AT, "previous": HASH, "hash": HASH},
        {
            "number": 2, "what": "signed", "at": AT, "previous": HASH, "hash": HASH, "role": "client", "name": "x",
            "company": "x", "method": "code", "address": None, "agent": "", "consent": "x", "sha256": HASH,
        },
    ],
    "seal": {"subject": "x", "certificates": [HASH]},
}  # fmt: skip


@pytest.mark.parametrize("name", [schemas.TERM, schemas.LOG])
def test_a_schema_is_one_and_anybody_may_read_it(name):
    jsonschema.Draft202012Validator.check_schema(schemas.load(name))
    assert finders.find(f"schemas/{name}.json")
    assert schemas.address(name).endswith(f"/static/schemas/{name}.json")


def test_a_log_that_fits():
    assert schemas.problems(LOG, schemas.LOG) == []


BY_CERTIFICATE = {
    **{key: LOG["entries"][1][key] for key in ("number", "what", "at", "previous", "hash", "role", "name", "company")},
    "sha256": HASH,
    "method": "certificate",
    "basis": "x",
    "file": {"name": "x.pdf", "bytes": 9, "sha256": HASH},
    "certificate": {
        "subject": "X", "issuer": "x", "root": "x", "icp_brasil": True, "fingerprint": HASH, "serial": "1f",
        "signature": HASH, "signed_at": AT, "timestamped": False, "revocation": "unknown",
    },
}  # fmt: skip


def test_one_who_signed_elsewhere_is_described_with_file_and_certificate():
    assert schemas.problems({**LOG, "entries": [LOG["entries"][0], BY_CERTIFICATE]}, schemas.LOG) == []
    for missing in ("basis", "file", "certificate"):
        without = {key: value for key, value in BY_CERTIFICATE.items() if key != missing}
        assert schemas.problems({**LOG, "entries": [LOG["entries"][0], without]}, schemas.LOG)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"more": 1}, "$"),
        ({"version": 2}, "$.version"),
        ({"record_sha256": "x"}, "$.record_sha256"),
        ({"document": {"bytes": "10", "sha256": HASH}}, "$.document.bytes"),
        ({"document": {"bytes": True, "sha256": HASH}}, "$.document.bytes"),
        ({"document": {"bytes": 10}}, "$.document"),
        ({"entries": [LOG["entries"][0], {**LOG["entries"][1], "role": "nobody"}]}, "$.entries[1].role"),
    ],
)
def test_what_does_not_fit_is_told_by_its_place(change, where):
    (found,) = schemas.problems({**LOG, **change}, schemas.LOG)
    assert found.startswith(f"{where}: ")
