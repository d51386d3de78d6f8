"""Icons: one file for all pages (``static/img/icons.svg``), of which a page refers to the symbols that it shows."""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE = "img/icons.svg"


class UnknownIcon(LookupError):
    """No symbol has this name: `python -m presence_rollout.ops.icons NAME` adds it."""


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The icons that there are."""
    sprite = (Path(settings.BASE_DIR) / "static" / SPRITE).read_text(encoding="utf-8")
    return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite))


@lru_cache(maxsize=4096, typed=True)
def draw(name: str, size: str = "16", css: str = "", title: str = "") -> SafeString:
    """The element that shows the icon ``name``, ``size`` pixels wide and high, with the class ``css``; ``title`` is read
    aloud where the icon stands alone. Raises ``UnknownIcon``."""
    if name not in names():
        raise UnknownIcon(name)
    attributes = format_html('role="img" aria-label="{}"', title) if title else SafeString('aria-hidden="true"')
    if css:
        attributes = format_html('class="{}" {}', css, attributes)
    drawing = '<svg width="{0}" height="{0}" {1}><use href="{2}#{3}"></use></svg>'
    return format_html(drawing, size, attributes, static(SPRITE), name)
