"""A term signed elsewhere comes in: authorities are asked, and what they do not answer is said."""

import pytest
from django.urls import reverse
from pyhanko_certvalidator import ValidationContext

from apps.core.network import outbound
from apps.stages.acceptance.signing import elsewhere, identity
from tests.acceptance.authority import CPF, Authority, asn1, the_authority
from tests.acceptance.door import (
    brought,
    refused,
    signed_by,
    the_card,
)
from tests.acceptance.factories import content_of, signatory

pytestmark = pytest.mark.django_db


class TestRevocation:
    def test_the_lists_of_a_trusted_chain_are_fetched_through_the_one_way_out(self, term, monkeypatch):
        lists, asked = the_authority().lists(), []

        def fetch(method, url, *, headers, max_bytes, seconds):
            asked.append((method, url))
            assert max_bytes == elsewhere.LIST_BYTES
            assert seconds <= elsewhere.ONE_ANSWER_SECONDS
            return outbound.Answer(200, url, body=lists[url])

        monkeypatch.setattr(outbound, "fetch", fetch)
        brought(term, signed_by(term, the_card(term, "client")))
        assert sorted(asked) == sorted(("GET", url) for url in lists)
        assert signatory(term, "client").certificate["revocation"] == "good"

    def test_what_the_file_brings_of_that_day_is_asked_again(self, term, monkeypatch):
        card = the_card(term, "client")
        context = ValidationContext(
            trust_roots=[asn1(card.authority.root)], crls=list(card.authority.lists().values()), allow_fetching=False
        )
        content = card.signs(content_of(term.pdf), embed_validation_info=True, validation_context=context)
        lists = the_authority().lists(card)
        monkeypatch.setattr(outbound, "fetch", lambda method, url, **more: outbound.Answer(200, url, body=lists[url]))
        assert "foi revogado" in refused(term, content)

    def test_an_authority_is_asked_by_post_and_its_answer_beats_its_list(self, term, monkeypatch, settings, tmp_path):
        authority = Authority(ocsp="http://ocsp.icpbrasil.example.com/")
        settings.TERM_TRUST_ROOTS = authority.trusted_in(tmp_path / "others")
        row = signatory(term, "client")
        identity.give_cpf(row, by=row.user, cpf=CPF)
        card = authority.person(row.name)
        asked = []

        def fetch(method, url, *, body=b"", headers, **more):
            asked.append((method, headers["Accept"]))
            known = authority.lists()
            return outbound.Answer(200, url, body=authority.answers(body, card, revoked=True) if body else known[url])

        monkeypatch.setattr(outbound, "fetch", fetch)
        assert "foi revogado" in refused(term, signed_by(term, card))
        assert ("POST", "application/ocsp-response") in asked

    def test_asking_ends_however_many_authorities_are_slow(self, monkeypatch):
        """Each answer takes its share of the time, and then it is said that the rest was not asked."""
        clock_, asked = [0.0], []

        def slow(method, url, *, seconds, **more):
            clock_[0] += seconds
            asked.append(seconds)
            raise outbound.Unreachable("timeout")

        monkeypatch.setattr(outbound, "fetch", slow)
        monkeypatch.setattr(elsewhere.time, "monotonic", lambda: clock_[0])
        questions = [
            {"urls": [f"http://x/{number}/{copy}" for copy in range(3)], "request": ""} for number in range(50)
        ]
        assert elsewhere._fetch_answers(questions) == []
        assert sum(asked) <= elsewhere.ASKING_SECONDS

    def test_an_address_inside_the_house_is_not_reached(self, monkeypatch):
        monkeypatch.undo()
        for url in ("http://127.0.0.1/lista.crl", "http://[::1]/", "http://169.254.169.254/x"):
            assert elsewhere._fetch_answers([{"urls": [url], "request": ""}, {"urls": [url], "request": "3000"}]) == []

    def test_a_revoked_one_is_refused(self, term, monkeypatch):
        card = the_card(term, "client")
        lists = the_authority().lists(card)
        monkeypatch.setattr(outbound, "fetch", lambda method, url, **more: outbound.Answer(200, url, body=lists[url]))
        assert "foi revogado" in refused(term, signed_by(term, card))

    @pytest.mark.parametrize("answer", [outbound.Answer(404, "x"), outbound.Answer(200, "x", body=b"<html>")])
    def test_what_could_not_be_asked_is_kept_and_shown(self, term, monkeypatch, client_for, answer):
        monkeypatch.setattr(outbound, "fetch", lambda method, url, **more: answer)
        brought(term, signed_by(term, the_card(term, "client")))
        page = client_for(term.rollout.people["integrator"]).get(reverse("acceptance:room", args=[term.rollout_id]))
        assert "revogação não consultada" in page.content.decode()

    def test_of_a_chain_that_nobody_trusts_nothing_is_fetched(self, term, monkeypatch):
        def fetch(*args, **more):
            raise AssertionError("a stranger's address was asked")

        monkeypatch.setattr(outbound, "fetch", fetch)
        refused(term, signed_by(term, Authority().person(signatory(term, "client").name)))
