"""What a file that was signed elsewhere is worth: each rule and each way to break it. No database: a file tells all."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko_certvalidator import ValidationContext

from apps.core.papers import pdf as core_pdf
from apps.stages.acceptance.certificates import looks, outside, revocation
from apps.stages.acceptance.sealing import pages
from tests.acceptance.authority import CPF, LIST, ROOT_LIST, Authority, apart, asn1, the_authority

NAME = generic.pdf_name


@pytest.fixture(scope="module")
def document():
    """A tagged PDF/A-3 with a link, something attached, and a place for stamps, as terms are."""
    style = render_to_string("acceptance/pdf_style.html")
    text = f"<!doctype html><html lang=pt><title>Termo</title>{style}<h1>Termo</h1>"
    text += "<p><a href='https://example.com/'>x</a> Vinte por cento ao mês.</p>"
    attached = core_pdf.Attachment("termo.json", b"{}", dated=datetime(2026, 3, 2, tzinfo=UTC))
    return core_pdf.render(text + render_to_string("acceptance/stamps.html"), [attached])


@pytest.fixture(scope="module")
def room(document):
    """Left, bottom, right and top of the place for stamps."""
    return looks.place(PdfFileReader(io.BytesIO(document)).get_historical_resolver(0)).box


def within(room, number=0):
    """A box for a stamp in the place, beside the ones before."""
    left, bottom = room[0] + 5 + 150 * number, room[1] + 5
    return tuple(int(each) for each in (left, bottom, left + 140, bottom + 60))


@pytest.fixture(scope="module")
def ana():
    return the_authority().person("Ana Souza", "ana@loja.com.br")


@pytest.fixture(scope="module")
def loja():
    return the_authority().company("Loja Ltda", "11222333000181")


@pytest.fixture(scope="module")
def signed(document, ana):
    return ana.signs(document)


def judged(content, document, *, authority=None, lists=(), others=(), **more):
    authority = authority or the_authority()
    now = datetime.now(UTC)
    answers = more.pop("answers", ())
    trust = outside.SignatureTrust(
        roots=[asn1(authority.root)],
        others=list(others),
        since=more.pop("since", now - timedelta(days=1)),
        at=more.pop("at", now),
        crls=[outside.revocation_list(each) for each in lists],
        ocsps=[revocation.answer(content, request) for content, request in answers],
    )
    return apart(lambda: outside.judge(content, document=len(document), trust=trust))


def problem(content, document, **more):
    return judged(content, document, **more).get("problem")


def changed(content, change):
    """``content`` with an update behind it, in which ``change(writer)`` did something."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def comment(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            NAME("/Type"): NAME("/Annot"),
            NAME("/Subtype"): NAME("/FreeText"),
            NAME("/Rect"): generic.ArrayObject(generic.NumberObject(each) for each in (10, 10, 200, 50)),
            NAME("/Contents"): generic.pdf_string("Não concordo"),
        }
    )
    added = writer.add_object(note)
    kept = page.get("/Annots", generic.ArrayObject())
    page[NAME("/Annots")] = generic.ArrayObject([*kept, added])
    writer.update_container(page)


def other_text(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    page[NAME("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"BT (R$ 1,00) Tj ET"))
    writer.update_container(page)


def more_attached(writer):
    pages.attach(writer, "mais.json", {}, "x")


def another_page(writer):
    tree = writer.root["/Pages"]
    tree["/Kids"].append(tree["/Kids"].raw_get(0))
    tree[NAME("/Count")] = generic.NumberObject(2)
    writer.update_container(tree)


def a_field(writer):
    field = writer.add_object(
        generic.DictionaryObject(
            {NAME("/FT"): NAME("/Tx"), NAME("/T"): generic.pdf_string("valor"), NAME("/V"): generic.pdf_string("9")}
        )
    )
    fields = list(writer.root["/AcroForm"]["/Fields"]) if "/AcroForm" in writer.root else []
    form = generic.DictionaryObject({NAME("/Fields"): generic.ArrayObject([*fields, field])})
    writer.root[NAME("/AcroForm")] = form
    writer.update_root()


def opens_something(writer):
    writer.root[NAME("/OpenAction")] = generic.DictionaryObject(
        {NAME("/S"): NAME("/JavaScript"), NAME("/JS"): generic.pdf_string("app.alert(1)")}
    )
    writer.update_root()


CHANGES = [comment, other_text, more_attached, another_page, a_field, opens_something]


class TestWhatIsGood:
    def test_one_signature_and_what_is_kept_of_it(self, signed, document, ana):
        found = judged(signed, document)
        (facts,) = found["signatures"]
        assert (facts["subject"], facts["cpf"], facts["cnpj"]) == ("ANA SOUZA", CPF, "")
        assert (facts["issuer"], facts["root"]) == ("AC Intermediária de teste", "AC Raiz de teste")
        assert facts["icp_brasil"] is True
        assert facts["fingerprint"] == ana.certificate.fingerprint(hashes.SHA256()).hex()
        assert int(facts["serial"], 16) == ana.certificate.serial_number
        assert facts["timestamped"] is False
        assert facts["revocation"] == "unknown"
        assert [each["urls"] for each in found["ask"]] == [[ROOT_LIST], [LIST]]
        assert {(facts["fingerprint"], facts["signature"])} == outside.signature_digests(signed)

    def test_several_signatures_in_their_order(self, signed, document, loja):
        found = judged(loja.signs(signed), document)
        assert [each["subject"] for each in found["signatures"]] == ["ANA SOUZA", "LOJA LTDA"]
        assert found["signatures"][1]["cnpj"] == "11222333000181"

    def test_those_that_are_shown_in_the_place_for_them(self, document, ana, loja, room):
        shown = ana.signs(document, box=within(room))
        assert "problem" not in judged(loja.signs(shown, box=within(room, 1)), document)

    def test_a_field_that_was_there_before_is_filled(self, document, ana, room):
        prepared = changed(
            document, lambda writer: append_signature_field(writer, SigFieldSpec("Aqui", box=within(room)))
        )
        assert "problem" not in judged(ana.signs(prepared, "Aqui"), document)

    def test_with_the_lists_of_revoked_certificates_it_is_told_that_none_is_revoked(self, signed, document):
        found = judged(signed, document, lists=the_authority().lists().values())
        assert found["signatures"][0]["revocation"] == "good"

    def test_a_list_that_is_over_tells_nothing(self, signed, document):
        found = judged(signed, document, lists=the_authority().lists(until=-5).values())
        assert found["signatures"][0]["revocation"] == "unknown"

    def test_but_whom_it_revoked_stays_revoked(self, signed, document, ana):
        lists = the_authority().lists(ana, until=-5)
        assert problem(signed, document, lists=lists.values()) == "revoked"

    def test_validation_data_and_a_timestamp_behind_the_signature_are_read_and_let_pass(self, document, ana):
        """PAdES B-LTA, as signing programs write it: what proves the signature later stands behind it."""
        authority, now = the_authority(), datetime.now(UTC)
        context = ValidationContext(
            trust_roots=[asn1(authority.root)], crls=list(authority.lists().values()), allow_fetching=False
        )
        content = ana.signs(
            document,
            stamper=authority.stamper(now),
            embed_validation_info=True,
            validation_context=context,
            use_pades_lta=True,
        )
        assert b"/DocTimeStamp" in content
        found = judged(content, document)
        (facts,) = found["signatures"]
        assert (facts["timestamped"], facts["revocation"]) == (True, "unknown")
        (facts,) = judged(content, document, lists=authority.lists().values())["signatures"]
        assert facts["revocation"] == "good"

    def test_a_certificate_that_ended_since_holds_by_the_time_that_an_authority_gave(self, document):
        authority, now = the_authority(), datetime.now(UTC)
        card = authority.person("Ana", until=-1)
        stamped = card.signs(document, stamper=authority.stamper(now - timedelta(days=2)))
        (facts,) = judged(stamped, document, since=now - timedelta(days=3))["signatures"]
        assert facts["timestamped"] is True
        late = card.signs(document, stamper=authority.stamper(now - timedelta(hours=1)))
        assert problem(late, document, since=now - timedelta(days=3)) == "expired"
        stranger = card.signs(document, stamper=Authority().stamper(now - timedelta(days=2)))
        assert problem(stranger, document, since=now - timedelta(days=3)) == "expired"
        lists = authority.lists(card).values()
        assert problem(stamped, document, since=now - timedelta(days=3), lists=lists) == "revoked"

    def test_another_authority_is_not_called_icp_brasil(self, document):
        other = Authority("Cartório Exemplo")
        (facts,) = judged(other.person("Ana").signs(document), document, authority=other)["signatures"]
        assert facts["icp_brasil"] is False


class TestWhatIsRefused:
    def test_no_signature_at_all(self, document):
        assert problem(document, document) == "unsigned"
        assert problem(changed(document, lambda writer: writer.update_root()), document) == "unsigned"

    @pytest.mark.parametrize("change", CHANGES)
    def test_something_else_changed_before_the_signature(self, document, ana, change):
        assert problem(ana.signs(changed(document, change)), document) == "changed"

    @pytest.mark.parametrize("change", CHANGES)
    def test_something_else_changed_after_the_signature(self, signed, document, change):
        assert problem(changed(signed, change), document) == "changed"

    def test_something_else_changed_between_two_signatures(self, signed, document, loja):
        assert problem(loja.signs(changed(signed, comment)), document) == "changed"

    def test_a_certification_that_closes_the_document_to_others(self, document, ana):
        closed = ana.signs(document, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
        assert problem(closed, document) == "changed"

    def test_a_stamp_that_hides_the_page(self, document, ana):
        assert problem(ana.signs(document, box=(0, 0, 595, 842)), document) == "stamp"

    def test_a_field_that_does_something(self, document, ana):
        def acts(writer):
            append_signature_field(writer, SigFieldSpec("Aqui", box=(9, 9, 90, 40)))
            field = writer.root["/AcroForm"]["/Fields"][0]
            field[NAME("/AA")] = generic.DictionaryObject()

        assert problem(ana.signs(changed(document, acts)), document) == "changed"

    def test_another_document_behind_the_terms_own(self, document, ana):
        """The first bytes are right, and no reader shows them."""
        other = bytes(ana.signs(core_pdf.render("<p>Outra coisa</p>")))
        assert problem(document + other, document) in ("changed", "unreadable", "broken")

    def test_something_behind_the_end(self, signed, document):
        assert problem(signed + b"e mais isto", document) == "changed"

    def test_a_changed_byte_of_what_was_signed(self, signed, document):
        place = signed.index(b"/ByteRange") - 3
        assert problem(signed[:place] + b"#" + signed[place + 1 :], document) in ("broken", "unreadable", "changed")

    def test_a_signature_of_something_else(self, signed, document, ana):
        """The signature of one file put into the place of another's."""
        other = ana.signs(document, reason="Outra")

        def place(content):
            (found,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
            return found.byte_range[1], found.byte_range[2]

        (begin, end), (first, last) = place(signed), place(other)
        hexadecimal = other[first + 1 : last - 1].ljust(end - begin, b"0")[: end - begin - 2]
        moved = signed[: begin + 1] + hexadecimal + signed[end - 1 :]
        assert problem(moved, document) == "broken"

    def test_an_authority_that_nobody_trusts(self, signed, document):
        assert problem(signed, document, authority=Authority()) == "untrusted"

    def test_a_chain_that_nobody_can_complete(self, document, ana):
        alone = the_authority().person("Ana")
        alone.authority = Authority()  # The file brings the wrong certificates beside the right one.
        content = alone.signs(document)
        assert problem(content, document) == "untrusted"
        assert "problem" not in judged(content, document, others=[asn1(the_authority().issuer)])

    def test_a_revoked_certificate(self, signed, document, ana):
        assert problem(signed, document, lists=the_authority().lists(ana).values()) == "revoked"

    @pytest.mark.parametrize(("since", "until"), [(-100, -1), (1, 100)])
    def test_a_certificate_that_was_not_valid(self, document, since, until):
        card = the_authority().person("Ana", since=since, until=until)
        said = judged(card.signs(document), document)
        assert said["problem"] == "expired"
        assert said["about"]["from"] < said["about"]["to"]

    def test_a_certificate_for_something_else(self, document):
        assert problem(the_authority().person("Ana", usage=False).signs(document), document) == "usage"

    @pytest.mark.parametrize("purpose", [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.TIME_STAMPING])
    def test_a_certificate_of_a_machine_though_it_names_the_company(self, document, purpose):
        server = the_authority().company("www.loja.com.br", "11222333000181", purpose=purpose)
        assert problem(server.signs(document), document) == "usage"

    def test_a_weak_algorithm(self, document, ana):
        assert problem(ana.signs(document, digest="sha1"), document) == "weak"

    @pytest.mark.parametrize("days", [-3, 3])
    def test_a_time_that_cannot_be(self, document, ana, days):
        content = ana.signs(document, at=datetime.now(UTC) + timedelta(days=days))
        assert problem(content, document) == "time"

    def test_a_clock_in_the_wrong_time_zone_is_no_reason(self, document, ana):
        assert "problem" not in judged(ana.signs(document, at=datetime.now(UTC) + timedelta(hours=3)), document)

    def test_more_signatures_than_anybody_needs(self, document, ana):
        content = document
        for number in range(outside.SIGNATURES + 1):
            content = ana.signs(content, f"A{number}")
        assert problem(content, document) == "many"

    @pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"\0" * 900, b""])
    def test_what_is_no_pdf(self, content):
        assert problem(content, content) == "unreadable"

    @given(st.binary(max_size=400))
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_anything_behind_the_document_is_answered(self, document, tail):
        assert problem(document + tail, document) in ("unreadable", "unsigned", "changed")


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_changed_byte_behind_the_document_is_never_accepted_as_that_signature(signed, document, data):
    place = data.draw(st.integers(len(document), len(signed) - 1))
    flipped = bytearray(signed)
    flipped[place] ^= data.draw(st.integers(1, 255))
    found = judged(bytes(flipped), document)
    if "problem" not in found:
        # Only in the place of the signature, which it does not cover: in the padding, or where nothing counts.
        (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
        _start, begin, resume, _rest = signature.byte_range
        assert begin < place < resume
        assert [each["subject"] for each in found["signatures"]] == ["ANA SOUZA"]
