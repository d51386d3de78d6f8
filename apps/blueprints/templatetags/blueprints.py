from collections.abc import Mapping

from django import template

from apps.blueprints.catalogues.script import obligation_labels

register = template.Library()


@register.filter
def in_language(words: Mapping[str, str], language: str) -> str:
    """The words of one language; empty where it is lacking."""
    return words.get(language, "")


@register.filter
def obligation(value: str) -> str:
    """The name of an obligation for the reader."""
    return obligation_labels().get(value, value)
