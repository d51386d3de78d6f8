"""What single objects of an update of a signed PDF may be: small rules for ``changes``, each of which raises ``Changed``."""

from collections.abc import Mapping
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver

DEPTH = 60
"""How deep things may lie within each other."""
STORE = {"/Type", "/VRI", "/Certs", "/CRLs", "/OCSPs"}
PROOF = {"/Type", "/Cert", "/CRL", "/OCSP", "/TU", "/TS"}
ACTS = {
    "/A", "/AA", "/JS", "/OpenAction", "/URI", "/Launch", "/EF", "/RichMedia", "/XFA", "/OC", "/OCProperties", "/Alternates",
    "/OPI", "/Ref", "/PS", "/FFilter", "/FDecodeParms",
}  # fmt: skip
"""What would make something happen, or show something else on another occasion: on paper, later, with a file beside it."""
PLACED_OTHERWISE = 8 | 16 | 256
"""Flags of an annotation that show it elsewhere than its rectangle says (NoZoom, NoRotate, ToggleNoView)."""


class Changed(Exception):
    """``problem`` is one of the keys of ``elsewhere.SENTENCES``."""

    def __init__(self, problem: str = "changed") -> None:
        super().__init__(problem)
        self.problem = problem


def value_of(mapping: Any, key: str, default: Any = ()) -> Any:
    """What ``key`` leads to; ``get`` would give the reference."""
    return mapping[key] if key in mapping else default  # noqa: SIM401


def stream_of(mapping: Any, key: str) -> Any:
    """What ``key`` refers to, as it is written."""
    if key not in mapping:
        return None
    reference = mapping.raw_get(key)
    if not isinstance(reference, generic.IndirectObject):
        raise Changed
    return reference.get_object()


def require_same(before: Any, after: Any, *, except_for: set[str]) -> None:
    for value in (before, after):
        if not isinstance(value, generic.DictionaryObject) or isinstance(value, generic.StreamObject):
            raise Changed
    keys = (set(before) | set(after)) - except_for
    if any(key not in before or key not in after or before.raw_get(key) != after.raw_get(key) for key in keys):
        raise Changed


def container(
    before: Mapping, after: Any, key: str, fresh: set[Reference], explained: set[Reference]
) -> Reference | None:
    """Where the value of ``key`` lies, when it lies in an object of its own: the one that held it before, or a new one."""
    value = after.raw_get(key) if key in after else None
    return replaced(before.raw_get(key) if key in before else None, value, fresh, explained)  # type: ignore[attr-defined]


def replaced(before: Any, after: Any, fresh: set[Reference], explained: set[Reference]) -> Reference | None:
    if not isinstance(after, generic.IndirectObject):
        return None
    if after.reference not in fresh and after != before:
        raise Changed
    explained.add(after.reference)
    return after.reference


def references(values: Any) -> list[Reference]:
    """What a list refers to. Raises ``Changed`` when something stands in it itself."""
    if not isinstance(values, generic.ArrayObject | tuple):
        raise Changed
    if not all(isinstance(value, generic.IndirectObject) for value in values):
        raise Changed
    return [value.reference for value in values]


def reached(new: HistoricalResolver, value: Any, fresh: set[Reference]) -> set[Reference]:
    """The new objects that ``value`` leads to, by way of new objects alone."""
    reached_references: set[Reference] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, generic.IndirectObject):
            if item.reference not in fresh or item.reference in reached_references:
                continue
            reached_references.add(item.reference)
            item = new(item.reference)
        if isinstance(item, generic.DictionaryObject):
            waiting += [item.raw_get(key) for key in item]
        elif isinstance(item, generic.ArrayObject):
            waiting += [item.raw_get(place) for place in range(len(item))]
    return reached_references


def store_of(store: Any, value: Any) -> dict[Reference, Any]:
    """The objects of a store of validation data: certificates and what was said of them, each a stream."""
    objects: dict[Reference, Any] = {}

    def take(raw: Any) -> Any:
        if isinstance(raw, generic.IndirectObject):
            objects[raw.reference] = raw.get_object()
        return raw.get_object()

    def streams(dictionary: generic.DictionaryObject, keys: set[str]) -> None:
        if not isinstance(dictionary, generic.DictionaryObject) or not set(dictionary) <= keys:
            raise Changed
        for key in set(dictionary) - {"/Type", "/VRI", "/TU"}:
            inner = take(dictionary.raw_get(key))
            for reference in [] if key == "/TS" else references(inner):
                objects[reference] = reference.get_object()
                if not isinstance(objects[reference], generic.StreamObject):
                    raise Changed

    take(value)
    streams(store, STORE)
    if "/VRI" in store:
        proofs = take(store.raw_get("/VRI"))
        for key in proofs:
            streams(take(proofs.raw_get(key)), PROOF)
    return objects


def require_one_picture(widget: generic.DictionaryObject) -> None:
    """One picture, which stands where the field's rectangle says."""
    if int(widget.get("/F", 0)) & PLACED_OTHERWISE:
        raise Changed
    if "/AP" not in widget:
        return
    appearance = widget["/AP"]
    if (
        set(appearance) != {"/N"}
        or not isinstance(appearance["/N"], generic.StreamObject)
        or appearance["/N"].get("/Subtype") != "/Form"
    ):
        raise Changed


def require_plain(value: Any, *, inside: Reference | None = None, depth: int = 0) -> None:
    """Numbers, names and short strings, and no more of them than the versions of a format need."""
    if depth > 4:
        raise Changed
    if isinstance(value, generic.StreamObject | generic.IndirectObject):
        raise Changed
    if isinstance(value, generic.DictionaryObject):
        for key in value:
            require_plain(value.raw_get(key), depth=depth + 1)
    elif isinstance(value, generic.ArrayObject):
        for place in range(len(value)):
            require_plain(value.raw_get(place), depth=depth + 1)
    elif len(str(value)) > 100:
        raise Changed


def require_harmless(value: Any, depth: int = 0) -> None:
    """Nothing in it acts, and no stream has its content elsewhere."""
    if depth > DEPTH:
        raise Changed
    if isinstance(value, generic.DictionaryObject):
        if ACTS & set(value) or (isinstance(value, generic.StreamObject) and "/F" in value):
            raise Changed
        for key in value:
            require_harmless(value.raw_get(key), depth + 1)
    elif isinstance(value, generic.ArrayObject):
        for place in range(len(value)):
            require_harmless(value.raw_get(place), depth + 1)
