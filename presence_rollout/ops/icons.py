"""`static/img/icons.svg`: every icon of the interface, once, as a symbol of Lucide's.

``python -m presence_rollout.ops.icons bell eye`` adds two of https://lucide.dev and drops what is named nowhere any more.
"""

import re
import sys
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
SPRITE = ROOT / "static" / "img" / "icons.svg"
NAMESPACE = "{http://www.w3.org/2000/svg}"
LOOK = {
    "fill": "none",
    "stroke": "currentColor",
    "stroke-width": "2",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
}
"""What Lucide draws every icon with; the colour is that of the text beside it."""
WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def names_in_sprite() -> set[str]:
    """The icons that ``SPRITE`` has."""
    return {symbol.attrib["id"] for symbol in etree.parse(SPRITE).getroot()} if SPRITE.exists() else set()


def words_of_the_source() -> set[str]:
    """Every word of the templates and of the code that could be the name of an icon."""
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "apps").rglob("*.py")]
    return {word for path in sources for word in WORD.findall(path.read_text(encoding="utf-8"))}


def sprite(names: set[str]) -> bytes:
    """The sprite of ``names``, in their order. Raises ``KeyError`` for a name that is none of Lucide's."""
    root = etree.Element("svg", nsmap={None: NAMESPACE[1:-1]})
    with ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes())) as icons:
        for name in sorted(names):
            symbol = etree.SubElement(root, "symbol", {"id": name, "viewBox": "0 0 24 24", **LOOK})
            symbol.extend(etree.fromstring(icons.read(f"{name}.svg"), etree.XMLParser(remove_blank_text=True)))
            symbol.tail = "\n"
    root.text = "\n"
    etree.cleanup_namespaces(root)
    return etree.tostring(root) + b"\n"


def main() -> None:
    names = (names_in_sprite() | set(sys.argv[1:])) & (words_of_the_source() | set(sys.argv[1:]))
    SPRITE.write_bytes(sprite(names))
    print(f"{len(names)} icons, {SPRITE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
