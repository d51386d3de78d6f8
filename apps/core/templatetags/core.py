"""Filters every template may use (a template builtin)."""

from django import template

from apps.core import cnpj as cnpj_
from apps.core import minutes as minutes_
from apps.core import money as money_

register = template.Library()


@register.filter
def minutes(value: int | None) -> str:
    """``90`` as ``1h30``."""
    return "" if value is None else minutes_.show(int(value))


@register.filter
def money(value: int | None) -> str:
    """Centavos as ``R$ 1.234,56``."""
    return "" if value is None else money_.show(int(value))


@register.filter
def cnpj(value: str) -> str:
    """A stored CNPJ with its punctuation."""
    return cnpj_.show(value)


@register.simple_tag(takes_context=True)
def can(context: template.Context, permission: str, obj: object = None) -> bool:
    """``{% can "rollouts.hold" rollout as may_hold %}``: the same predicates that the views ask."""
    return context["request"].user.has_perm(permission, obj)
