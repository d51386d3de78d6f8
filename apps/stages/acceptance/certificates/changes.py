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
        object_count = 0
        for number in range(base + 1, reader.xrefs.total_revisions):
            old, new = (reader.get_historical_resolver(revision) for revision in (number - 1, number))
            object_count += len(new.explicit_refs_in_revision())
            if object_count > OBJECTS:
                raise shapes.Changed("many")
            self._revision(old, new)
        self._values()

    def is_timestamp(self, widget: Reference) -> bool:
        """Whether it shows an archive's timestamp, which is nobody's signature."""
        field = self.fields.get(widget) or self.fields[self.widgets[widget].raw_get("/Parent").reference]
        return field["/V"].get("/Type") == "/DocTimeStamp"

    def _revision(self, old: HistoricalResolver, new: HistoricalResolver) -> None:
        changed = new.explicit_refs_in_revision()
        if new.refs_freed_in_revision() or any(reference.generation for reference in changed):
            raise shapes.Changed
        self._trailer(old, new)
        fresh = {reference for reference in changed if old.is_ref_unassignable(reference)}
        for reference in changed:
            shapes.require_harmless(new(reference))
        explained = set(self._structure(new)) & fresh
        explained |= self._catalog(old, new, fresh)
        explained |= self._annotations(old, new, fresh, changed - explained)
        for reference in changed - explained:
            before = None if reference in fresh else old(reference)
            if before is None or isinstance(before, generic.StreamObject) or before != new(reference):
                raise shapes.Changed

    def _trailer(self, old: HistoricalResolver, new: HistoricalResolver) -> None:
        before, after = (self.reader.trailer.flatten(resolver.revision) for resolver in (old, new))
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
        for reference in new.object_streams_used():
            stream_of_objects = new(reference)
            if (
                not isinstance(stream_of_objects, generic.StreamObject)
                or stream_of_objects.get("/Type") != "/ObjStm"
                or "/Extends" in stream_of_objects
            ):
                raise shapes.Changed
            numbers = stream_of_objects.data[: int(stream_of_objects["/First"])].split()[::2]
            places = {
                place.ix_in_stream: number for number, place in named.items() if place.obj_stream_id == reference.idnum
            }
            if [places.get(index) for index in range(int(stream_of_objects["/N"]))] != [
                int(number) for number in numbers
            ]:
                raise shapes.Changed
            yield reference

    def _catalog(self, old: HistoricalResolver, new: HistoricalResolver, fresh: set[Reference]) -> set[Reference]:
        explained = {Reference(new.root_ref.idnum, 0, new)}
        before, after = old.root, new.root
        shapes.require_same(before, after, except_for=CATALOG)
        if "/Version" in after and after["/Version"] not in ("/1.7", "/2.0"):
            raise shapes.Changed
        if "/Extensions" in after:
            reference = shapes.container(before, after, "/Extensions", fresh, explained)
            shapes.require_plain(after["/Extensions"], inside=reference)
        if not metadata.is_same_metadata(*(shapes.stream_of(root, "/Metadata") for root in (before, after))):
            raise shapes.Changed("metadata")
        shapes.container(before, after, "/Metadata", fresh, explained)
        before_trailer, after_trailer = (self.reader.trailer.flatten(resolver.revision) for resolver in (old, new))
        values = [
            trailer.raw_get("/Info") if "/Info" in trailer else None for trailer in (before_trailer, after_trailer)
        ]
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
            known_objects = set(shapes.store_of(before["/DSS"], before.raw_get("/DSS"))) if "/DSS" in before else set()
            for reference, value in shapes.store_of(after["/DSS"], after.raw_get("/DSS")).items():
                if reference not in fresh and reference not in known_objects:
                    raise shapes.Changed
                if reference in fresh or not isinstance(value, generic.StreamObject):
                    explained.add(reference)
        elif "/DSS" in before:
            raise shapes.Changed
        return explained

    def _form(self, before, after, old: HistoricalResolver, new: HistoricalResolver, fresh: set[Reference]) -> set:
        explained: set[Reference] = set()
        shapes.container(before, after, "/AcroForm", fresh, explained)
        nothing = generic.DictionaryObject()
        form_before, form = shapes.value_of(before, "/AcroForm", nothing), after["/AcroForm"]
        if not isinstance(form, generic.DictionaryObject) or not set(form_before) <= set(form) <= FORM:
            raise shapes.Changed
        if bool(form.get("/NeedAppearances", False)) or int(form.get("/SigFlags", 0)) not in range(4):
            raise shapes.Changed
        shapes.container(form_before, form, "/Fields", fresh, explained)
        if "/DR" in form:
            shapes.container(form_before, form, "/DR", fresh, explained)
            explained |= shapes.reached(new, form.raw_get("/DR"), fresh)
        fields_before, fields_after = (
            shapes.references(shapes.value_of(dictionary, "/Fields")) for dictionary in (form_before, form)
        )
        if fields_after[: len(fields_before)] != fields_before or len(set(fields_after)) != len(fields_after):
            raise shapes.Changed
        for reference in fields_after:
            explained |= self._field(reference, old if reference in fields_before else None, new, fresh)
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
                if any(old(part_reference) != new(part_reference) for part_reference in parts):
                    raise shapes.Changed
                return set(parts) if kids else {reference}
            for part_reference in parts:
                if any(old(part_reference).get(key) != new(part_reference).get(key) for key in FIXED):
                    raise shapes.Changed
        elif any(part_reference not in fresh for part_reference in parts):
            raise shapes.Changed
        if field.get("/FT") != "/Sig" or "/T" not in field or len(kids) > 1 or "/Parent" in field:
            raise shapes.Changed
        explained = set(parts)
        for part_reference in parts:
            part = new(part_reference)
            if part_reference != reference and (
                "/Parent" not in part or part.raw_get("/Parent").reference != reference
            ):
                raise shapes.Changed
            if any(len(str(part.raw_get(key))) > LONGEST for key in {"/T", "/TU", "/TM", "/NM"} & set(part)):
                raise shapes.Changed
            if not set(part) <= FIELD or (part_reference != reference and {"/T", "/V", "/Kids"} & set(part)):
                raise shapes.Changed
            for key in ("/AP", "/Lock", "/SV", "/V", "/MK"):
                if key in part:
                    explained |= shapes.reached(new, part.raw_get(key), fresh)
        widget = kids[0] if kids else reference
        shapes.require_one_picture(new(widget))
        self.fields[reference], self.widgets[widget] = field, new(widget)
        return explained

    def _annotations(
        self, old: HistoricalResolver, new: HistoricalResolver, fresh: set[Reference], unexplained: Iterable[Reference]
    ) -> set[Reference]:
        """Pages on which a signature's field now stands, and nothing else is other than before."""
        explained: set[Reference] = set()
        for reference in unexplained:
            if reference in fresh:
                continue
            before, after = old(reference), new(reference)
            if reference in self._lists:
                self._added(self._lists[reference], before, after)
            elif isinstance(before, generic.DictionaryObject) and before.get("/Type") == "/Page":
                shapes.require_same(before, after, except_for={"/Annots"})
                annotations = after.raw_get("/Annots") if "/Annots" in after else None
                if isinstance(annotations, generic.IndirectObject):
                    shapes.container(before, after, "/Annots", fresh, explained)
                    self._lists[annotations.reference] = reference
                self._added(reference, *(shapes.value_of(page, "/Annots") for page in (before, after)))
            else:
                continue
            explained.add(reference)
        return explained

    def _added(self, page: Reference, before: Any, after: Any) -> None:
        annotations_before, annotations_after = shapes.references(before), shapes.references(after)
        if annotations_after[: len(annotations_before)] != annotations_before:
            raise shapes.Changed
        for reference in annotations_after[len(annotations_before) :]:
            if reference not in self.widgets or reference in self.pages:
                raise shapes.Changed
            self.pages[reference] = page

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
