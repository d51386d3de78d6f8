"""A seal beside what it seals: whose it is, when it was, and that nothing of it is free; one set of answers."""

import json
from datetime import timedelta

import pytest
from asn1crypto import tsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.core.management import CommandError
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1, translate_pyca_cryptography_key_to_asn1
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from apps.core import clock
from apps.core.network import outbound
from apps.rollouts import tasks
from apps.rollouts.anchors import anchoring, verification
from apps.rollouts.models import AnchorSheet
from apps.seals import certificates, signatures, trust
from apps.seals.certificates import NoTimestamp
from apps.seals.outcomes import Outcome, worst
from apps.seals.verifying import VerifyingCommand
from tests.acceptance.test_sealing import a_certificate
from tests.rollouts.test_anchors import with_events

CONTENT = b'{"a":1}'


@pytest.fixture
def sealed(presences_seal):
    signer = certificates.signer()
    return signatures.sign(CONTENT, signer), signatures.description_of(signer)


@pytest.fixture
def authority(monkeypatch, settings, tmp_path):
    """A timestamp authority behind the one way out, and whether it answers; its certificate is trusted from ``roots``."""
    settings.TERM_TSA_URL = "https://tsa.example.com/"
    key, certificate = a_certificate(ExtendedKeyUsageOID.TIME_STAMPING)
    own = translate_pyca_cryptography_cert_to_asn1(certificate)
    state = {"away": False, "asked": 0, "at": None, "roots": tmp_path / "roots"}
    state["roots"].mkdir()
    (state["roots"] / "tsa.der").write_bytes(own.dump())

    def answers(method, url, *, headers, body, max_bytes):
        state["asked"] += 1
        if state["away"]:
            raise outbound.Unreachable("timeout")
        stamper = DummyTimeStamper(own, translate_pyca_cryptography_key_to_asn1(key), fixed_dt=state["at"])
        answer = stamper.request_tsa_response(tsp.TimeStampReq.load(body))
        return outbound.Answer(200, url, {"content-type": "application/timestamp-reply"}, answer.dump())

    monkeypatch.setattr(outbound, "fetch", answers)
    return state


class TestASeal:
    def test_it_is_whole_for_who_believes_its_certificate_and_untrusted_for_others(self, sealed):
        seal, told = sealed
        assert signatures.examine(CONTENT, seal, told, trust.configured()).outcome is Outcome.WHOLE
        found = signatures.examine(CONTENT, seal, told)
        assert (found.outcome, found.holds) == (Outcome.UNTRUSTED, True)
        assert "Presence" in found.sealed_by
        assert abs(found.sealed_at - clock.now()) < timedelta(hours=1)

    def test_of_other_content_it_is_broken(self, sealed):
        seal, told = sealed
        assert signatures.examine(CONTENT + b" ", seal, told, trust.configured()).outcome is Outcome.BROKEN

    def test_other_certificates_than_were_named_are_found(self, sealed):
        seal, told = sealed
        for wrong in (
            {"certificates": []},
            {"certificates": ["0" * 64]},
            {},
            {"certificates": [*told["certificates"], "x"]},
        ):
            assert signatures.examine(CONTENT, seal, wrong, trust.configured()).outcome is Outcome.BROKEN

    @pytest.mark.parametrize("seal", [b"", b"0", b"\x30\x80", b"\x30\x82\xff\xff", b"x" * 300_000])
    def test_what_is_no_seal_is_broken_and_nothing_worse(self, seal):
        assert signatures.examine(CONTENT, seal, {"certificates": []}).outcome is Outcome.BROKEN

    def test_something_behind_it_is_found(self, sealed):
        seal, told = sealed
        assert signatures.examine(CONTENT, seal + b"\0", told, trust.configured()).outcome is Outcome.BROKEN


class TestItsTime:
    def test_is_an_authoritys_where_that_is_believed(self, sealed, authority, settings, presences_seal):
        settings.TERM_TRUST_ROOTS = str(authority["roots"])
        signer = certificates.signer()
        seal = signatures.sign(CONTENT, signer)
        found = signatures.examine(CONTENT, seal, signatures.description_of(signer), trust.configured())
        assert (found.outcome, found.timestamped, found.unvouched_time_authority) == (Outcome.WHOLE, True, "")

    def test_is_not_an_authoritys_for_whom_nobody_vouches(self, sealed, authority):
        signer = certificates.signer()
        authority["at"] = clock.now() - timedelta(days=400)
        seal = signatures.sign(CONTENT, signer)
        found = signatures.examine(CONTENT, seal, signatures.description_of(signer), trust.configured())
        assert not found.timestamped
        assert clock.now() - found.sealed_at < timedelta(hours=1)
        assert "Presence de teste" in found.sealing_time()


@pytest.mark.django_db
@pytest.mark.usefixtures("presences_seal")
class TestSheets:
    def test_one_timestamp_is_asked_for_a_night(self, authority, settings):
        settings.TERM_TRUST_ROOTS = str(authority["roots"])
        with_events(), with_events()
        tasks.anchor_changed_rollouts()
        assert authority["asked"] == 1
        signed = verification.sheets(trust.configured())
        assert signed.outcome is Outcome.WHOLE

    def test_an_authority_that_is_away_leaves_no_sheet_and_the_next_night_signs(self, authority, caplog):
        rollout = with_events()
        authority["away"] = True
        tasks.anchor_changed_rollouts()
        assert not AnchorSheet.objects.exists()
        with pytest.raises(NoTimestamp):
            anchoring.anchor_at(rollout, 1)
        authority["away"] = False
        tasks.anchor_changed_rollouts()
        assert rollout.anchors.count() == 1

    def test_one_that_says_another_day_than_its_authority_is_found(self, authority, settings):
        settings.TERM_TRUST_ROOTS = str(authority["roots"])
        with_events()
        authority["at"] = clock.now() + timedelta(days=5)
        tasks.anchor_changed_rollouts()
        assert "anchor sheet #1 was not signed when it says" in verification.sheets(trust.configured()).problems

    def test_its_content_is_canonical_so_that_anybody_can_write_it_anew(self):
        with_events()
        tasks.anchor_changed_rollouts()
        sheet = AnchorSheet.objects.get()
        assert (
            json.dumps(json.loads(sheet.content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            == sheet.content
        )


class TestOutcomes:
    def test_of_several_the_worst_is_said(self):
        assert worst([]) is Outcome.WHOLE
        assert worst([Outcome.WHOLE, Outcome.UNTRUSTED]) is Outcome.UNTRUSTED
        assert worst([Outcome.UNTRUSTED, Outcome.ERROR]) is Outcome.ERROR
        assert worst([Outcome.ERROR, Outcome.BROKEN, Outcome.WHOLE]) is Outcome.BROKEN

    @pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.WHOLE])
    def test_everything_but_whole_ends_a_command_with_a_code_of_its_own(self, outcome):
        with pytest.raises(CommandError, match=f"^{outcome}: x$") as refusal:
            VerifyingCommand().conclude(outcome, "x")
        assert refusal.value.returncode == outcome.value != 0

    def test_the_codes_are_documented(self, settings):
        text = (settings.BASE_DIR / "docs" / "timeline.md").read_text()
        for outcome in Outcome:
            assert f"| `{outcome}` | {outcome.value} |" in text


class TestTrust:
    def test_the_demonstrations_certificate_is_never_believed(self, settings, demonstration_seal):
        certificates.signer()
        assert trust.configured().certificates == ()

    def test_a_seal_exchanged_for_another_is_read_anew(self, presences_seal, settings, tmp_path):
        first = trust.configured().fingerprints
        certificates.make(tmp_path / "new.p12")
        settings.TERM_SEAL_FILE = str(tmp_path / "new.p12")
        assert trust.configured().fingerprints != first
