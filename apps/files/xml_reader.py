"""Whether XML is a page for a browser. A reader of ``core.untrusted.confined``: it knows no settings and no database."""

from typing import Any, BinaryIO
from xml.parsers import expat

RUNS = {
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/XSL/Transform",
}
"""Namespaces whose elements a browser draws or runs, in any document."""
ROOTS = {"html", "svg"}
DEPTH = 500


class _RunsInABrowser(Exception):
    """What makes the document a page, or one that nobody should have to read: ``reason``."""


def read(source: BinaryIO) -> dict[str, Any]:
    """``is_xml`` says whether it is well formed; ``is_page`` whether it has elements that a browser runs, a style sheet of
    its own, or declares entities."""
    depth = 0

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        namespace, _space, local = name.rpartition(" ")
        if namespace in RUNS or (depth == 1 and local.lower() in ROOTS) or depth > DEPTH:
            raise _RunsInABrowser

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def instruction(target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise _RunsInABrowser

    def entity(*_declared: object) -> None:
        raise _RunsInABrowser

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.ProcessingInstructionHandler, parser.EntityDeclHandler = instruction, entity
    try:
        parser.Parse(source.read(), True)
    except _RunsInABrowser:
        return {"is_xml": True, "is_page": True}
    except (expat.ExpatError, ValueError, LookupError):
        return {"is_xml": False, "is_page": False}
    return {"is_xml": True, "is_page": False}
