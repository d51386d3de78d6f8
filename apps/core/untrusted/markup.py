"""What pages and XML of strangers say, by parsers that take time in proportion to what they read.

It imports nothing of Django: the readers of ``confined`` use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

UNSEEN = {"script", "style", "noscript", "head", "template", "title"}
DEPTH = 200
"""Elements within each other that an XML document may have."""


class Refused(Exception):
    """XML that is not read: ``code`` is ``doctype``, ``depth`` or ``malformed``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Page:
    """What a page shows of itself; ``characters`` are those of its words, those of scripts and styles left out."""

    password: bool = False
    noindex: bool = False
    scripts: int = 0
    characters: int = 0


class _PageTarget:
    def __init__(self) -> None:
        self.page = Page()
        self._unseen: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in UNSEEN:
            self._unseen.append(tag)
        if tag == "script":
            self.page.scripts += 1
        elif tag == "input":
            self.page.password |= attributes.get("type", "").strip().lower() == "password"
        elif tag == "meta" and attributes.get("name", "").strip().lower() in ("robots", "googlebot"):
            self.page.noindex |= "noindex" in attributes.get("content", "").lower()

    def end(self, tag: str) -> None:
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()

    def data(self, data: str) -> None:
        if not self._unseen:
            self.page.characters += sum(map(len, data.split()))

    def close(self) -> Page:
        return self.page


def page(content: bytes) -> Page:
    """What ``content`` says when it is read as HTML, which anything can be."""
    parser = etree.HTMLParser(target=_PageTarget(), no_network=True, huge_tree=False)
    parser.feed(content)
    return parser.close()


class _WordsTarget:
    def __init__(self) -> None:
        self.depth, self.characters = 0, 0

    def start(self, _tag: str, _attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise Refused("depth")

    def end(self, _tag: str) -> None:
        self.depth -= 1

    def data(self, data: str) -> None:
        self.characters += sum(map(len, data.split()))

    def doctype(self, *_names: str | None) -> None:
        raise Refused("doctype")

    def close(self) -> int:
        return self.characters


def characters_of_xml(content: bytes) -> int:
    """How many characters of words an XML document holds. Raises ``Refused``; an entity is never expanded."""
    parser = etree.XMLParser(target=_WordsTarget(), resolve_entities=False, no_network=True, huge_tree=False)
    try:
        parser.feed(content)
        return parser.close()
    except etree.XMLSyntaxError as error:
        raise Refused("malformed") from error
