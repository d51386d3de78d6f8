"""Pages of one tagged PDF put behind those of another, as an update that leaves every byte before it as it was."""

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import _ObjectImporter

from apps.core.canonical import dumps

NAME = generic.pdf_name


def append(writer: IncrementalPdfFileWriter, source: PdfFileReader) -> None:
    """Put the pages of ``source`` behind those of ``writer``, with what their tags say of them."""
    pages = [source.find_page_for_modification(number)[0] for number in range(int(source.root["/Pages"]["/Count"]))]
    own_tree, source_tree = writer.root["/StructTreeRoot"], source.root["/StructTreeRoot"]
    tree = own_tree["/ParentTree"]
    first_key = 1 + max((int(key) for key in list(tree["/Nums"])[::2]), default=-1)
    # What leads upwards out of a page or its tags leads to our own tree.
    references = {
        source_tree.container_ref: _reference(writer, own_tree),
        source.root["/Pages"].container_ref: writer.root.raw_get("/Pages"),
    }
    importer = _ObjectImporter(source=source, target=writer, reference_map=references, obj_stream=None)
    imported = [importer.import_object(generic.IndirectObject(page.idnum, page.generation, source)) for page in pages]
    tags = importer.import_object(source_tree["/K"])
    numbers: list[Any] = [*importer.import_object(source_tree["/ParentTree"]["/Nums"])]  # type: ignore[misc]
    for offset, reference in enumerate(imported):
        reference.get_object()[NAME("/StructParents")] = generic.NumberObject(first_key + offset)
    kids = writer.root["/Pages"]["/Kids"]
    kids.extend(imported)
    writer.root["/Pages"][NAME("/Count")] = generic.NumberObject(len(kids))
    own_tree["/K"].extend(tags)
    for key, owners in zip(numbers[::2], numbers[1::2], strict=True):
        tree["/Nums"].extend([generic.NumberObject(first_key + int(key)), owners])
    for changed in (writer.root["/Pages"], own_tree, tree):
        writer.update_container(changed)


def attach(writer: IncrementalPdfFileWriter, name: str, content: object, description: str) -> None:
    """Put ``content`` into the file beside what is attached already, as PDF/A-3 wants it: bytes are a PDF and stay as they
    are, all else is written as canonical JSON."""
    data, kind = (content, "/application/pdf") if isinstance(content, bytes) else (dumps(content), "/application/json")
    stream = generic.StreamObject(stream_data=data)
    stream[NAME("/Type")], stream[NAME("/Subtype")] = NAME("/EmbeddedFile"), NAME(kind)
    stream[NAME("/Params")] = generic.DictionaryObject({NAME("/Size"): generic.NumberObject(len(data))})
    stream.compress()
    file = writer.add_object(stream)
    spec = writer.add_object(
        generic.DictionaryObject(
            {
                NAME("/Type"): NAME("/Filespec"),
                NAME("/F"): generic.pdf_string(name),
                NAME("/UF"): generic.pdf_string(name),
                NAME("/EF"): generic.DictionaryObject({NAME("/F"): file, NAME("/UF"): file}),
                NAME("/Desc"): generic.pdf_string(description),
                NAME("/AFRelationship"): NAME("/Supplement"),
            }
        )
    )
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    existing = list(names)
    pairs = [*zip(existing[::2], existing[1::2], strict=True), (generic.pdf_string(name), spec)]
    names[:] = [part for pair in sorted(pairs, key=lambda pair: str(pair[0])) for part in pair]
    writer.root["/AF"].append(spec)
    writer.update_container(names)
    writer.update_root()


def attachments(reader: PdfFileReader) -> dict[str, bytes]:
    """What lies in a PDF, by name. Raises whatever a broken file makes the reader raise."""
    names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    files = {}
    for spec in list(names)[1::2]:
        file_spec = spec.get_object()
        files[str(file_spec.get("/UF", file_spec["/F"]))] = file_spec["/EF"]["/F"].data
    return files


def _reference(writer: IncrementalPdfFileWriter, value: generic.PdfObject) -> generic.IndirectObject:
    reference = value.get_container_ref()
    return generic.IndirectObject(reference.idnum, reference.generation, writer)
