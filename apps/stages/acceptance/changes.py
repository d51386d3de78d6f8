"""What may stand behind a term's PDF in the same PDF signed: signatures, what shows them, and what proves them later.

A whitelist. Only the objects that the updates bring are read, and those of the document that they replace: each must be one
that a signature needs, and whatever is not named here refuses the file. pyHanko's own difference analysis reads the whole
document for each signature, which takes minutes where a term has a hundred pages.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from apps.stages.acceptance import metadata

OBJECTS = 3000
"""The most objects that all updates of a file may bring: a signature needs about ten."""
DEPTH = 60
"""How deep things may lie within each other."""

TRAILER = {"/Size", "/Prev", "/Root", "/Info", "/ID"}
CATALOG = {"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Version"}
FORM = {"/Fields", "/SigFlags", "/DR", "/DA", "/NeedAppearances"}
FIELD = {
    "/Type", "/Subtype", "/FT", "/T", "/TU", "/TM", "/Ff", "/F", "/Rect", "/P", "/AP", "/AS", "/V", "/Lock", "/SV", "/MK",
    "/DA", "/Q", "/BS", "/Border", "/H", "/NM", "/M", "/Kids", "/Parent", "/StructParent",
}  # fmt: skip
FIXED = ("/FT", "/T", "/Rect", "/P", "/Kids", "/Parent")
"""What stays of a field that was there empty when somebody signs in it."""
SIGNATURE = {
    "/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange", "/M", "/Name", "/Reason", "/Location", "/ContactInfo",
    "/Prop_Build", "/Prop_AuthTime", "/Prop_AuthType", "/Reference", "/R", "/V", "/Cert", "/Changes",
}  # fmt: skip
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


class Additions:
    """What the updates behind revision ``base`` of ``reader`` brought. ``widgets`` are what shows each signature's field, by
    reference, and ``pages`` the page on which each stands. Raises ``Changed`` for anything that no signature needs."""

    def __init__(self, reader: PdfFileReader, base: int) -> None:
        self.reader = reader
        self.fields: dict[Reference, generic.DictionaryObject] = {}
        self.widgets: dict[Reference, generic.DictionaryObject] = {}
        self.pages: dict[Reference, Reference] = {}
        self._lists: dict[Reference, Reference] = {}
        brought = 0
        for number in range(base + 1, reader.xrefs.total_revisions):
            old, new = (reader.get_historical_resolver(each) for each in (number - 1, number))
            brought += len(new.explicit_refs_in_revision())
            if brought > OBJECTS:
                raise Changed("many")
            self._revision(old, new)
        self._values()

    def is_timestamp(self, widget: Reference) -> bool:
        """Whether it shows an archive's timestamp, which is nobody's signature."""
        field = self.fields.get(widget) or self.fields[self.widgets[widget].raw_get("/Parent").reference]
        return field["/V"].get("/Type") == "/DocTimeStamp"

    def _revision(self, old: HistoricalResolver, new: HistoricalResolver) -> None:
        changed = new.explicit_refs_in_revision()
        if new.refs_freed_in_revision() or any(each.generation for each in changed):
            raise Changed
        self._trailer(old, new)
        fresh = {each for each in changed if old.is_ref_unassignable(each)}
        for each in changed:
            _harmless(new(each))
        explained = set(self._structure(new)) & fresh
        explained |= self._catalog(old, new, fresh)
        explained |= self._annotations(old, new, fresh, changed - explained)
        for each in changed - explained:
            before = None if each in fresh else old(each)
            if before is None or isinstance(before, generic.StreamObject) or before != new(each):
                raise Changed

    def _trailer(self, old: HistoricalResolver, new: HistoricalResolver) -> None:
        before, after = (self.reader.trailer.flatten(each.revision) for each in (old, new))
        if not set(after) <= TRAILER or before.raw_get("/Root") != after.raw_get("/Root"):
            raise Changed
        if before["/ID"][0].original_bytes != after["/ID"][0].original_bytes:
            raise Changed

    def _structure(self, new: HistoricalResolver) -> Iterator[Reference]:
        """The cross-reference stream and the streams of objects: each names what is in it and nothing beside."""
        stream = self.reader.xrefs.get_xref_container_info(new.revision).stream_ref
        if stream is not None:
            yield stream
        named = self.reader.xrefs.get_xref_data(new.revision).xrefs_in_objstm
        for each in new.object_streams_used():
            held = new(each)
            if not isinstance(held, generic.StreamObject) or held.get("/Type") != "/ObjStm" or "/Extends" in held:
                raise Changed
            numbers = held.data[: int(held["/First"])].split()[::2]
            places = {
                place.ix_in_stream: number for number, place in named.items() if place.obj_stream_id == each.idnum
            }
            if [places.get(index) for index in range(int(held["/N"]))] != [int(number) for number in numbers]:
                raise Changed
            yield each

    def _catalog(self, old: HistoricalResolver, new: HistoricalResolver, fresh: set[Reference]) -> set[Reference]:
        explained = {Reference(new.root_ref.idnum, 0, new)}
        before, after = old.root, new.root
        _same(before, after, except_for=CATALOG)
        if "/Version" in after and after["/Version"] not in ("/1.7", "/2.0"):
            raise Changed
        if "/Extensions" in after:
            reference = _container(before, after, "/Extensions", fresh, explained)
            _plain(after["/Extensions"], inside=reference)
        if not metadata.is_kept(*(_stream(each, "/Metadata") for each in (before, after))):
            raise Changed("metadata")
        _container(before, after, "/Metadata", fresh, explained)
        before_trailer, after_trailer = (self.reader.trailer.flatten(each.revision) for each in (old, new))
        values = [each.raw_get("/Info") if "/Info" in each else None for each in (before_trailer, after_trailer)]
        info = [value and (old, new)[place](value.reference) for place, value in enumerate(values)]
        if not metadata.is_same_information(*info):
            raise Changed("metadata")
        if values[1] is not None:
            _replaced(values[0], values[1], fresh, explained)
        if "/AcroForm" in after:
            explained |= self._form(before, after, old, new, fresh)
        elif "/AcroForm" in before:
            raise Changed
        if "/DSS" in after:
            known = set(_store(before["/DSS"], before.raw_get("/DSS"))) if "/DSS" in before else set()
            for each, value in _store(after["/DSS"], after.raw_get("/DSS")).items():
                if each not in fresh and each not in known:
                    raise Changed
                if each in fresh or not isinstance(value, generic.StreamObject):
                    explained.add(each)
        elif "/DSS" in before:
            raise Changed
        return explained

    def _form(self, before, after, old: HistoricalResolver, new: HistoricalResolver, fresh: set[Reference]) -> set:
        explained: set[Reference] = set()
        _container(before, after, "/AcroForm", fresh, explained)
        nothing = generic.DictionaryObject()
        was, form = _value(before, "/AcroForm", nothing), after["/AcroForm"]
        if not isinstance(form, generic.DictionaryObject) or not set(was) <= set(form) <= FORM:
            raise Changed
        if bool(form.get("/NeedAppearances", False)) or int(form.get("/SigFlags", 0)) not in range(4):
            raise Changed
        _container(was, form, "/Fields", fresh, explained)
        if "/DR" in form:
            _container(was, form, "/DR", fresh, explained)
            explained |= _reached(new, form.raw_get("/DR"), fresh)
        known, listed = (_references(_value(each, "/Fields")) for each in (was, form))
        if listed[: len(known)] != known or len(set(listed)) != len(listed):
            raise Changed
        for each in listed:
            explained |= self._field(each, old if each in known else None, new, fresh)
        return explained

    def _field(
        self, reference: Reference, old: HistoricalResolver | None, new: HistoricalResolver, fresh: set[Reference]
    ) -> set[Reference]:
        """A signature's field: new, or there before and empty, or untouched."""
        field = new(reference)
        kids = _references(_value(field, "/Kids"))
        parts = [reference, *kids]
        if old is not None:
            if "/V" in old(reference) or field == old(reference):
                if any(old(each) != new(each) for each in parts):
                    raise Changed
                return set(parts) if kids else {reference}
            for each in parts:
                if any(old(each).get(key) != new(each).get(key) for key in FIXED):
                    raise Changed
        elif any(each not in fresh for each in parts):
            raise Changed
        if field.get("/FT") != "/Sig" or "/T" not in field or len(kids) > 1 or "/Parent" in field:
            raise Changed
        explained = set(parts)
        for each in parts:
            part = new(each)
            if each != reference and ("/Parent" not in part or part.raw_get("/Parent").reference != reference):
                raise Changed
            if not set(part) <= FIELD or (each != reference and {"/T", "/V", "/Kids"} & set(part)):
                raise Changed
            for key in ("/AP", "/Lock", "/SV", "/V", "/MK"):
                if key in part:
                    explained |= _reached(new, part.raw_get(key), fresh)
        widget = kids[0] if kids else reference
        _appearance(new(widget))
        self.fields[reference], self.widgets[widget] = field, new(widget)
        return explained

    def _annotations(
        self, old: HistoricalResolver, new: HistoricalResolver, fresh: set[Reference], left: Iterable[Reference]
    ) -> set[Reference]:
        """Pages on which a signature's field now stands, and nothing else is other than before."""
        explained: set[Reference] = set()
        for each in left:
            if each in fresh:
                continue
            before, after = old(each), new(each)
            if each in self._lists:
                self._added(self._lists[each], before, after)
            elif isinstance(before, generic.DictionaryObject) and before.get("/Type") == "/Page":
                _same(before, after, except_for={"/Annots"})
                kept = after.raw_get("/Annots") if "/Annots" in after else None
                if isinstance(kept, generic.IndirectObject):
                    _container(before, after, "/Annots", fresh, explained)
                    self._lists[kept.reference] = each
                self._added(each, *(_value(page, "/Annots") for page in (before, after)))
            else:
                continue
            explained.add(each)
        return explained

    def _added(self, page: Reference, before: Any, after: Any) -> None:
        known, listed = _references(before), _references(after)
        if listed[: len(known)] != known:
            raise Changed
        for each in listed[len(known) :]:
            if each not in self.widgets or each in self.pages:
                raise Changed
            self.pages[each] = page

    def _values(self) -> None:
        """Each field holds a signature of its own."""
        values = []
        for field in self.fields.values():
            if "/V" not in field:
                raise Changed("unfilled")
            value = field.raw_get("/V")
            if not isinstance(value, generic.IndirectObject) or not set(field["/V"]) <= SIGNATURE:
                raise Changed
            values.append(value.reference)
        if len(set(values)) != len(values):
            raise Changed


def _value(mapping: Any, key: str, default: Any = ()) -> Any:
    """What ``key`` leads to; ``get`` would give the reference."""
    return mapping[key] if key in mapping else default  # noqa: SIM401


def _stream(mapping: Any, key: str) -> Any:
    """What ``key`` refers to, as it is written."""
    if key not in mapping:
        return None
    reference = mapping.raw_get(key)
    if not isinstance(reference, generic.IndirectObject):
        raise Changed
    return reference.get_object()


def _same(before: Any, after: Any, *, except_for: set[str]) -> None:
    for each in (before, after):
        if not isinstance(each, generic.DictionaryObject) or isinstance(each, generic.StreamObject):
            raise Changed
    keys = (set(before) | set(after)) - except_for
    if any(key not in before or key not in after or before.raw_get(key) != after.raw_get(key) for key in keys):
        raise Changed


def _container(
    before: Mapping, after: Any, key: str, fresh: set[Reference], explained: set[Reference]
) -> Reference | None:
    """Where the value of ``key`` lies, when it lies in an object of its own: the one that held it before, or a new one."""
    value = after.raw_get(key) if key in after else None
    return _replaced(before.raw_get(key) if key in before else None, value, fresh, explained)  # type: ignore[attr-defined]


def _replaced(before: Any, after: Any, fresh: set[Reference], explained: set[Reference]) -> Reference | None:
    if not isinstance(after, generic.IndirectObject):
        return None
    if after.reference not in fresh and after != before:
        raise Changed
    explained.add(after.reference)
    return after.reference


def _references(values: Any) -> list[Reference]:
    """What a list refers to. Raises ``Changed`` when something stands in it itself."""
    if not isinstance(values, generic.ArrayObject | tuple):
        raise Changed
    if not all(isinstance(each, generic.IndirectObject) for each in values):
        raise Changed
    return [each.reference for each in values]


def _reached(new: HistoricalResolver, value: Any, fresh: set[Reference]) -> set[Reference]:
    """The new objects that ``value`` leads to, by way of new objects alone."""
    found: set[Reference] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, generic.IndirectObject):
            if each.reference not in fresh or each.reference in found:
                continue
            found.add(each.reference)
            each = new(each.reference)
        if isinstance(each, generic.DictionaryObject):
            waiting += [each.raw_get(key) for key in each]
        elif isinstance(each, generic.ArrayObject):
            waiting += [each.raw_get(place) for place in range(len(each))]
    return found


def _store(store: Any, value: Any) -> dict[Reference, Any]:
    """The objects of a store of validation data: certificates and what was said of them, each a stream."""
    found: dict[Reference, Any] = {}

    def take(raw: Any) -> Any:
        if isinstance(raw, generic.IndirectObject):
            found[raw.reference] = raw.get_object()
        return raw.get_object()

    def streams(held: generic.DictionaryObject, keys: set[str]) -> None:
        if not isinstance(held, generic.DictionaryObject) or not set(held) <= keys:
            raise Changed
        for key in set(held) - {"/Type", "/VRI", "/TU"}:
            inner = take(held.raw_get(key))
            for reference in [] if key == "/TS" else _references(inner):
                found[reference] = reference.get_object()
                if not isinstance(found[reference], generic.StreamObject):
                    raise Changed

    take(value)
    streams(store, STORE)
    if "/VRI" in store:
        proofs = take(store.raw_get("/VRI"))
        for key in proofs:
            streams(take(proofs.raw_get(key)), PROOF)
    return found


def _appearance(widget: generic.DictionaryObject) -> None:
    """One picture, which stands where the field's rectangle says."""
    if int(widget.get("/F", 0)) & PLACED_OTHERWISE:
        raise Changed
    if "/AP" not in widget:
        return
    shown = widget["/AP"]
    if (
        set(shown) != {"/N"}
        or not isinstance(shown["/N"], generic.StreamObject)
        or shown["/N"].get("/Subtype") != "/Form"
    ):
        raise Changed


def _plain(value: Any, *, inside: Reference | None = None, depth: int = 0) -> None:
    """Numbers, names and short strings, and no more of them than the versions of a format need."""
    if depth > 4:
        raise Changed
    if isinstance(value, generic.StreamObject | generic.IndirectObject):
        raise Changed
    if isinstance(value, generic.DictionaryObject):
        for key in value:
            _plain(value.raw_get(key), depth=depth + 1)
    elif isinstance(value, generic.ArrayObject):
        for place in range(len(value)):
            _plain(value.raw_get(place), depth=depth + 1)
    elif len(str(value)) > 100:
        raise Changed


def _harmless(value: Any, depth: int = 0) -> None:
    """Nothing in it acts, and no stream has its content elsewhere."""
    if depth > DEPTH:
        raise Changed
    if isinstance(value, generic.DictionaryObject):
        if ACTS & set(value) or (isinstance(value, generic.StreamObject) and "/F" in value):
            raise Changed
        for key in value:
            _harmless(value.raw_get(key), depth + 1)
    elif isinstance(value, generic.ArrayObject):
        for place in range(len(value)):
            _harmless(value.raw_get(place), depth + 1)
