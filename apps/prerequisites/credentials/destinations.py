"""Where the secrets of a credential may be sent: decided by its other fields, and stated in words that the vault binds to
each secret.

A statement is canonical JSON: ``{"fields": {name: value as delivered}, "hosts": ["host" or "host:port"]}``.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.views.decorators.debug import sensitive_variables

from apps.blueprints.loading import places
from apps.core import canonical
from apps.core.network import addresses
from apps.core.network.addresses import Address, BadAddress

Specs = Sequence[dict[str, Any]]
"""The rows of ``Prerequisite.fields``."""


def binding(specs: Specs) -> list[str]:
    """The names of the fields whose change asks for every secret again: all that are no secret, unless their blueprint
    says that they do not bind."""
    return [row["name"] for row in specs if not row["secret"] and row.get("binds", row["name"] != "notes")]


def stated(specs: Specs, urls: Iterable[str], values: dict[str, Any]) -> str:
    """What ``values`` say of where their secrets may go, given the addresses (``urls``) that the probe asks."""
    fields = {name: values[name] for name in binding(specs) if isinstance(values.get(name), str)}
    hosts = {address.authority for _name, address in _places(specs, urls, values) if address}
    return canonical.dumps({"fields": fields, "hosts": sorted(hosts)}).decode()


def hosts_of(statement: str) -> list[str]:
    """The hosts that a statement allows; none for an empty one."""
    return json.loads(statement)["hosts"] if statement else []


def fields_of(statement: str) -> dict[str, str]:
    """The fields that a statement was made of, by name; none for an empty one."""
    return json.loads(statement)["fields"] if statement else {}


def own_hosts(specs: Specs, values: dict[str, Any]) -> list[str]:
    """The hosts that the credential's own address fields name."""
    return sorted({address.authority for _name, address in _places(specs, (), values) if address})


def unreadable(specs: Specs, urls: Iterable[str], values: dict[str, Any]) -> list[str]:
    """The names of the filled fields that name no place that could be asked."""
    places_of_fields = _places(specs, urls, values)
    return list(dict.fromkeys(name for name, address in places_of_fields if address is None and values.get(name)))


def outside(specs: Specs, urls: Iterable[str], values: dict[str, Any], patterns: Sequence[str]) -> dict[str, str]:
    """The hosts that none of ``patterns`` allows, by the field that names them; empty where there are no patterns."""
    if not patterns:
        return {}
    places_of_fields = _places(specs, urls, values)
    return {
        name: address.authority
        for name, address in places_of_fields
        if name and address and not allowed(address, patterns)
    }


def allowed(address: Address, patterns: Sequence[str]) -> bool:
    """Whether ``address`` is one of the platform's hosts, asked over HTTPS at its own port."""
    return address.origin[::2] == ("https", 443) and any(
        addresses.is_within(address.host, pattern) for pattern in patterns
    )


def _places(specs: Specs, urls: Iterable[str], values: dict[str, Any]) -> list[tuple[str, Address | None]]:
    """Each place that ``values`` name, with the field that names it (empty where none does); None for what is no place."""
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    rows = [(row["name"], _typed(row["address"], texts.get(row["name"], ""))) for row in specs if row.get("address")]
    for url in urls:
        names = places.named(places.authority(url))
        rows.append((names[0] if names else "", _read(url, texts)))
    return rows


def _typed(kind: str, value: str) -> Address | None:
    return _read("{value}/" if kind == "url" else "https://{value}/", {"value": value})


def _read(url: str, values: dict[str, str]) -> Address | None:
    try:
        return addresses.parse(filled(url, values))
    except BadAddress:
        return None


@sensitive_variables()
def filled(template: str, values: dict[str, str]) -> str:
    """The address that a probe asks, with the fields in place: a whole address must be HTTPS, what stands for a host must
    be one, what stands in a host one part of it, all else is encoded. Raises ``BadAddress``."""
    authority = len(template) - len(template.removeprefix("https://")) + len(places.authority(template))

    @sensitive_variables()
    def fill(match: Any) -> str:
        value = values.get(match[1], "").strip()
        if match.start() == 0:
            if not value.lower().startswith("https://"):
                raise BadAddress("not https")
            addresses.parse(value)
            return value.rstrip("/")
        if match.start() < authority:
            host = addresses.host_name(value)
            if "." in host and match[0] != places.authority(template):
                raise BadAddress("more than a part of a host")
            return host
        return quote(value, safe="")

    return places.PLACEHOLDER.sub(fill, template)
