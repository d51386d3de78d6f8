"""The columns of tokens.txt: the operations of the API once more, for tools, and which token gets what."""

from datetime import timedelta
from pathlib import Path

from apps.core import clock
from tests.api.factories import ApiTokenFactory

COLUMNS = ["unknown", "revoked", "expired", "other", "bare", "integrator", "platform", "manager"]


def table() -> list[tuple[str, str, list[str]]]:
    lines = (Path(__file__).parent / "tokens.txt").read_text().splitlines()
    found = [line.split() for line in lines if line and not line.startswith("#")]
    return [(method, route, marks) for method, route, *marks in found]


def tokens(scene) -> dict[str, str]:
    people, past = scene.people, clock.now() - timedelta(days=1)

    def secret(person, rollout=scene.rollout, **fields):
        return ApiTokenFactory(rollout=rollout, person=people[person], **fields).secret

    return {
        "unknown": "prl_nobody",
        "revoked": secret("integrator", revoked_at=past),
        "expired": secret("integrator", expires_at=past),
        "other": secret("manager", rollout=scene.open_rollout),
        "bare": secret("integrator", scopes=[]),
        "integrator": secret("integrator"),
        "platform": secret("platform"),
        "manager": secret("manager"),
    }
