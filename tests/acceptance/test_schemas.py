"""The published schemas, and that our own judge says of anything what the reference implementation says."""

import copy

import jsonschema
import pytest
from django.contrib.staticfiles import finders
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.stages.acceptance import schemas

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

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([HASH, AT, "client", 0, 1, 1.0]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def places(value, path=()):
    """Every path into ``value``."""
    yield path
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(each, (*path, key))


@st.composite
def mutants(draw):
    """The log with one place replaced by something else, taken away, or with something beside it."""
    changed = copy.deepcopy(LOG)
    *way, last = draw(st.sampled_from([path for path in places(LOG) if path]))
    inner = changed
    for key in way:
        inner = inner[key]
    how = draw(st.sampled_from(["replace", "remove", "add"]))
    if how == "replace":
        inner[last] = draw(JSON)
    elif how == "remove":
        del inner[last]
    elif isinstance(inner, dict):
        inner["more"] = draw(JSON)
    return changed


@pytest.mark.parametrize("name", [schemas.TERM, schemas.LOG])
def test_a_schema_is_one_and_anybody_may_read_it(name):
    jsonschema.Draft202012Validator.check_schema(schemas.load(name))
    assert finders.find(f"schemas/{name}.json")
    assert schemas.address(name).endswith(f"/static/schemas/{name}.json")


def test_the_judge_knows_every_keyword_that_the_schemas_use():
    known = {
        "type", "const", "enum", "pattern", "minimum", "required", "properties", "additionalProperties", "items",
        "minItems", "description", "title", "$schema", "$id",
    }  # fmt: skip

    def keywords(schema):
        yield from schema
        for each in schema.get("properties", {}).values():
            yield from keywords(each)
        yield from keywords(schema["items"]) if "items" in schema else ()

    for name in (schemas.TERM, schemas.LOG):
        assert set(keywords(schemas.load(name))) <= known


def test_a_log_that_fits():
    assert schemas.problems(LOG, schemas.LOG) == []


@given(mutants())
@settings(max_examples=200, deadline=None)
def test_the_judge_agrees_with_the_reference(changed):
    reference = jsonschema.Draft202012Validator(schemas.load(schemas.LOG))
    integral = any(isinstance(value, float) for value in leaves(changed))
    if not integral:  # 1.0 is an integer to JSON Schema; we write none and take none.
        assert bool(schemas.problems(changed, schemas.LOG)) == (not reference.is_valid(changed))


def leaves(value):
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)
    else:
        yield value
