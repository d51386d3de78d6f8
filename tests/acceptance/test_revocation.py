"""Whether certificates were revoked: what is asked, and whose word counts. No database."""

from datetime import UTC, datetime, timedelta

import pytest
from pyhanko_certvalidator import ValidationContext

from tests.acceptance.authority import LIST, ROOT_LIST, Authority, asn1, the_authority
from tests.acceptance.test_outside import ana, document, judged, problem, signed

__all__ = ["ana", "document", "signed"]  # fixtures
RESPONDER = "http://ocsp.icpbrasil.example.com/"


def archived(card, document, lists, *, answers=()):
    """Signed with the lists (CRL) and answers (OCSP) of that day inside, as programs do for the long term."""
    authority = card.authority
    context = ValidationContext(
        trust_roots=[asn1(authority.root)], crls=list(lists.values()), ocsps=list(answers), allow_fetching=False
    )
    return card.signs(document, embed_validation_info=True, validation_context=context)


def revocation(content, document, **more):
    return judged(content, document, **more)["signatures"][0]["revocation"]


class TestWhatTheFileBrings:
    def test_a_list_from_before_the_revocation_is_not_believed(self, document):
        card = the_authority().person("Ana")
        content = archived(card, document, the_authority().lists())
        assert revocation(content, document) == "unknown"
        assert revocation(content, document, lists=the_authority().lists().values()) == "good"
        assert problem(content, document, lists=the_authority().lists(card).values()) == "revoked"

    def test_a_list_that_names_the_certificate_is(self, document):
        card = the_authority().person("Ana")
        from asn1crypto import crl

        content = archived(card, document, the_authority().lists())
        lists = [crl.CertificateList.load(each) for each in the_authority().lists(card).values()]
        import io

        from pyhanko.sign.validation.dss import DocumentSecurityStore

        out = io.BytesIO(content)
        DocumentSecurityStore.add_dss(out, sig_contents=None, crls=lists)
        assert problem(out.getvalue(), document) == "revoked"

    def test_nothing_of_a_stranger(self, document, signed, ana):
        """A list of the same name, signed by somebody else: neither good nor revoked."""
        stranger = Authority()
        assert revocation(signed, document, lists=stranger.lists(ana).values()) == "unknown"
        both = [*stranger.lists(ana).values(), *the_authority().lists().values()]
        assert revocation(signed, document, lists=both) == "good"


class TestTheChain:
    def test_each_certificate_of_it_is_asked_for(self, document, signed):
        asked = judged(signed, document)["ask"]
        assert [each["urls"] for each in asked] == [[ROOT_LIST], [LIST]]

    def test_half_of_it_is_not_the_chain(self, document, signed):
        lists = the_authority().lists()
        for missing in (LIST, ROOT_LIST):
            rest = [body for url, body in lists.items() if url != missing]
            assert revocation(signed, document, lists=rest) == "unknown"

    def test_an_authority_that_was_revoked(self, document):
        authority = Authority()
        content = authority.person("Ana").signs(document)
        lists = authority.lists(authority_too=True)
        assert problem(content, document, authority=authority, lists=lists.values()) == "revoked"

    @pytest.mark.parametrize("days", [-5, 30])
    def test_an_old_list_tells_of_a_revocation_and_never_that_there_is_none(self, document, signed, ana, days):
        lists = the_authority().lists(until=days)
        assert revocation(signed, document, lists=lists.values()) == ("good" if days > 0 else "unknown")
        assert problem(signed, document, lists=the_authority().lists(ana, until=days).values()) == "revoked"


class TestAnswers:
    @pytest.fixture
    def authority(self):
        return Authority(ocsp=RESPONDER)

    @pytest.fixture
    def card(self, authority):
        return authority.person("Ana")

    @pytest.fixture
    def content(self, card, document):
        return card.signs(document)

    def asked(self, content, document, authority):
        """The request for the certificate, and the list that its authority's own issuer publishes."""
        asked = judged(content, document, authority=authority)["ask"]
        (request,) = [bytes.fromhex(each["request"]) for each in asked if each["request"]]
        assert [each["urls"] for each in asked] == [[ROOT_LIST], [RESPONDER], [LIST]]
        return request

    def test_one_that_it_is_good(self, authority, card, content, document):
        request = self.asked(content, document, authority)
        answers = [(authority.answers(request, card), request)]
        root = [authority.lists()[ROOT_LIST]]
        assert revocation(content, document, authority=authority, answers=answers) == "unknown"
        assert revocation(content, document, authority=authority, answers=answers, lists=root) == "good"

    def test_one_that_it_is_revoked_whatever_a_list_says(self, authority, card, content, document):
        request = self.asked(content, document, authority)
        answers = [(authority.answers(request, card, revoked=True), request)]
        lists = authority.lists().values()
        assert problem(content, document, authority=authority, answers=answers, lists=lists) == "revoked"

    def test_a_list_that_it_is_revoked_whatever_an_answer_says(self, authority, card, content, document):
        request = self.asked(content, document, authority)
        answers = [(authority.answers(request, card), request)]
        lists = authority.lists(card).values()
        assert problem(content, document, authority=authority, answers=answers, lists=lists) == "revoked"

    def test_one_to_another_question(self, authority, card, content, document):
        request = self.asked(content, document, authority)
        with pytest.raises(ValueError, match="nonces"):
            judged(
                content,
                document,
                authority=authority,
                answers=[(authority.answers(request, card, nonce=False), request)],
            )
        other = authority.person("Outra")
        answers = [(authority.answers(request, other), request)]
        root = [authority.lists()[ROOT_LIST]]
        assert revocation(content, document, authority=authority, answers=answers, lists=root) == "unknown"

    def test_one_of_a_stranger(self, authority, card, content, document):
        request = self.asked(content, document, authority)
        answers = [(authority.answers(request, card, by=Authority()), request)]
        root = [authority.lists()[ROOT_LIST]]
        assert revocation(content, document, authority=authority, answers=answers, lists=root) == "unknown"

    @pytest.mark.parametrize("content_", [b"", b"<html>", b"\x30\x03\x0a\x01\x06"])
    def test_what_is_no_answer(self, content_):
        from apps.stages.acceptance.certificates import revocation as reading

        with pytest.raises(ValueError):  # noqa: PT011 - whatever the reader says of it
            reading.answer(content_, b"\x30\x00")


class TestAddresses:
    @pytest.mark.parametrize(
        "url", ["ldap://ac.example.com/x", "file:///etc/passwd", "ftp://x/y", "http://[", "http://x/" + "a" * 600, ""]
    )
    def test_what_is_not_of_the_web_is_never_asked(self, url):
        from apps.stages.acceptance.certificates import revocation as reading

        assert reading._addresses([url, None, "http://ac.example.com/1.crl"]) == ["http://ac.example.com/1.crl"]

    def test_copies_of_a_list_are_tried_in_turn_and_not_without_end(self):
        from apps.stages.acceptance.certificates import revocation as reading

        urls = [f"http://ac.example.com/{number}.crl" for number in range(9)]
        assert reading._addresses([*urls, *urls]) == urls[: reading.ADDRESSES]


def test_a_timestamp_from_before_a_revocation_is_no_help(document):
    """A stolen card could have its clock proven too: revoked on the day of upload refuses."""
    authority, now = the_authority(), datetime.now(UTC)
    card = authority.person("Ana")
    stamped = card.signs(document, stamper=authority.stamper(now - timedelta(days=5)))
    lists = authority.lists(card).values()
    assert problem(stamped, document, since=now - timedelta(days=6), lists=lists) == "revoked"
