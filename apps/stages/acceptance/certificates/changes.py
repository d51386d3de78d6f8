"""What may stand behind a term's PDF in the same PDF signed: signatures, what shows them, and what proves them later.

A whitelist. Only the objects that the updates bring are read, and those of the document that they replace: each must be one
that a signature needs, and whatever is not named here refuses the file. pyHanko's own difference analysis reads the whole
document for each signature, which takes minutes where a term has a hundred pages.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from apps.stages.acceptance.certificates import metadata, shapes

OBJECTS = 3000
"""The most objects that all updates of a file may bring: a signature needs about ten."""
LONGEST = 200
"""The longest name of a field, which a reader may show beside it."""

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
                raise shapes.Changed("many")
            self._revision(old, new)
        self._values()

    def is_timestamp(self, widget: Reference) -> bool:
        """Whether it shows an archive's timestamp, which is nobody's signature."""
        field = self.fields.get(widget) or self.fields[self.widgets[widget].raw_get("/Parent").reference]
        return field["/V"].get("/Type") == "/DocTimeStamp"

    def _revision(self, old: HistoricalResolver, new: HistoricalResolver) -> None:
        changed = new.explicit_refs_in_revision()
        if new.refs_freed_in_revision() or any(each.generation for each in changed):
            raise shapes.Changed
        self._trailer(old, new)
        fresh = {each for each in changed if old.is_ref_unassignable(each)}
        for each in changed:
            shapes.require_harmless(new(each))
        explained = set(self._structure(new)) & fresh
        explained |= self._catalog(old, new, fresh)
        explained |= self._annotations(old, new, fresh, changed - explained)
        for each in changed - explained:
            before = None if each in fresh else old(each)
            if before is None or isinstance(before, generic.StreamObject) or before != new(each):
                raise shapes.Changed

    def _trailer(self, old: HistoricalResolver, new: HistoricalResolver) -> None:
        before, after = (self.reader.trailer.flatten(each.revision) for each in (old, new))
        if not set(after) <= TRAILER or before.raw_get("/Root") != after.raw_get("/Root"):
            raise shapes.Changed
        if before["/ID"][0].original_bytes != after["/ID"][0].original_bytes:
            raise shapes.Changed

    def _structure(self, new: HistoricalResolver) -> Iterator[Reference]:
        """The cross-reference stream and the streams of objects: each names what is in it and nothing beside."""
        stream = self.reader.xrefs.get_xref_container_info(new.revision).stream_ref
        if stream is not None:
            if new(stream).get("/Type") != "/XRef":
                raise shapes.Changed
            yield stream
        named = self.reader.xrefs.get_xref_data(new.revision).xrefs_in_objstm
        for each in new.object_streams_used():
            held = new(each)
            if not isinstance(held, generic.StreamObject) or held.get("/Type") != "/ObjStm" or "/Extends" in held:
                raise shapes.Changed
            numbers = held.data[: int(held["/First"])].split()[::2]
            places = {
                place.ix_in_stream: number for number, place in named.items() if place.obj_stream_id == each.idnum
            }
            if [places.get(index) for index in range(int(held["/N"]))] != [int(number) for number in numbers]:
                raise shapes.Changed
            yield each

    def _catalog(self, old: HistoricalResolver, new: HistoricalResolver, fresh: set[Reference]) -> set[Reference]:
        explained = {Reference(new.root_ref.idnum, 0, new)}
        before, after = old.root, new.root
        shapes.require_same(before, after, except_for=CATALOG)
        if "/Version" in after and after["/Version"] not in ("/1.7", "/2.0"):
            raise shapes.Changed
        if "/Extensions" in after:
            reference = shapes.container(before, after, "/Extensions", fresh, explained)
            shapes.require_plain(after["/Extensions"], inside=reference)
        if not metadata.is_kept(*(shapes.stream_of(each, "/Metadata") for each in (before, after))):
            raise shapes.Changed("metadata")
        shapes.container(before, after, "/Metadata", fresh, explained)
        before_trailer, after_trailer = (self.reader.trailer.flatten(each.revision) for each in (old, new))
        values = [each.raw_get("/Info") if "/Info" in each else None for each in (before_trailer, after_trailer)]
        info = [value and (old, new)[place](value.reference) for place, value in enumerate(values)]
        if not metadata.is_same_information(*info):
            raise shapes.Changed("metadata")
        if values[1] is not None:
            shapes.replaced(values[0], values[1], fresh, explained)
        if "/AcroForm" in after:
            explained |= self._form(before, after, old, new, fresh)
        elif "/AcroForm" in before:
            raise shapes.Changed
        if "/DSS" in after:
            known = set(shapes.store_of(before["/DSS"], before.raw_get("/DSS"))) if "/DSS" in before else set()
            for each, value in shapes.store_of(after["/DSS"], after.raw_get("/DSS")).items():
                if each not in fresh and each not in known:
                    raise shapes.Changed
                if each in fresh or not isinstance(value, generic.StreamObject):
                    explained.add(each)
        elif "/DSS" in before:
            raise shapes.Changed
        return explained

    def _form(self, before, after, old: HistoricalResolver, new: HistoricalResolver, fresh: set[Reference]) -> set:
        explained: set[Reference] = set()
        shapes.container(before, after, "/AcroForm", fresh, explained)
        nothing = generic.DictionaryObject()
        was, form = shapes.value_of(before, "/AcroForm", nothing), after["/AcroForm"]
        if not isinstance(form, generic.DictionaryObject) or not set(was) <= set(form) <= FORM:
            raise shapes.Changed
        if bool(form.get("/NeedAppearances", False)) or int(form.get("/SigFlags", 0)) not in range(4):
            raise shapes.Changed
        shapes.container(was, form, "/Fields", fresh, explained)
        if "/DR" in form:
            shapes.container(was, form, "/DR", fresh, explained)
            explained |= shapes.reached(new, form.raw_get("/DR"), fresh)
        known, listed = (shapes.references(shapes.value_of(each, "/Fields")) for each in (was, form))
        if listed[: len(known)] != known or len(set(listed)) != len(listed):
            raise shapes.Changed
        for each in listed:
            explained |= self._field(each, old if each in known else None, new, fresh)
        return explained

    def _field(
        self, reference: Reference, old: HistoricalResolver | None, new: HistoricalResolver, fresh: set[Reference]
    ) -> set[Reference]:
        """A signature's field: new, or there before and empty, or untouched."""
        field = new(reference)
        kids = shapes.references(shapes.value_of(field, "/Kids"))
        parts = [reference, *kids]
        if old is not None:
            if "/V" in old(reference) or field == old(reference):
                if any(old(each) != new(each) for each in parts):
                    raise shapes.Changed
                return set(parts) if kids else {reference}
            for each in parts:
                if any(old(each).get(key) != new(each).get(key) for key in FIXED):
                    raise shapes.Changed
        elif any(each not in fresh for each in parts):
            raise shapes.Changed
        if field.get("/FT") != "/Sig" or "/T" not in field or len(kids) > 1 or "/Parent" in field:
            raise shapes.Changed
        explained = set(parts)
        for each in parts:
            part = new(each)
            if each != reference and ("/Parent" not in part or part.raw_get("/Parent").reference != reference):
                raise shapes.Changed
            if any(len(str(part.raw_get(key))) > LONGEST for key in {"/T", "/TU", "/TM", "/NM"} & set(part)):
                raise shapes.Changed
            if not set(part) <= FIELD or (each != reference and {"/T", "/V", "/Kids"} & set(part)):
                raise shapes.Changed
            for key in ("/AP", "/Lock", "/SV", "/V", "/MK"):
                if key in part:
                    explained |= shapes.reached(new, part.raw_get(key), fresh)
        widget = kids[0] if kids else reference
        shapes.require_one_picture(new(widget))
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
                shapes.require_same(before, after, except_for={"/Annots"})
                kept = after.raw_get("/Annots") if "/Annots" in after else None
                if isinstance(kept, generic.IndirectObject):
                    shapes.container(before, after, "/Annots", fresh, explained)
                    self._lists[kept.reference] = each
                self._added(each, *(shapes.value_of(page, "/Annots") for page in (before, after)))
            else:
                continue
            explained.add(each)
        return explained

    def _added(self, page: Reference, before: Any, after: Any) -> None:
        known, listed = shapes.references(before), shapes.references(after)
        if listed[: len(known)] != known:
            raise shapes.Changed
        for each in listed[len(known) :]:
            if each not in self.widgets or each in self.pages:
                raise shapes.Changed
            self.pages[each] = page

    def _values(self) -> None:
        """Each field holds a signature of its own."""
        values = []
        for field in self.fields.values():
            if "/V" not in field:
                raise shapes.Changed("unfilled")
            value = field.raw_get("/V")
            if not isinstance(value, generic.IndirectObject) or not set(field["/V"]) <= SIGNATURE:
                raise shapes.Changed
            values.append(value.reference)
        if len(set(values)) != len(values):
            raise shapes.Changed
