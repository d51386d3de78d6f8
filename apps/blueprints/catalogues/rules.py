"""Which conditions of the script switch themselves on, and why."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from apps.blueprints.catalogues import content
from apps.blueprints.catalogues.script import Condition, capability_labels, kind_labels
from apps.blueprints.models import Blueprint

Traits = Mapping[str, Mapping[str, str]]


def of_platform(slug: str) -> dict[str, dict[str, str]]:
    """What the platform's blueprint says of it, as ``{trait: {value: label}}``; nothing where there is none."""
    try:
        platform = content.platform(slug)
    except Blueprint.DoesNotExist:
        return {}
    capabilities = capability_labels()
    return {
        "platform_kind": {platform.kind: kind_labels()[platform.kind]},
        "capability": {name: capabilities[name] for name in platform.capabilities},
    }


def reason(condition: Condition, traits: Traits) -> str:
    """Why ``condition`` is on, as the end of "porque …"; empty when nothing switches it on."""
    if condition.when is None:
        return ""
    for name, sentence in _sentences().items():
        for value in getattr(condition.when, name):
            if value in traits.get(name, {}):
                return sentence % {"label": traits[name][value]}
    return ""


def described(condition: Condition, labels: dict[str, dict[str, str]]) -> list[str]:
    """Everything that would switch ``condition`` on, a clause each, in the words of ``labels`` (``choices``)."""
    return [
        sentence % {"label": labels[name].get(value, value)}
        for name, sentence in _sentences().items()
        for value in (getattr(condition.when, name) if condition.when else [])
    ]


def choices() -> dict[str, dict[str, str]]:
    """What a rule may name, with labels: ``{trait: {value: label}}``."""
    try:
        models = {model.key: str(model.title) for model in content.kickoff().models}
    except Blueprint.DoesNotExist:
        models = {}
    return {"platform_kind": kind_labels(), "integration_model": models, "capability": capability_labels()}


def _sentences() -> dict[str, str]:
    return {
        "platform_kind": _("a plataforma é: %(label)s"),
        "integration_model": _("o modelo de integração é “%(label)s”"),
        "capability": _("a plataforma %(label)s"),
    }
