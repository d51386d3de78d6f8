"""What the formatter of templates does not hold by itself."""

import re
import tomllib
from pathlib import Path

from django.conf import settings

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
WIDTH = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["tool"]["djangofmt"]["line-length"]


def test_no_line_of_a_template_is_wider_than_the_page():
    too_wide = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}: {len(line)} columns"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > WIDTH
    ]
    assert not too_wide, "\n".join(too_wide)
    assert WIDTH == 160
    assert len(TEMPLATES) > 200


def test_a_slot_that_may_be_blank_is_asked_with_strip():
    """The formatter puts line breaks into an empty slot, which would be true."""
    asks = re.compile(r"{% if (slot|actions|meta|footer|detail) %}")
    wrong = [path.name for path in TEMPLATES if path.parent.name == "cotton" and asks.search(path.read_text("utf-8"))]
    assert not wrong


def test_what_shows_its_line_breaks_holds_none_of_the_formatters():
    wrong = []
    for path in TEMPLATES:
        source = path.read_text("utf-8")
        for opening in re.finditer(r"<(\w+)\s[^<>]*whitespace-pre[^<>]*>", source):
            content = source[opening.end() : source.index(f"</{opening[1]}>", opening.end())]
            if content != content.strip():
                wrong.append(f"{path.relative_to(settings.BASE_DIR)}: {opening[0]}")
    assert not wrong
