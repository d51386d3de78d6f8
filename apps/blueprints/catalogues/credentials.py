"""The values of a credential as the data files declare them: its fields, the hosts it may name, the requests that try it."""

import re
from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from apps.blueprints.catalogues.script import STRICT
from apps.core.localized import Localized


@dataclass(frozen=True, config=STRICT)
class CredentialField:
    """One value of a credential. A ``secret`` one goes to the vault and is never shown again.

    ``address`` says how the value names a place: ``url`` is a whole address, ``host`` the name of a host. A field that
    ``binds`` decides where the secrets go, or whose they are: when it changes, each secret must be given again. Only what
    says nothing of that (a serial number, notes) does not bind; of a secret one it means nothing.
    ``example`` shows the shape of it: the same text in every language, or words in both.
    """

    name: str
    label: Localized
    help: Localized | None = None
    secret: bool = False
    example: str | Localized = ""
    address: Literal["", "url", "host"] = ""
    binds: bool = True


@dataclass(frozen=True, config=STRICT)
class BodyRule:
    """A place in a JSON answer, as keys with dots between (``shop.plan_name``), and the values that count there."""

    path: str
    values: list[str]


@dataclass(frozen=True, config=STRICT)
class ProbeStep:
    """One request. ``{name}`` stands for a delivered field, or for what an earlier step kept (``keep``: name → place in
    its JSON answer). ``valid``, ``wrong`` and ``lacking`` are HTTP statuses; a valid one counts only when the answer's
    body says all of ``expect``. ``form`` is sent as a form, ``json`` as JSON."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    json: dict[str, str] = field(default_factory=dict)
    valid: list[int] = field(default_factory=lambda: [200])
    wrong: list[int] = field(default_factory=lambda: [401])
    lacking: list[int] = field(default_factory=lambda: [403])
    expect: list[BodyRule] = field(default_factory=list)
    keep: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class EnvironmentRule:
    """How the platform tells a test environment from production: a delivered ``field``, or a place (``path``) in the last
    answer. ``test`` and ``production`` are patterns (``*sandbox*``), tried in this order, in any case of letters."""

    test: list[str] = field(default_factory=list)
    production: list[str] = field(default_factory=list)
    path: str = ""
    field: str = ""


@dataclass(frozen=True, config=STRICT)
class Probe:
    """The cheap read that tries a credential, step by step; it never changes anything there.

    Without ``steps``, ``why_none`` says why there is none. ``checked`` says where and when somebody saw it tell right
    from wrong; empty until then.
    """

    steps: list[ProbeStep] = field(default_factory=list)
    environment: EnvironmentRule | None = None
    why_none: Localized | None = None
    checked: str = ""


def _of_one_request(value: Any) -> Any:
    """What earlier versions of the files said: one request, its statuses as text."""
    if not isinstance(value, dict) or "url" not in value:
        return value
    step = {name: value[name] for name in ("url", "method", "headers") if name in value}
    for name in ("valid", "wrong", "lacking"):
        step[name] = [int(number) for number in re.findall(r"\d+", value.get(f"{name}_when", ""))]
    return {"steps": [step], "checked": value.get("checked", "")}


AnyProbe = Annotated[Probe, BeforeValidator(_of_one_request)]


@dataclass(frozen=True, config=STRICT)
class Hosts:
    """The hosts of a platform that has its own, by environment, as patterns (``core.network.addresses.is_within``). A
    credential that names any other is refused. Empty where each shop has a host of its own."""

    homologation: list[str] = field(default_factory=list)
    production: list[str] = field(default_factory=list)

    def of(self, environment: str) -> list[str]:
        return {"homologation": self.homologation, "production": self.production}.get(environment, [])
