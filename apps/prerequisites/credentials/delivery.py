"""Deliver a credential: which of its fields are asked, where its secrets may go, and which of them are given again."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from apps.core.refusals import Invalid
from apps.prerequisites.credentials import destinations, probes
from apps.prerequisites.models import Prerequisite, Submission
from apps.vault import actions as vault
from apps.vault.models import Secret


@dataclass(frozen=True)
class Problem:
    """Why a delivery cannot be taken: ``field`` is the name of the credential's field at fault."""

    field: str
    message: str


def asked_fields(item: Prerequisite) -> list[str]:
    """The names of the fields that a delivery of ``item`` may fill in. Of one that came back with some of its fields marked
    as wrong only those, and every secret too if one of them decides where the secrets go."""
    names = [row["name"] for row in item.fields]
    if not (again := item.asked_again):
        return names
    secrets = [row["name"] for row in item.fields if row["secret"]]
    moves_secrets = not set(again).isdisjoint(destinations.binding(item.fields))
    return [name for name in names if name in again or (moves_secrets and name in secrets)]


@sensitive_variables()
def merged(item: Prerequisite, values: dict[str, str]) -> dict[str, str]:
    """``values`` by the fields' names as the delivery will have them: stripped, and with what is not asked again as it was.
    A secret that is left blank is missing."""
    last, allowed = item.last, asked_fields(item)
    unchanged = last.values if last and item.asked_again else {}
    delivered = {name: str(value).strip() for name, value in values.items() if name in allowed}
    return {**unchanged, **delivered}


@sensitive_variables()
def plain_of(item: Prerequisite, values: dict[str, str]) -> dict[str, str]:
    """What of ``values`` is no secret."""
    return {row["name"]: values[row["name"]] for row in item.fields if not row["secret"] and row["name"] in values}


def reusable_secrets(item: Prerequisite, plain: dict[str, str]) -> dict[str, Secret]:
    """The secrets of the last delivery that stay with the fields ``plain`` (see ``plain_of``), by field: those given for
    this very destination that nobody pointed at."""
    if item.last is None:
        return {}
    destination, again = probes.destination(item, plain), item.asked_again
    return {
        secret.field: secret
        for secret in item.last.secrets.all()
        if secret.destination == destination and secret.field not in again
    }


@sensitive_variables()
def problems(item: Prerequisite, values: dict[str, str]) -> list[Problem]:
    """What keeps a delivery with ``values`` (see ``merged``) from being taken, in the order of the fields."""
    labels = {row["name"]: str(row["label"]) for row in item.specs()}
    plain = plain_of(item, values)
    messages = _wrong_places(item, plain, labels)
    reusable, changed = reusable_secrets(item, plain), _changes(item, plain, labels)
    for row in item.fields:
        name = row["name"]
        if name == "notes" or values.get(name) or name in reusable:
            continue
        text = _("Preencha “%(field)s”.")
        if row["secret"] and changed:
            text = _(
                "O destino da credencial mudou (%(changed)s): informe “%(field)s” de novo. O que está guardado só vale para "
                "o endereço e a conta de antes."
            )
        messages[name] = text % {"field": labels[name], "changed": changed}
    return [Problem(name, messages[name]) for name in labels if name in messages]


@sensitive_variables()
def check(item: Prerequisite, values: dict[str, str]) -> dict[str, Secret]:
    """The secrets that stay (``reusable_secrets``). Raises ``Invalid`` (422) with the first of the ``problems``, on its
    field, and the others as details."""
    if problems_found := problems(item, values):
        details = [problem.message for problem in problems_found[1:]]
        raise Invalid(problems_found[0].message, field=f"value_{problems_found[0].field}", details=details)
    return reusable_secrets(item, plain_of(item, values))


@sensitive_variables()
def keep(submission: Submission, values: dict[str, str], reusable: dict[str, Secret]) -> None:
    """Keep the secrets of ``submission``: what was typed of them in ``values`` goes to the vault, bound to its destination;
    what was not is of those that stay."""
    item = submission.prerequisite
    destination = probes.destination(item, plain_of(item, values))
    for row in item.fields:
        name = row["name"]
        value = values.get(name, "")
        if not row["secret"]:
            continue
        if value:
            submission.secrets.add(vault.seal(value, field=name, destination=destination))
        else:
            submission.secrets.add(reusable[name])


def new_hosts(item: Prerequisite, values: dict[str, Any], last: Submission | None) -> list[str]:
    """The hosts of a shop of its own that ``values`` name and the delivery before did not; none where the platform has its
    own hosts, which are known."""
    if probes.hosts_of(item, item.environment):
        return []
    before = destinations.own_hosts(item.fields, last.values) if last else []
    return [host for host in destinations.own_hosts(item.fields, values) if host not in before]


def warning_of_other_destination(item: Prerequisite, secret: Secret, values: dict[str, Any]) -> str:
    """Where ``secret`` was given for, in words, when that is not where a delivery with ``values`` says; empty when it is."""
    if secret.destination == probes.destination(item, values):
        return ""
    destination_words = [
        *destinations.hosts_of(secret.destination),
        *destinations.fields_of(secret.destination).values(),
    ]
    destination = ", ".join(dict.fromkeys(text for text in destination_words if text)) or _("destino desconhecido")
    return _("Foi informado para outro destino: %(destination)s. Confirme com o cliente antes de usar.") % {
        "destination": destination
    }


def _wrong_places(item: Prerequisite, plain: dict[str, str], labels: dict[str, str]) -> dict[str, str]:
    urls = probes.urls(item)
    kinds = {row["name"]: row.get("address") for row in item.fields}
    messages = {}
    for name in destinations.unreadable(item.fields, urls, plain):
        text = _("“%(field)s” não serve em um endereço. Informe só o nome da conta, sem barras, pontos ou espaços.")
        if kinds.get(name) == "url":
            text = _(
                "“%(field)s” não é um endereço completo. Comece com https:// e não ponha usuário, senha ou espaços."
            )
        elif kinds.get(name) == "host":
            text = _("“%(field)s” não é um domínio. Informe só o nome, sem https:// e sem barras.")
        messages[name] = text % {"field": labels.get(name, name)}
    patterns = probes.hosts_of(item, item.environment)
    for name, host in destinations.outside(item.fields, urls, plain, patterns).items():
        text = _("%(host)s não é um endereço de %(platform)s para este ambiente. O esperado é %(patterns)s.")
        expected = {"host": host, "platform": item.rollout.platform, "patterns": _(" ou ").join(patterns)}
        messages.setdefault(name, text % expected)
    return messages


def _changes(item: Prerequisite, plain: dict[str, str], labels: dict[str, str]) -> str:
    """What changed of the destination since the last delivery that still holds its secrets, in words; empty when nothing."""
    last = item.last
    destinations_before = [secret.destination for secret in last.secrets.all()] if last else []
    destination = probes.destination(item, plain)
    if last is None or all(bound == destination for bound in destinations_before):
        return ""
    binding = destinations.binding(item.fields)
    changed = [labels[name] for name in binding if plain.get(name, "") != last.values.get(name, "")]
    return ", ".join(changed) or _("endereço da plataforma")
