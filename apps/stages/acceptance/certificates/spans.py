"""Whether every byte behind a document belongs to something that the file itself names: an object, a table of objects, or an
end. What nobody names could still be found by a reader that repairs files."""

import re

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader, read_object_header
from pyhanko.pdf_utils.xref import XRefSectionType

BETWEEN = re.compile(rb"[\0\t\n\f\r ]+|%(?!%EOF)[^\r\n]{0,100}(?=[\r\n])")
"""White space, or a comment of one line, in which programs name themselves."""
END = re.compile(rb"startxref[\t\r\n ]+([0-9]{1,12})[\t\r\n ]+%%EOF")
OBJECT = re.compile(rb"(obj|stream)\b")


def are_named(content: bytes, reader: PdfFileReader, base: int, start: int) -> bool:
    """Whether each update behind revision ``base``, which ends at the byte ``start``, is its objects, its table and its end,
    in its own part of the file. Raises whatever a broken file makes the reader raise."""
    place = start
    for number in range(base + 1, reader.xrefs.total_revisions):
        for begin, end in sorted(_spans(reader, number)):
            if begin < place or not _is_nothing(content[place:begin]):
                return False
            place = end
        ending = END.search(content, place)
        if ending is None or not _is_nothing(content[place : ending.start()]):
            return False
        if int(ending[1]) != reader.xrefs.get_startxref_for_revision(number):
            return False
        place = ending.end()
    return not content[place:].strip(b"\0\t\n\f\r ")


def _spans(reader: PdfFileReader, number: int) -> set[tuple[int, int]]:
    """Where the objects and the table of a revision begin and end."""
    about, data = reader.xrefs.get_xref_container_info(number), reader.xrefs.get_xref_data(number)
    spans = {_object(reader, idnum, *row) for idnum, row in data.standard_xrefs.items()}
    if about.xref_section_type == XRefSectionType.STANDARD:
        reader.stream.seek(about.end_location)
        generic.DictionaryObject.read_from_stream(reader.stream, generic.TrailerReference(reader))
        spans.add((about.start_location, reader.stream.tell()))
    elif about.stream_ref is not None:
        spans.add(_object(reader, about.stream_ref.idnum, 0, about.start_location))
    return spans


def _object(reader: PdfFileReader, idnum: int, generation: int, place: int) -> tuple[int, int]:
    stream = reader.stream
    stream.seek(place)
    if read_object_header(stream, strict=True) != (idnum, generation):
        raise misc.PdfReadError("another object is there")
    generic.read_object(stream, generic.Reference(idnum, generation, reader))
    misc.read_non_whitespace(stream, seek_back=True)
    if stream.read(6) != b"endobj":
        raise misc.PdfReadError("an object has no end")
    return place, stream.tell()


def _is_nothing(content: bytes) -> bool:
    place = 0
    while place < len(content):
        match = BETWEEN.match(content, place)
        if match is None or OBJECT.search(match[0]):
            return False
        place = match.end()
    return True
