"""Anchors: what somebody with the keys of the database did to a timeline shows, unless they have Presence's seal too."""

import json
import logging
from datetime import timedelta
from email.message import EmailMessage
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from apps.core import canonical, clock, plugins
from apps.core.events import EventData
from apps.rollouts import events, tasks, timeline
from apps.rollouts.anchors import anchoring, saved_heads, verification
from apps.rollouts.models import AnchorSheet, ChainAnchor, Event, Rollout
from apps.seals import certificates, signatures, trust
from apps.seals.certificates import NoTimestamp
from apps.seals.outcomes import Outcome
from tests.rollouts.factories import RolloutFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_three_events", "presences_seal")]

TABLES = ("rollouts_event", "rollouts_anchorsheet", "rollouts_chainanchor")


class NamesASheet(EventData, kind="test.names_a_sheet", sentence="x"):
    anchor: int


def with_events(number: int = 3) -> Rollout:
    rollout = RolloutFactory()
    return goes_on(rollout, number)


def goes_on(rollout: Rollout, number: int = 1) -> Rollout:
    for _time in range(number):
        with timeline.changing(rollout, even_closed=True) as locked:
            timeline.record(locked, events.Resumed(), rollout.people["pm"])
    people = rollout.people
    rollout = Rollout.objects.get(pk=rollout.pk)
    rollout.people = people
    return rollout


@pytest.fixture(scope="module")
def with_three_events(stand):
    return stand(with_events)


@pytest.fixture
def rollout(with_three_events):
    return with_three_events.copy()


@pytest.fixture
def anchored(rollout):
    tasks.anchor_changed_rollouts()
    return rollout


@pytest.fixture
def without_triggers():
    """Somebody with the keys of the database took the triggers away."""

    def drop():
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"DROP TRIGGER {table}_fixed ON {table}")

    return drop


def verify(*arguments) -> tuple[Outcome, str]:
    """What the command answers, and all that it says."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_timeline", *arguments, stdout=out, stderr=err)
    except CommandError as refusal:
        return Outcome(refusal.returncode), f"{out.getvalue()}{err.getvalue()}{refusal}"
    return Outcome.WHOLE, out.getvalue()


def hash_anew(rollout: Rollout) -> None:
    """What an administrator does who changes an event and every hash behind it."""
    previous = timeline.GENESIS
    for event in rollout.events.order_by("sequence"):
        event.previous = previous
        event.hash = previous = canonical.sha256(event.hashed())
        event.save()


def cut(rollout: Rollout, number: int = 1) -> None:
    """The last events and the count of them, gone together."""
    rollout.events.filter(sequence__gt=rollout.version - number).delete()
    Rollout.objects.filter(pk=rollout.pk).update(version=rollout.version - number)


class TestAnchoring:
    def test_one_sheet_is_signed_for_all_that_changed_and_none_where_nothing_did(self, anchored):
        other = with_events(2)
        tasks.anchor_changed_rollouts()
        tasks.anchor_changed_rollouts()
        first, second = AnchorSheet.objects.all()
        assert [(line.rollout_id, line.sequence) for line in first.lines.all()] == [(anchored.pk, 3)]
        assert [(line.rollout_id, line.sequence) for line in second.lines.all()] == [(other.pk, 2)]
        assert json.loads(second.content)["previous"] == first.sha256
        assert verify()[0] is Outcome.WHOLE

    def test_what_goes_on_is_anchored_again(self, anchored):
        goes_on(anchored)
        tasks.anchor_changed_rollouts()
        assert list(anchored.anchors.values_list("sequence", flat=True)) == [3, 4]

    def test_a_sheet_tells_a_party_nothing_of_other_rollouts(self, anchored):
        sheet = AnchorSheet.objects.get()
        assert anchored.events.last().hash not in sheet.content
        assert set(json.loads(sheet.content)) == {"format", "version", "number", "at", "previous", "lines", "seal"}

    def test_lines_that_do_not_fit_on_one_sheet_go_on_the_next(self, rollout, monkeypatch):
        with_events(1)
        monkeypatch.setattr(anchoring, "BATCH", 1)
        tasks.anchor_changed_rollouts()
        assert [sheet.lines.count() for sheet in AnchorSheet.objects.all()] == [1, 1]

    def test_a_chain_that_does_not_hold_is_left_out_and_stops_no_other(self, rollout, without_triggers, caplog):
        other = with_events()
        without_triggers()
        rollout.events.filter(sequence=2).update(party="client")
        with caplog.at_level(logging.ERROR):
            tasks.anchor_changed_rollouts()
        assert not rollout.anchors.exists()
        assert other.anchors.count() == 1
        assert f"{rollout.code} is not anchored: broken at event #2" in caplog.text

    def test_a_chain_that_does_not_hold_is_named_in_the_log_every_night(self, rollout, without_triggers, caplog):
        without_triggers()
        rollout.events.filter(sequence=2).update(party="client")
        begun = clock.now()
        for night in range(6):
            caplog.clear()
            with clock.at(begun + timedelta(days=night)), caplog.at_level(logging.ERROR):
                tasks.anchor_changed_rollouts()
            assert f"{rollout.code} is not anchored" in caplog.text

    def test_the_chain_that_waited_longest_comes_first(self, rollout):
        with clock.at(clock.now() - timedelta(days=3)):
            older = with_events(1)
        assert list(anchoring.waiting().values_list("pk", flat=True)) == [older.pk, rollout.pk]

    def test_a_chain_that_breaks_its_reader_stops_no_other(self, rollout, monkeypatch, caplog):
        other = with_events()
        judge = timeline.verify
        monkeypatch.setattr(timeline, "verify", lambda each: judge(each) if each.pk != rollout.pk else 1 / 0)
        tasks.anchor_changed_rollouts()
        assert not rollout.anchors.exists()
        assert other.anchors.count() == 1

    def test_a_chain_written_anew_behind_its_anchor_gets_no_other(self, anchored, without_triggers):
        without_triggers()
        anchored.events.filter(sequence=1).update(party="client")
        hash_anew(anchored)
        goes_on(anchored)
        tasks.anchor_changed_rollouts()
        assert anchored.anchors.count() == 1

    def test_what_binds_is_anchored_right_after_by_the_worker(
        self, rollout, a_worker, django_capture_on_commit_callbacks
    ):
        class Binding(EventData, kind="test.binding", sentence="x", anchored=True):
            pass

        binding = Binding()
        events = SimpleNamespace(__name__=__name__, Binding=Binding)
        with plugins.override(plugins.Plugin(app="test", events=events)):
            with django_capture_on_commit_callbacks(execute=True), timeline.changing(rollout) as locked:
                timeline.record(locked, binding, None)
            assert rollout.anchors.get().sequence == 4
            with timeline.changing(rollout) as locked:
                timeline.record(locked, binding, None)
            assert list(anchoring.waiting_at_once()) == [rollout]
            tasks.anchor_asked_rollouts()  # The message was lost.
            assert rollout.anchors.last().sequence == 5
            goes_on(rollout)
            assert not anchoring.waiting_at_once().exists()

    def test_the_terms_seal_a_closed_month_and_a_dossier_bind(self):
        assert set(timeline.anchored_kinds()) == {"acceptance.sealed", "hours.month_closed", "golive.dossier"}

    def test_another_worker_at_it_leaves_no_sheet_twice_and_no_gap(self, rollout, monkeypatch):
        other, sign = with_events(), signatures.sign

        def while_another_does_it(content, signer):
            monkeypatch.setattr(signatures, "sign", sign)
            anchoring.sign_heads([anchoring.head_of(other)])
            return sign(content, signer)

        monkeypatch.setattr(signatures, "sign", while_another_does_it)
        tasks.anchor_changed_rollouts()
        assert list(AnchorSheet.objects.values_list("number", flat=True)) == [1, 2]
        assert (rollout.anchors.count(), other.anchors.count()) == (1, 1)
        assert verify()[0] is Outcome.WHOLE

    def test_an_event_in_the_middle_may_be_anchored_for_a_dossier(self, anchored):
        anchor = anchoring.anchor_at(anchored, 2)
        assert anchoring.anchor_at(anchored, 2).pk == anchor.pk
        assert anchoring.examine_proof(anchoring.proof_of(anchor), trust.configured()).outcome is Outcome.WHOLE
        with pytest.raises(anchoring.NotAnchored):
            anchoring.anchor_at(anchored, 9)

    @pytest.mark.parametrize("attack", ["update", "delete"])
    @pytest.mark.parametrize("model", [AnchorSheet, ChainAnchor])
    def test_the_database_refuses_to_touch_an_anchor(self, anchored, model, attack):
        rows = model.objects.all()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows._raw_delete(rows.db) if attack == "delete" else rows.update(id=77)

    def test_an_authority_that_is_away_leaves_the_heads_for_the_next_time(self, rollout, monkeypatch, caplog):
        def away(content, signer):
            raise NoTimestamp("away")

        with monkeypatch.context() as patch:
            patch.setattr(signatures, "sign", away)
            tasks.anchor_changed_rollouts()
        assert not AnchorSheet.objects.exists()
        assert "The timelines wait for their anchor" in caplog.text
        tasks.anchor_changed_rollouts()
        assert rollout.anchors.count() == 1


class TestWithoutASeal:
    @pytest.fixture(autouse=True)
    def production(self, settings, presences_seal):
        settings.TERM_SEAL_FILE, settings.TERM_SEAL_DEMO = "", None

    def test_the_heads_wait_and_nothing_vouches_for_them(self, rollout):
        tasks.anchor_changed_rollouts()
        assert not AnchorSheet.objects.exists()
        with clock.at(clock.now() + timedelta(days=3)):
            outcome, text = verify()
        assert outcome is Outcome.UNTRUSTED
        assert "nothing vouches for the events after #0" in text

    def test_managers_read_it_where_they_look_and_others_do_not_read_of_settings(self, rollout, client_for):
        with clock.at(clock.now() + timedelta(days=3)):
            listing = client_for(rollout.people["manager"]).get(reverse("portfolio:list")).content.decode()
            assert "Históricos sem âncora" in listing
            assert "TERM_SEAL_FILE" in listing
            address = reverse("rollouts:timeline", args=[rollout.pk])
            texts = {who: client_for(rollout.people[who]).get(address).content.decode() for who in ("pm", "client")}
            assert (
                "Históricos sem âncora"
                not in client_for(rollout.people["client"]).get(reverse("portfolio:list")).content.decode()
            )
        assert all("Parte deste histórico ainda não foi ancorada" in text for text in texts.values())
        assert "TERM_SEAL_FILE" in texts["pm"]
        assert "TERM_SEAL_FILE" not in texts["client"]

    def test_a_demonstration_anchors_and_says_what_that_is_worth(self, rollout, settings, presences_seal, client_for):
        settings.TERM_SEAL_DEMO = presences_seal
        tasks.anchor_changed_rollouts()
        outcome, text = verify()
        assert outcome is Outcome.UNTRUSTED
        assert "demonstration certificate" in text
        page = (
            client_for(rollout.people["client"]).get(reverse("rollouts:timeline", args=[rollout.pk])).content.decode()
        )
        assert "Ancorado desde" in page
        assert "certificado de demonstração" in page


class TestVerifying:
    def test_it_says_since_when_and_up_to_where(self, anchored):
        goes_on(anchored)
        outcome, text = verify()
        assert outcome is Outcome.WHOLE
        assert f"{anchored.code} WHOLE: 4 events, unbroken since" in text
        assert "anchored up to event #3 on" in text

    def test_events_of_today_need_no_anchor_yet_and_those_of_the_week_do(self, rollout):
        assert verify()[0] is Outcome.WHOLE
        with clock.at(clock.now() + timedelta(days=7)):
            assert verify()[0] is Outcome.UNTRUSTED

    def test_a_tail_cut_off_together_with_the_count_is_found(self, anchored, without_triggers):
        without_triggers()
        cut(anchored)
        assert timeline.verify(Rollout.objects.get(pk=anchored.pk)) is None  # The chain alone does not tell.
        outcome, text = verify()
        assert outcome is Outcome.BROKEN
        assert f"{anchored.code}: event #3 is missing: anchor sheet #1 has it" in text

    def test_a_whole_chain_that_was_hashed_anew_is_found(self, anchored, without_triggers):
        without_triggers()
        anchored.events.filter(sequence=1).update(party="client")
        hash_anew(anchored)
        assert timeline.verify(anchored) is None
        outcome, text = verify()
        assert outcome is Outcome.BROKEN
        assert "event #3 is not the one on anchor sheet #1" in text

    def test_an_anchor_taken_away_with_what_it_held_is_found(self, anchored, without_triggers):
        without_triggers()
        ChainAnchor.objects.all().delete()
        cut(anchored)
        outcome, text = verify()
        assert outcome is Outcome.BROKEN
        assert "anchor sheet #1: its lines are not those that were signed" in text

    def test_an_anchor_changed_to_fit_a_chain_written_anew_is_found(self, anchored, without_triggers):
        without_triggers()
        anchored.events.filter(sequence=1).update(party="client")
        hash_anew(anchored)
        anchored.anchors.update(head=anchored.events.last().hash)
        assert verify()[0] is Outcome.BROKEN

    def test_a_sheet_taken_out_from_between_is_found(self, anchored, without_triggers):
        for _time in range(2):
            goes_on(anchored)
            tasks.anchor_changed_rollouts()
        without_triggers()
        ChainAnchor.objects.filter(sheet__number=2).delete()
        AnchorSheet.objects.filter(number=2).delete()
        outcome, text = verify()
        assert outcome is Outcome.BROKEN
        assert "anchor sheet #2 is missing" in text

    def test_the_last_sheets_taken_away_are_found_by_an_event_that_names_them(self, anchored, without_triggers):
        with timeline.changing(anchored) as locked:
            timeline.record(locked, NamesASheet(anchor=anchoring.newest_sheet_number()), None)
        without_triggers()
        ChainAnchor.objects.all().delete()
        AnchorSheet.objects.all().delete()
        outcome, text = verify()
        assert outcome is Outcome.BROKEN
        assert "anchor sheet #1 is named on a timeline, and the last one here is #0" in text

    def test_with_every_anchor_gone_nothing_vouches_for_what_is_older_than_two_days(self, anchored, without_triggers):
        without_triggers()
        ChainAnchor.objects.all().delete()
        AnchorSheet.objects.all().delete()
        cut(anchored)
        with clock.at(clock.now() + timedelta(days=3)):
            assert verify()[0] is Outcome.UNTRUSTED

    @pytest.mark.parametrize(
        "change", [{"content": "{}"}, {"sha256": "0" * 64}, {"seal": b"0"}, {"number": 7}, {"content": "x"}]
    )
    def test_a_sheet_that_was_changed_is_found(self, anchored, without_triggers, change):
        without_triggers()
        AnchorSheet.objects.update(**change)
        assert verify()[0] is Outcome.BROKEN

    def test_sheets_that_somebody_without_the_seal_signed_are_untrusted(
        self, anchored, without_triggers, settings, tmp_path
    ):
        without_triggers()
        ChainAnchor.objects.all().delete()
        AnchorSheet.objects.all().delete()
        anchored.events.filter(sequence=1).update(party="client")
        hash_anew(anchored)
        certificates.make(tmp_path / "stranger.p12")
        ours, settings.TERM_SEAL_FILE = settings.TERM_SEAL_FILE, str(tmp_path / "stranger.p12")
        tasks.anchor_changed_rollouts()
        assert verify()[0] is Outcome.WHOLE  # For whoever believes the stranger.
        settings.TERM_SEAL_FILE = ours
        outcome, text = verify()
        assert outcome is Outcome.UNTRUSTED
        assert "anchor sheet #1" in text

    def test_a_seal_that_cannot_be_read_is_an_error(self, anchored, settings, tmp_path):
        settings.TERM_SEAL_FILE = str(tmp_path / "none.p12")
        outcome, text = verify()
        assert outcome is Outcome.ERROR
        assert "Nothing was judged" in text

    def test_an_event_more_than_the_rollout_counts_is_found(self, anchored, without_triggers):
        Rollout.objects.filter(pk=anchored.pk).update(version=2)
        outcome, text = verify()
        assert outcome is Outcome.BROKEN
        assert "one too many" in text

    def test_an_event_written_while_one_verifies_is_no_fault(self, anchored):
        stale = Rollout.objects.get(pk=anchored.pk)
        goes_on(anchored)
        assert timeline.verify(stale) is None


class TestSavedHeads:
    """A head that somebody kept holds even where every anchor was taken away."""

    def saved(self, tmp_path, content: str | bytes, name: str = "kept.txt") -> list[str]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return ["--head", str(path)]

    def line(self, rollout: Rollout) -> str:
        head = timeline.head(rollout)
        return f"Registro do projeto {rollout.code}, até o evento {head['sequence']}: {head['hash'][:32]}\n"

    def test_a_line_of_an_e_mail_fits_and_does_not_fit_what_was_cut(self, rollout, tmp_path, without_triggers):
        arguments = self.saved(tmp_path, f"> Olá\n> {self.line(rollout)}")
        outcome, text = verify(*arguments)
        assert (outcome, "1 saved heads fit" in text) == (Outcome.WHOLE, True)
        without_triggers()
        cut(rollout)
        assert verify()[0] is Outcome.WHOLE
        outcome, text = verify(*arguments)
        assert outcome is Outcome.BROKEN
        assert f"{rollout.code}: event #3 is missing: the file has it" in text

    def test_a_saved_e_mail_is_read_however_it_is_encoded(self, rollout, tmp_path, without_triggers):
        for encoding in ("quoted-printable", "base64", "8bit"):
            message = EmailMessage()
            message["Subject"] = "Aviso"
            message.set_content(self.line(rollout), cte=encoding)
            arguments = self.saved(tmp_path, bytes(message), "kept.eml")
            assert verify(*arguments)[0] is Outcome.WHOLE, encoding
        without_triggers()
        rollout.events.filter(sequence=1).update(party="client")
        hash_anew(rollout)
        outcome, text = verify(*arguments)
        assert outcome is Outcome.BROKEN
        assert "event #3 is not the one in the file" in text

    def test_a_sheet_that_an_e_mail_names_is_missed(self, anchored, tmp_path, without_triggers):
        sheet = AnchorSheet.objects.get()
        arguments = self.saved(tmp_path, f"Âncora: nº 1, {sheet.sha256[:32]}\n")
        assert verify(*arguments)[0] is Outcome.WHOLE
        without_triggers()
        ChainAnchor.objects.all().delete()
        AnchorSheet.objects.all().delete()
        outcome, text = verify(*arguments)
        assert outcome is Outcome.BROKEN
        assert "anchor sheet #1 is missing: the file has it" in text

    @pytest.mark.parametrize("content", ["", "nada", "{}", "[]", "INT-0001, até o evento 3: curto", "null", "\x00"])
    def test_a_file_without_a_head_is_an_error(self, rollout, tmp_path, content):
        outcome, text = verify(*self.saved(tmp_path, content))
        assert outcome is Outcome.ERROR
        assert "holds no head" in text

    def test_a_file_that_is_not_there_or_too_large_is_an_error(self, rollout, tmp_path, monkeypatch):
        assert verify("--head", str(tmp_path / "none"))[0] is Outcome.ERROR

    def test_what_the_api_answered_is_one(self, anchored, tmp_path, client_for, without_triggers):
        answer = client_for(anchored.people["client"]).get(f"/api/rollouts/{anchored.pk}/timeline/")
        arguments = self.saved(tmp_path, answer.content, "timeline.json")
        assert verify(*arguments)[0] is Outcome.WHOLE
        without_triggers()
        ChainAnchor.objects.all().delete()
        AnchorSheet.objects.all().delete()
        cut(anchored)
        assert verify(*arguments)[0] is Outcome.BROKEN

    @pytest.mark.parametrize("shape", ["manifest", "statement", "term", "log"])
    def test_what_documents_carry_is_one(self, rollout, tmp_path, without_triggers, shape):
        head = timeline.head(rollout)
        document = {
            "manifest": {"project": rollout.code, "events": head["sequence"], "head": head["hash"]},
            "statement": {"rollout": {"code": rollout.code}, "timeline": head},
            "term": {"term": f"{rollout.code}-T1", "version": 1, "timeline": head},
            "log": {"term": f"{rollout.code}-T1", "version": 1, "timeline": head, "entries": []},
        }[shape]
        arguments = self.saved(tmp_path, json.dumps(document))
        assert verify(*arguments)[0] is Outcome.WHOLE
        without_triggers()
        cut(rollout)
        assert verify(*arguments)[0] is Outcome.BROKEN


class TestTheApi:
    def test_it_gives_the_head_its_proof_and_the_hashes_and_no_data(self, anchored, client_for):
        goes_on(anchored)
        answer = client_for(anchored.people["integrator"]).get(f"/api/rollouts/{anchored.pk}/timeline/").json()
        last = anchored.events.last()
        assert (answer["rollout"], answer["version"], answer["head"]) == (anchored.code, 4, last.hash)
        assert [event["hash"] for event in answer["events"]] == list(anchored.events.values_list("hash", flat=True))
        assert set(answer["events"][0]) == {"sequence", "kind", "party", "at", "previous", "hash"}
        found = anchoring.examine_proof(answer["anchor"], trust.configured())
        assert found.outcome is Outcome.WHOLE
        assert answer["anchor"]["line"] == {
            "rollout": anchored.pk,
            "sequence": 3,
            "hash": anchored.events.get(sequence=3).hash,
        }

    def test_a_long_timeline_comes_in_parts(self, anchored, client_for, monkeypatch):
        from apps.rollouts import api

        monkeypatch.setattr(api, "EVENTS", 2)
        client, address = client_for(anchored.people["client"]), f"/api/rollouts/{anchored.pk}/timeline/"
        first = client.get(address).json()
        assert ([event["sequence"] for event in first["events"]], first["next"]) == ([1, 2], 2)
        second = client.get(address, {"after": first["next"]}).json()
        assert ([event["sequence"] for event in second["events"]], second["next"]) == ([3], None)
        assert client.get(address, {"after": -5}).json()["events"] == first["events"]
        assert client.get(address, {"after": "x"}).status_code == 422

    def test_one_without_events_has_no_anchor(self, client_for):
        rollout = RolloutFactory()
        answer = client_for(rollout.people["client"]).get(f"/api/rollouts/{rollout.pk}/timeline/").json()
        assert (answer["version"], answer["head"], answer["anchor"]) == (0, timeline.GENESIS, None)

    @pytest.mark.parametrize("change", [("line", None), ("sheet", {}), ("seal", "x"), ("sheet", None), ("seal", 3)])
    def test_a_proof_that_is_none_does_not_hold(self, anchored, change):
        proof = anchoring.proof_of(anchored.anchors.get()) | dict([change])
        assert anchoring.examine_proof(proof).outcome is Outcome.BROKEN


def test_an_anchor_of_another_event_does_not_pass_for_this_one(anchored):
    other = with_events()
    tasks.anchor_changed_rollouts()
    proof = anchoring.proof_of(anchored.anchors.get())
    forged = proof | {"line": other.anchors.get().line()}
    assert "the anchor is not on its sheet" in anchoring.examine_proof(forged).problems
    assert Event.objects.count() == 6
    assert saved_heads.read(b"") == []
    assert verification.head_problem(anchored, None) == ""
