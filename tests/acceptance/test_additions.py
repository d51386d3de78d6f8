"""Hostile files behind a term: each adds something that no signature needs, and is refused for it. No database."""

import io
import re
import zlib
from datetime import UTC, datetime

import pypdfium2
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.stamp import StaticStampStyle

from apps.stages.acceptance.certificates import changes, looks, metadata, outside, shapes
from apps.stages.acceptance.signing import elsewhere
from tests.acceptance.authority import apart, the_authority
from tests.acceptance.test_outside import NAME, ana, changed, document, judged, loja, problem, room, signed, within

__all__ = ["ana", "document", "loja", "room", "signed"]  # fixtures

CLAUSE = b"BT /F1 12 Tf 10 10 Td (Clausula nova: nada se deve) Tj ET"


def dictionary(**entries):
    return generic.DictionaryObject({NAME("/" + key): value for key, value in entries.items()})


def numbers(*values):
    return generic.ArrayObject(generic.FloatObject(each) for each in values)


def picture(writer, content=CLAUSE, box=(0, 0, 300, 100), **more):
    helvetica = dictionary(Type=NAME("/Font"), Subtype=NAME("/Type1"), BaseFont=NAME("/Helvetica"))
    stream = generic.StreamObject(stream_data=content)
    stream.update(dictionary(
        Type=NAME("/XObject"), Subtype=NAME("/Form"), BBox=numbers(*box),
        Resources=dictionary(Font=dictionary(F1=helvetica)), **more,
    ))  # fmt: skip
    return writer.add_object(stream)


def empty_field(writer, name, box, content=CLAUSE):
    """A signature's field that nobody fills, with a clause for its picture."""
    page = page_of(writer)
    field = dictionary(
        Type=NAME("/Annot"), Subtype=NAME("/Widget"), FT=NAME("/Sig"), T=generic.pdf_string(name), F=generic.NumberObject(4),
        Rect=numbers(*box), P=writer.root["/Pages"]["/Kids"].raw_get(0), AP=dictionary(N=picture(writer, content)),
    )  # fmt: skip
    added = writer.add_object(field)
    if "/AcroForm" not in writer.root:
        form = dictionary(Fields=generic.ArrayObject(), SigFlags=generic.NumberObject(3))
        writer.root[NAME("/AcroForm")] = writer.add_object(form)
        writer.update_root()
    writer.root["/AcroForm"]["/Fields"].append(added)
    page["/Annots"].append(added)
    writer.update_container(page)


def as_shown(content):
    """The first page as a reader with forms draws it."""
    opened = pypdfium2.PdfDocument(content)
    opened.init_forms()
    return opened[0].render(may_draw_forms=True).to_pil().tobytes()


def page_of(writer):
    return writer.root["/Pages"]["/Kids"][0]


def in_the_catalog(key, value):
    def change(writer):
        writer.root[NAME(key)] = value() if callable(value) else value
        writer.update_root()

    return change


def of_the_page(key, value):
    def change(writer):
        page = page_of(writer)
        page[NAME(key)] = value
        writer.update_container(page)

    return change


def of_the_form(key, value):
    def change(writer):
        writer.root[NAME("/AcroForm")] = dictionary(Fields=generic.ArrayObject(), **{key: value})
        writer.update_root()

    return change


def information(**entries):
    def change(writer):
        info = writer.trailer["/Info"]
        info.update(dictionary(**{key: generic.pdf_string(value) for key, value in entries.items()}))
        writer.update_container(info)

    return change


def xmp(*edits):
    """The metadata with some of its words changed, in a stream in the place of the one that was there."""

    def change(writer):
        writer._update_meta = lambda: None
        kept = writer.root.raw_get("/Metadata").get_object().data
        for before, after in edits:
            assert before in kept
            kept = kept.replace(before, after)
        stream = generic.StreamObject(stream_data=kept)
        stream.update(dictionary(Type=NAME("/Metadata"), Subtype=NAME("/XML")))
        writer.root[NAME("/Metadata")] = writer.add_object(stream)
        writer.update_root()

    return change


def nothing_points_to_it(writer):
    writer.add_object(dictionary(Contents=generic.pdf_string("Cláusula 9")))


def the_record_replaced(writer):
    spec = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
    stream = generic.StreamObject(stream_data=b'{"valor": 1}')
    spec["/EF"][NAME("/F")] = writer.add_object(stream)
    writer.update_container(spec)


def a_stream_over_another(writer):
    reference = page_of(writer).raw_get("/Contents").reference
    stream = generic.StreamObject(stream_data=b"BT (R$ 1,00) Tj ET")
    stream.container_ref = generic.Reference(reference.idnum, 0, writer)
    writer.objects[(0, reference.idnum)] = stream


SCRIPT = dictionary(S=NAME("/JavaScript"), JS=generic.pdf_string("app.alert(1)"))
ATTACKS = {
    "OpenAction": in_the_catalog("/OpenAction", SCRIPT),
    "AA": in_the_catalog("/AA", dictionary(WC=SCRIPT)),
    "Names": in_the_catalog("/Names", dictionary),
    "PageLabels": in_the_catalog("/PageLabels", dictionary(Nums=generic.ArrayObject())),
    "PageMode": in_the_catalog("/PageMode", NAME("/UseAttachments")),
    "OCProperties": in_the_catalog("/OCProperties", dictionary(OCGs=generic.ArrayObject())),
    "Outlines": in_the_catalog("/Outlines", dictionary(Type=NAME("/Outlines"))),
    "ViewerPreferences": in_the_catalog("/ViewerPreferences", dictionary(DisplayDocTitle=generic.BooleanObject(False))),
    "Lang": in_the_catalog("/Lang", generic.pdf_string("en")),
    "MarkInfo": in_the_catalog("/MarkInfo", dictionary(Marked=generic.BooleanObject(False))),
    "Perms": in_the_catalog("/Perms", dictionary),
    "Version": in_the_catalog("/Version", NAME("/1.3")),
    "Collection": in_the_catalog("/Collection", dictionary),
    "AF": in_the_catalog("/AF", generic.ArrayObject()),
    "Extensions": in_the_catalog("/Extensions", dictionary(X=generic.pdf_string("Cláusula " * 30))),
    "DSS": in_the_catalog("/DSS", dictionary(Texto=generic.pdf_string("Cláusula 9"))),
    "XFA": of_the_form("XFA", generic.pdf_string("x")),
    "CO": of_the_form("CO", generic.ArrayObject()),
    "NeedAppearances": of_the_form("NeedAppearances", generic.BooleanObject(True)),
    "MediaBox": of_the_page("/MediaBox", numbers(0, 0, 200, 200)),
    "CropBox": of_the_page("/CropBox", numbers(0, 0, 200, 200)),
    "Rotate": of_the_page("/Rotate", generic.NumberObject(180)),
    "UserUnit": of_the_page("/UserUnit", generic.FloatObject(2)),
    "Resources": of_the_page("/Resources", dictionary()),
    "Annots": of_the_page("/Annots", generic.ArrayObject()),
    "Page action": of_the_page("/AA", dictionary(O=SCRIPT)),
    "orphan": nothing_points_to_it,
    "record": the_record_replaced,
    "stream": a_stream_over_another,
}
METADATA = {
    "title": information(Title="Distrato"),
    "author": information(Author="Fulano"),
    "keyword": information(Clausula="Nada se deve"),
    "long producer": information(Producer="Nada se deve. " * 30),
    "xmp title": xmp((b"Termo", b"Distrato")),
    "xmp comment": xmp((b"<rdf:RDF", b"<!-- Nada se deve --><rdf:RDF")),
    "xmp text": xmp((b"</rdf:RDF>", b"Nada se deve</rdf:RDF>")),
    "xmp entity": xmp((b"<x:xmpmeta", b'<!DOCTYPE x [<!ENTITY e "Nada">]><x:xmpmeta')),
    "no pdf/a": xmp((b"pdfaid:part", b"pdfaid:parte")),
}


class TestWhatIsAddedBesideASignature:
    @pytest.mark.parametrize("name", ATTACKS)
    def test_before_the_signature(self, document, ana, name):
        assert problem(ana.signs(changed(document, ATTACKS[name])), document) == "changed"

    @pytest.mark.parametrize("name", ATTACKS)
    def test_behind_the_signature(self, signed, document, name):
        if name in ("XFA", "CO", "NeedAppearances"):
            key = {"XFA": generic.pdf_string("x"), "CO": generic.ArrayObject()}.get(name, generic.BooleanObject(True))

            def change(writer):
                writer.root["/AcroForm"][NAME("/" + name)] = key
                writer.update_container(writer.root["/AcroForm"])
        else:
            change = ATTACKS[name]
        assert problem(changed(signed, change), document) == "changed"

    @pytest.mark.parametrize("name", METADATA)
    def test_other_metadata(self, document, ana, signed, name):
        assert problem(ana.signs(changed(document, METADATA[name])), document) == "metadata"
        assert problem(changed(signed, METADATA[name]), document) == "metadata"

    def test_what_is_no_xmp_or_more_than_that(self, document):
        kept = PdfFileReader(io.BytesIO(document)).root.raw_get("/Metadata").get_object()

        def stream(data, **more):
            found = generic.StreamObject(stream_data=data)
            found.update(dictionary(Type=NAME("/Metadata"), Subtype=NAME("/XML"), **more))
            return found

        assert metadata.is_same_metadata(kept, stream(kept.data + b" "))
        for data in (
            b"",
            b"<x/>",
            kept.data.replace(b"x:xmpmeta", b"x:outro"),
            kept.data.replace(b"<x:xmpmeta", b"<!-- x --><x:xmpmeta"),
        ):
            assert not metadata.is_same_metadata(kept, stream(data))
        assert not metadata.is_same_metadata(kept, stream(kept.data, Texto=generic.pdf_string("x")))
        assert not metadata.is_same_metadata(kept, None)
        assert not metadata.is_same_metadata(kept, generic.NullObject())

    def test_that_a_program_wrote_it_last_and_when_is_none(self, document, ana):
        writes = information(Producer="WeasyPrint 70; modified using iText", ModDate="D:20260101000000Z")
        assert "problem" not in judged(ana.signs(changed(document, writes)), document)

    def test_an_encrypted_update_and_a_file_written_anew(self, document, ana):
        anew = copy_into_new_writer(PdfFileReader(io.BytesIO(document)))
        out = io.BytesIO()
        anew.write(out)
        assert problem(ana.signs(out.getvalue()), document) in ("changed", "unreadable")

    def test_a_file_of_another_in_the_trailer(self, document, ana):
        def change(writer):
            writer.trailer[NAME("/Texto")] = generic.pdf_string("Cláusula 9")
            writer.update_root()

        assert problem(ana.signs(changed(document, change)), document) == "changed"

    def test_more_objects_than_any_signature_needs(self, document, ana):
        def many(writer):
            for _number in range(changes.OBJECTS):
                writer.add_object(generic.NullObject())

        assert problem(ana.signs(changed(document, many)), document) == "many"

    def test_more_updates_than_anybody_needs(self, document, ana):
        content = document
        for _number in range(outside.REVISIONS + 1):
            content = changed(content, lambda writer: writer.update_root())
        assert problem(ana.signs(content), document) == "many"


class TestWhatIsShown:
    def test_four_empty_fields_that_cover_a_page_with_another_clause(self, document, ana):
        def cover(writer):
            for number in range(4):
                empty_field(writer, f"Campo{number}", (0, 210 * number, 595, 210 * (number + 1)))

        covered = changed(document, cover)
        before, after = (as_shown(each) for each in (document, covered))
        assert before != after
        assert problem(ana.signs(covered), document) == "unfilled"

    @pytest.mark.parametrize("box", [(0, 0, 0, 0), None])
    def test_an_empty_field_that_shows_nothing_is_refused_too(self, document, signed, ana, box):
        def prepare(writer):
            append_signature_field(writer, SigFieldSpec("Vazio", box=box))

        assert problem(ana.signs(changed(document, prepare)), document) == "unfilled"
        assert problem(changed(signed, prepare), document) == "unfilled"

    def test_a_stamp_outside_of_its_place_however_small(self, document, ana, room):
        left, bottom, right, top = room
        for box in (
            (50, 50, 90, 60),
            (left - 1, bottom + 5, left + 90, bottom + 60),
            (left + 5, bottom + 5, right + 1, bottom + 60),
            (left + 5, bottom - 20, left + 90, bottom + 60),
            (left + 5, top - 60, left + 90, top + 1),
        ):
            assert problem(ana.signs(document, box=box), document) == "stamp", box

    def test_a_stamp_on_another(self, document, ana, loja, room):
        first = ana.signs(document, box=within(room))
        over = (*within(room)[:2], *(each + 20 for each in within(room)[2:]))
        assert problem(loja.signs(first, box=over), document) == "stamp"

    def test_a_stamp_where_the_term_has_no_place_for_one(self, ana):
        from apps.core.papers import pdf as core_pdf

        old = core_pdf.render("<!doctype html><title>Termo</title><p>Texto</p>")
        assert "problem" not in judged(ana.signs(old), old)
        assert problem(ana.signs(old, box=(50, 300, 150, 350)), old) == "stamp"

    def test_an_archives_timestamp_shows_nothing(self, document, ana, room):
        authority = the_authority()
        signed = ana.signs(document)
        stamped = apart(lambda: self.timestamped(signed, authority.stamper(datetime.now(UTC)), within(room)))
        assert problem(stamped, document) == "stamp"

    @staticmethod
    def timestamped(content, stamper: DummyTimeStamper, box):
        from pyhanko.sign.signers import PdfTimeStamper

        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        append_signature_field(writer, SigFieldSpec("Tempo", box=box))
        prepared = io.BytesIO()
        writer.write(prepared)
        out = io.BytesIO()
        PdfTimeStamper(stamper, field_name="Tempo").timestamp_pdf(
            IncrementalPdfFileWriter(prepared), "sha256", output=out
        )
        return out.getvalue()

    @pytest.mark.parametrize(
        "entries",
        [
            {"A": SCRIPT},
            {"AA": dictionary(E=SCRIPT)},
            {"OC": dictionary(Type=NAME("/OCG"), Name=generic.pdf_string("x"))},
            {"F": generic.NumberObject(4 | 16)},
            {"F": generic.NumberObject(4 | 256)},
            {"Contents": generic.pdf_string("Cláusula 9")},
            {"RC": generic.pdf_string("Cláusula 9")},
            {"TU": generic.pdf_string("Nada se deve. " * 30)},
        ],
        ids=lambda entries: "".join(entries),
    )
    def test_a_field_that_is_more_than_a_signatures(self, document, ana, room, entries):
        def prepare(writer):
            append_signature_field(writer, SigFieldSpec("Aqui", box=within(room)))
            writer.root["/AcroForm"]["/Fields"][0].update(dictionary(**entries))

        assert problem(ana.signs(changed(document, prepare), "Aqui"), document) == "changed"

    @pytest.mark.parametrize("state", ["R", "D"])
    def test_a_picture_for_another_occasion(self, document, state):
        """pyHanko's signer draws a field's picture anew, so this one is judged by itself."""
        writer = IncrementalPdfFileWriter(io.BytesIO(document))
        one = picture(writer)
        shapes.require_one_picture(dictionary(AP=dictionary(N=one)))
        for shown in (dictionary(**{"N": one, state: picture(writer)}), dictionary(N=dictionary(Off=one))):
            with pytest.raises(shapes.Changed):
                shapes.require_one_picture(dictionary(AP=shown))

    def test_two_fields_with_one_signature(self, signed, document, room):
        def twice(writer):
            first = writer.root["/AcroForm"]["/Fields"][0]
            append_signature_field(writer, SigFieldSpec("Segundo", box=within(room)))
            second = writer.root["/AcroForm"]["/Fields"][1]
            second[NAME("/V")] = first.raw_get("/V")
            second[NAME("/AP")] = dictionary(N=picture(writer))

        assert problem(changed(signed, twice), document) in ("changed", "broken")

    def test_a_stamp_changed_after_the_signature(self, document, ana, room):
        shown = ana.signs(document, box=within(room))

        def another_picture(writer):
            field = writer.root["/AcroForm"]["/Fields"][0]
            field[NAME("/AP")] = dictionary(N=picture(writer))
            writer.update_container(field)

        def another_place(writer):
            field = writer.root["/AcroForm"]["/Fields"][0]
            field[NAME("/Rect")] = numbers(0, 0, 500, 700)
            writer.update_container(field)

        for change in (another_picture, another_place):
            assert problem(changed(shown, change), document) == "changed"

    def test_what_a_stamp_shows_stays_inside_of_it(self, document, ana, room):
        """A picture that paints beyond its box is cut there by every reader."""
        background = RawContent(b"0 0 0 rg -900 -900 2000 2000 re f", box=BoxConstraints(100, 50))
        style = StaticStampStyle(background=background, background_opacity=1)
        content = ana.signs(document, box=within(room), style=style)
        assert "problem" not in judged(content, document)

    def test_pages_are_compared_as_they_look(self, document, room):
        """Were something let pass by its objects, it would still be seen."""
        place = looks.place(PdfFileReader(io.BytesIO(document)).get_historical_resolver(0))
        nothing = changes.Additions(PdfFileReader(io.BytesIO(document)), 0)
        looks.review(document, document, nothing, place)
        for change in (ATTACKS["MediaBox"], ATTACKS["Rotate"], a_stream_over_another):
            with pytest.raises(shapes.Changed):
                looks.review(document, changed(document, change), nothing, place)

        def cover(writer):
            empty_field(writer, "Campo", (0, 700, 300, 800))

        with pytest.raises(shapes.Changed):
            looks.review(document, changed(document, cover), nothing, place)

    def test_the_place_is_blank_and_below_the_words(self, document, room):
        left, bottom, right, top = room
        page = pypdfium2.PdfDocument(document)[0]
        assert page.get_textpage().get_text_bounded(left, bottom, right, top).strip() == ""
        assert (right - left) > 400
        assert (top - bottom) > 200


class TestBytes:
    def test_bytes_that_nothing_names_before_between_and_in_an_update(self, document, ana):
        hidden = b"\n900 0 obj\n<< /Type /Page >>\nendobj\n"
        place = len(document)
        start = changed(document, lambda writer: writer.update_root())
        moved = document + hidden + start[place:]
        assert problem(moved, document) != "unsigned"
        content = self.signs_after(document, hidden, ana)
        assert problem(content, document) == "changed"

    @staticmethod
    def signs_after(document, hidden, card):
        """Signed as an update that begins behind ``hidden`` bytes."""
        end = document.rindex(b"startxref")
        again = document + hidden + document[end:]
        return card.signs(again)

    def test_a_comment_that_hides_an_object(self, document, ana):
        assert problem(self.signs_after(document, b"\n% 9 0 obj <<>> endobj\n", ana), document) == "changed"

    def test_a_program_that_names_itself_in_a_comment(self, signed, document):
        reader = PdfFileReader(io.BytesIO(signed))
        from apps.stages.acceptance.certificates import spans

        assert spans.are_named(signed, reader, 0, len(document))
        assert spans.BETWEEN.match(b"%iText-5.5.13\n")

    def test_a_dictionary_with_one_key_twice(self, document, ana):
        content = ana.signs(document)
        place = content.index(b"/Filter /Adobe.PPKLite")
        assert problem(content[:place] + b"/Type /Sig " + content[place:], document) in ("unreadable", "broken")

    def test_a_gap_that_holds_more_than_the_signature(self, document, ana):
        content = ana.signs(document)
        begin = content.index(b"/Contents <") + len(b"/Contents <")
        end = content.index(b">", begin)
        for inside in (b"> (Nada) <", b"%", b"zz"):
            forged = content[: end - len(inside)] + inside + content[end:]
            assert problem(forged, document) in ("broken", "unreadable", "changed")

    def test_a_signature_that_covers_a_part_alone(self, document, ana):
        content = ana.signs(document)
        found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", content)
        rest = int(found[3]) - 20
        other = b"/ByteRange [0 %s %s %d]" % (found[1], found[2], rest)
        shorter = content.replace(found[0], other.ljust(len(found[0])))
        assert problem(shorter, document) == "broken"
        far = found[0].replace(b"[0 ", b"[9 ")
        assert problem(content.replace(found[0], far), document) == "broken"

    def test_an_update_that_makes_numbers_free_again(self, document):
        """What comes next would take the numbers of what is there, and look new."""
        size = int(PdfFileReader(io.BytesIO(document)).trailer["/Size"])
        update = changed(document, lambda writer: writer.update_root())[len(document) :]
        for less in (6, 10, size - 2):
            (said,) = re.findall(rb"/Size [0-9]+", update)
            assert (
                problem(document + update.replace(said, (b"/Size %d" % less).ljust(len(said))), document)
                == "unreadable"
            )

    def test_a_compressed_bomb_in_a_stamp_or_a_store_ends_in_an_answer(self, document, ana):
        def store(writer):
            stream = generic.StreamObject(encoded_data=zlib.compress(b"\0" * 300_000_000, 9))
            stream[NAME("/Filter")] = NAME("/FlateDecode")
            writer.root[NAME("/DSS")] = dictionary(CRLs=generic.ArrayObject([writer.add_object(stream)]))
            writer.update_root()

        assert problem(ana.signs(changed(document, store)), document) == "unreadable"

    def test_an_update_with_an_object_stream_that_holds_what_the_table_does_not_name(self, document, ana):
        writer = IncrementalPdfFileWriter(io.BytesIO(document))
        held = writer.prepare_object_stream()
        writer.add_object(dictionary(Type=NAME("/Extra")), obj_stream=held)
        writer.update_root()
        out = io.BytesIO()
        writer.write(out)
        assert problem(ana.signs(out.getvalue()), document) == "changed"


def test_every_problem_has_its_sentence():
    import ast
    import inspect

    from apps.stages.acceptance.certificates import spans

    named = set()
    for module in (changes, looks, outside, shapes, spans):
        for call in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in (
                "Changed", "Wrong", "wrong",
            ):  # fmt: skip
                named |= {each.value for each in call.args if isinstance(each, ast.Constant)}
    named |= set(outside.PROBLEM_OF_INDICATION.values())
    assert named <= set(elsewhere.SENTENCES)


def test_a_signed_term_of_many_pages_is_judged_within_the_limits(ana):
    """In steps of the reader, not in seconds: how many objects are read does not grow with the document."""
    from apps.core.papers import pdf as core_pdf

    read = {}
    for paragraphs in (40, 400):
        text = "<!doctype html><title>Termo</title>" + "<h2>Cláusula</h2><p>Texto do termo.</p>" * paragraphs
        content = core_pdf.render(text)
        signed = ana.signs(content)
        count = 0
        original = PdfFileReader.get_object

        def counted(self, *arguments, original=original, **more):
            nonlocal count
            count += 1
            return original(self, *arguments, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(PdfFileReader, "get_object", counted)
            assert "problem" not in judged(signed, content)
        read[paragraphs] = count
    assert read[400] < read[40] * 2
