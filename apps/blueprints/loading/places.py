"""Judges where a probe sends a credential: only to a place that non-secret fields name, or to the platform's own hosts."""

import re
from collections.abc import Sequence
from typing import Any

from apps.blueprints.catalogues import content
from apps.blueprints.catalogues.credentials import CredentialField, Hosts, Probe
from apps.core.network import addresses

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def authority(url: str) -> str:
    """The part of a probe's address that says which host is asked: ``{host}`` for one that begins with a whole address."""
    return url.removeprefix("https://").partition("/")[0]


def named(template: str) -> list[str]:
    """The fields that stand in ``template``, in order."""
    return PLACEHOLDER.findall(template)


def problems(value: Any) -> list[str]:
    """What is wrong with the probes of a platform or of a list of prerequisites; empty for everything else."""
    if isinstance(value, content.PlatformBlueprint):
        return [*_patterns(value.hosts), *_of(value.fields, value.probe, value.hosts)]
    if isinstance(value, content.PrerequisiteList):
        return [text for item in value.items if item.probe for text in _of(item.fields, item.probe, Hosts())]
    return []


def _patterns(hosts: Hosts) -> list[str]:
    return [
        f"hosts: {pattern} is no pattern of a host."
        for pattern in [*hosts.homologation, *hosts.production]
        if not _is_pattern(pattern)
    ]


def _is_pattern(pattern: str) -> bool:
    """A host in its one form, of which labels may be ``*``, except the last two: nobody owns all of ``*.com``."""
    try:
        plain = addresses.host_name(pattern.replace("*", "x"))
    except addresses.BadAddress:
        return False
    labels = pattern.split(".")
    whole_stars = all(label == "*" or "*" not in label for label in labels)
    return plain == pattern.replace("*", "x") and whole_stars and len(labels) > 2 and "*" not in labels[-2:]


def _of(fields: Sequence[CredentialField], probe: Probe, hosts: Hosts) -> list[str]:
    fields_by_name = {row.name: row for row in fields}
    sentences = []
    for step in probe.steps:
        texts = [step.url, *step.headers.values(), *step.form.values(), *step.json.values()]
        for name in dict.fromkeys(name for text in texts for name in named(text) if name in fields_by_name):
            if not fields_by_name[name].secret and not fields_by_name[name].binds:
                sentences.append(f"{name}: the probe sends it, so it must bind.")
        sentences += [f"keep: {name} is a field of the credential." for name in step.keep if name in fields_by_name]
        sentences += _of_authority(step.url, fields_by_name, hosts)
    return sentences


def _of_authority(url: str, fields_by_name: dict[str, CredentialField], hosts: Hosts) -> list[str]:
    place = authority(url)
    if any(name not in fields_by_name or fields_by_name[name].secret for name in named(place)):
        return [f"{url}: only fields that are delivered and no secret may name the host."]
    if not url.startswith(("https://", "{")):
        return [f"{url}: only https."]
    if PLACEHOLDER.fullmatch(place):
        kind = "host" if url.startswith("https://") else "url"
        name = place.strip("{}")
        return [] if fields_by_name[name].address == kind else [f'{name}: must say address = "{kind}".']
    example = PLACEHOLDER.sub("x", place)
    return [
        f"{url}: no pattern of hosts.{environment} allows it."
        for environment in ("homologation", "production")
        if not any(addresses.is_within(example, pattern) for pattern in hosts.of(environment))
    ]
