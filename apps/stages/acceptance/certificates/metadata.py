"""What a PDF says of itself: in its information dictionary and in XMP. A program that signs may say that it wrote the file
last and when, as nearly all do; title, author and every other word stay as they were.

Nothing of Django is used here: ``examiner`` reads this in a process of its own.
"""

from collections import Counter
from typing import Any

from lxml import etree
from pyhanko.pdf_utils import generic

WRITTEN_BY = {"/Producer", "/ModDate"}
LONGEST = 200
"""The longest name of a program, and date."""
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = "http://ns.adobe.com/xap/1.0/"
PACKET = "{adobe:ns:meta/}xmpmeta"
LAST_WRITTEN = {
    "{http://ns.adobe.com/pdf/1.3/}Producer",
    f"{{{XMP}}}ModifyDate",
    f"{{{XMP}}}MetadataDate",
    "{http://ns.adobe.com/xap/1.0/mm/}DocumentID",
    "{http://ns.adobe.com/xap/1.0/mm/}InstanceID",
}
ABOUT = {f"{{{RDF}}}about"}


def is_same_information(before: Any, after: Any) -> bool:
    """Whether two information dictionaries say the same, by whom and when the file was last written aside."""
    if after is None or before is None:
        return before is after
    if not isinstance(after, generic.DictionaryObject) or isinstance(after, generic.StreamObject):
        return False
    keys = (set(before) | set(after)) - WRITTEN_BY
    if any(key not in before or key not in after or before.raw_get(key) != after.raw_get(key) for key in keys):
        return False
    written = (after.raw_get(key) for key in WRITTEN_BY & set(after))
    return all(
        isinstance(value, generic.TextStringObject | generic.ByteStringObject) and len(value) <= LONGEST
        for value in written
    )


def is_same_metadata(before: Any, after: Any) -> bool:
    """Whether two streams of XMP say the same, by whom and when the file was last written aside."""
    if before is None or after is None:
        return before is after
    if not isinstance(after, generic.StreamObject) or not set(after) <= {"/Type", "/Subtype", "/Length", "/Filter"}:
        return False
    if before.data == after.data:
        return True
    try:
        return _statements(before.data) == _statements(after.data)
    except (ValueError, etree.XMLSyntaxError):
        return False


def _statements(packet: bytes) -> Counter:
    """What an XMP packet states, in whichever of the ways of RDF it is written. Raises ``ValueError`` for what is not."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(packet, parser)
    if root.getroottree().docinfo.doctype or root.tag != PACKET or set(root.attrib) - {"{adobe:ns:meta/}xmptk"}:
        raise ValueError
    if any(node.tag is not etree.PI or node.target != "xpacket" for node in _around(root)):
        raise ValueError
    (graph,) = root
    if graph.tag != f"{{{RDF}}}RDF" or graph.attrib or _text(root) or _text(graph):
        raise ValueError
    statements: Counter = Counter()
    for about in graph:
        if about.tag != f"{{{RDF}}}Description" or _text(about):
            raise ValueError
        stated = [(name, (value, ())) for name, value in about.attrib.items() if name not in ABOUT]
        stated += [(child.tag, (*_value(child), *sorted(child.attrib.items()))) for child in about]
        for name, value in stated:
            if name not in LAST_WRITTEN:
                statements[(name, value)] += 1
            elif len(str(value)) > LONGEST:
                raise ValueError
    return statements


def _around(root: Any) -> list[Any]:
    return [*root.itersiblings(), *root.itersiblings(preceding=True)]


def _value(element: Any) -> tuple:
    if not isinstance(element.tag, str):  # A comment or an instruction.
        raise ValueError
    children = tuple((child.tag, _value(child), tuple(sorted(child.attrib.items()))) for child in element)
    if children and _text(element):
        raise ValueError
    return ((element.text or "").strip() if not children else "", children)


def _text(element: Any) -> str:
    """What stands between the children of ``element``, where nothing should."""
    return ((element.text or "") + "".join(child.tail or "" for child in element)).strip()
