"""What the results of the search need."""

from django import template

from apps.core.searching import Hit, SearchSource

register = template.Library()


@register.simple_tag
def hit_url(source: SearchSource, hit: Hit) -> str:
    """The page on which ``hit`` is read."""
    return source.url(hit)
