"""The dossier: made once by the worker, the same from the same record, and whole or not as its file alone tells."""

import base64
import csv
import io
import json
import warnings
import zipfile
from datetime import timedelta
from io import StringIO

import pypdfium2
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from pyhanko.sign.signers import SimpleSigner

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.companies import actions as companies
from apps.core import canonical, clock
from apps.core.process import Gate, PartyRole, Stage
from apps.files import actions as files
from apps.files.models import StoredFile
from apps.hours.ledger.actions import adjust
from apps.hours.models import StatementPdf
from apps.meetings.models import Attendee
from apps.rollouts import timeline
from apps.rollouts.events import Advanced
from apps.rollouts.models import Rollout
from apps.seals import certificates, signatures, trust
from apps.seals.outcomes import Outcome
from apps.stages.acceptance.models import Signatory
from apps.stages.golive import names, tasks
from apps.stages.golive.audiences import whom_the_dossier_concerns
from apps.stages.golive.dossier import actions as dossiers
from apps.stages.golive.dossier import archive, contents, verification
from apps.stages.golive.events import IncidentNoted
from apps.stages.golive.models import Dossier, Incident, Release
from apps.stages.homologation.events import ResultRecorded
from apps.stages.homologation.models import Outcome as CaseOutcome
from tests.acceptance.factories import content_of
from tests.companies.factories import a_person
from tests.golive.factories import CANARY, a_completed_rollout, closed_month_of
from tests.hours.factories import APRIL
from tests.papers.glyphs import misplaced, text_of
from tests.pdfa import faults

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("completed")]


@pytest.fixture(scope="module")
def completed(stand):
    return stand(a_completed_rollout)


@pytest.fixture
def rollout(completed):
    return completed.copy()


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def made(kept, request):
    """The bytes of both variants; made once, since a file needs no database."""
    if not kept:
        dossier = dossiers.make(request.getfixturevalue("rollout").pk)
        kept |= {"whole": content_of(dossier.whole), "shared": content_of(dossier.shared)}
    return kept


def again(content, change=None, *, signer=None, **files) -> bytes:
    """A dossier that somebody wrote anew with other ``files`` and a manifest that fits them: under the old seal, or under the
    one of ``signer``."""
    found = archive.read(content) | files
    facts, seal = json.loads(found.pop(archive.MANIFEST)), found.pop(archive.SEAL)
    facts = {key: facts[key] for key in archive.SEALED_FACTS} | (change or {})
    if signer:
        facts["seal"] = signatures.description_of(signer)
    manifest = archive.manifest(found, **facts)
    if signer:
        seal = signatures.sign(manifest, signer)
    return archive.written(found | {archive.MANIFEST: manifest, archive.SEAL: seal})


def ours(content, change=None, **files) -> bytes:
    """The same under Presence's own seal: what is wrong with it is in the files themselves."""
    return again(content, change, signer=certificates.signer(), **files)


def unsealed(content, change=None, **files) -> bytes:
    """A dossier as they were before they were sealed: nobody signs the manifest, and nothing is anchored."""
    found = archive.read(content) | files
    facts = json.loads(found.pop(archive.MANIFEST))
    for name in (archive.SEAL, archive.ANCHOR, archive.RESULTS):
        found.pop(name, None)
    facts = {key: facts[key] for key in archive.FACTS} | (change or {})
    return archive.written(found | {archive.MANIFEST: archive.manifest(found, format=archive.UNSEALED, **facts)})


def events_of(content) -> list:
    return json.loads(archive.read(content)[archive.TIMELINE])


def with_events(content, events, count=None) -> bytes:
    facts = {"events": count or len(events), "head": events[-1]["hash"]}
    facts["withheld"] = [event["sequence"] for event in events if event.get("withheld")]
    return ours(content, facts, **{archive.TIMELINE: canonical.readable(events)})


def readme_of(content) -> str:
    return archive.read(content)[archive.README].decode()


class TestWhatItHolds:
    def test_everything_of_the_project_stands_in_it(self, made):
        found = archive.read(made["whole"])
        assert sorted({name.split("/")[0] for name in found}) == [
            "README.txt", "ata", "fechamentos", "ficha", "historico", "homologacao", "manifest.json", "manifest.p7s",
            "producao", "termo", "treinamento",
        ]  # fmt: skip
        assert sorted(name.rpartition(".")[2] for name in found if name.startswith("fechamentos/")) == [
            "csv", "json", "pdf", "xlsx",
        ]  # fmt: skip
        items = json.loads(found["producao/lista.json"])
        assert [(item["key"], item["note"], item["evidence"]) for item in items] == [("load", "4812 = 4812", {})]
        (window,) = json.loads(found["producao/janelas.json"])
        assert {row["party"]: row["answer"] for row in window["answers"]} == dict.fromkeys(
            ("presence", "platform", "integrator", "client"), "go"
        )
        (incident,) = json.loads(found["producao/incidentes.json"])
        assert (incident["label"], incident["resolution"]) == ("INC-1", "Versão 1.1.2")
        (session,) = json.loads(found["treinamento/presenca.json"])
        assert session["attendance"][0]["name"] == "Rita Alves"
        assert "Rita Alves" in text_of(found["treinamento/presenca.pdf"])[0]
        production = " ".join(" ".join(text_of(found["producao/producao.pdf"])).split())
        for words in ("4812 = 4812", "Versão 1.1.2", "Pode entrar"):
            assert words in production
        worksheet = next(name for name in found if name.startswith("ficha/") and name.endswith(".pdf"))
        assert "Métodos e campos" in text_of(found[worksheet])[0]
        evidence = json.loads(found["homologacao/evidencias.json"])
        assert evidence
        on_paper = "".join("".join(text_of(found["homologacao/evidencias.pdf"])).split())
        for row in evidence:
            assert "".join((row["text"] + row["link"] + row["file"] + row["sha256"]).split()) in on_paper
        papers = ("treinamento/presenca.pdf", "producao/producao.pdf", "homologacao/evidencias.pdf", worksheet)
        for name in papers:
            assert misplaced(found[name]) == []
            assert faults(found[name]) == []
        rows = list(csv.DictReader(io.StringIO(found[csv_of(found)].decode("utf-8-sig")), delimiter=";"))
        assert rows
        for text in ("verify_dossier ARQUIVO", "verify_dossier FILE"):
            assert text in found["README.txt"].decode()

    def test_no_secret_is_in_it(self, made):
        documents = 0
        for content in made.values():
            for name, inside in archive.read(content).items():
                assert CANARY.encode() not in inside, name
                if name.endswith(".pdf") and inside.startswith(b"%PDF-") and len(inside) > 100:
                    pages = pypdfium2.PdfDocument(inside)
                    assert all(CANARY not in page.get_textpage().get_text_range() for page in pages), name
                    documents += 1
        assert documents >= len(made)

    def test_what_the_hours_cost_is_not_in_the_shared_one(self, made):
        found = archive.read(made["shared"])
        assert not any(name.startswith("fechamentos") for name in found)
        events = json.loads(found[archive.TIMELINE])
        assert {event.get("kind", "").partition(".")[0] for event in events} >= {"acceptance", "", "rollouts"}
        assert not any(event.get("kind", "").startswith("hours.") for event in events)
        assert any(event.get("kind", "").startswith("hours.") for event in events_of(made["whole"]))
        assert b'"amount"' not in found[archive.TIMELINE]


def csv_of(found) -> str:
    return next(name for name in found if name.endswith(".csv"))


class TestTheSame:
    def test_the_same_record_gives_the_same_bytes_whoever_asks_and_when(self, rollout):
        through = dossiers.due(rollout)
        first = contents.whole_dossier(rollout, 1, through)
        fresh = Rollout.objects.get(pk=rollout.pk)
        later = clock.now() + timedelta(days=400)
        with clock.at(later), timezone.override("America/Manaus"), translation.override("en"):
            second = contents.whole_dossier(fresh, 1, through)
            assert contents.shared_dossier(fresh, second, 1, through) == contents.shared_dossier(
                rollout, first, 1, through
            )
        assert second == first


class TestMaking:
    def test_a_completed_rollout_gets_one_and_the_timeline_its_hash(self, rollout):
        assert dossiers.waiting() == [rollout.pk]
        tasks.make_waiting_dossiers()
        tasks.make_dossier(rollout.pk)
        dossier = Dossier.objects.get()
        event = rollout.events.last()
        assert (event.kind, event.data["dossier"]) == ("golive.dossier", f"{rollout.code}-D1")
        assert (event.data["sha256"], event.data["sha256_shared"]) == (dossier.whole.sha256, dossier.shared.sha256)
        assert event.sequence == dossier.through + 1
        assert dossiers.waiting() == []
        assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None

    def test_an_open_or_cancelled_rollout_gets_none(self, rollout):
        for stage in ("go_live", "cancelled"):
            closed_at = None if stage == "go_live" else clock.now()
            Rollout.objects.filter(pk=rollout.pk).update(stage=stage, closed_at=closed_at)
            assert dossiers.waiting() == []
            assert dossiers.make(rollout.pk) is None

    def test_it_waits_for_the_documents_it_takes(self, rollout):
        StatementPdf.objects.all().delete()
        assert dossiers.make(rollout.pk) is None
        assert not rollout.events.filter(kind="golive.dossier").exists()
        assert dossiers.waiting() == [rollout.pk]

    def test_a_worker_that_dies_leaves_nothing_and_the_clock_comes_back(self, rollout, monkeypatch):
        kept, store = StoredFile.objects.count(), files.store_bytes

        def dies(content, name, **more):
            if name.endswith("-sem-valores.zip"):
                raise SystemExit
            return store(content, name, **more)

        monkeypatch.setattr(files, "store_bytes", dies)
        with pytest.raises(SystemExit), transaction.atomic():
            dossiers.make(rollout.pk)
        assert (Dossier.objects.count(), StoredFile.objects.count()) == (0, kept)
        monkeypatch.undo()
        tasks.make_waiting_dossiers()
        assert verification.examine(content_of(Dossier.objects.get().whole)).holds

    def test_one_that_fails_holds_back_no_other(self, rollout, monkeypatch):
        made = []
        monkeypatch.setattr(dossiers, "waiting", lambda: [0, rollout.pk])
        monkeypatch.setattr(dossiers, "make", lambda pk: made.append(pk) if pk else 1 / 0)
        tasks.make_waiting_dossiers()
        assert made == [rollout.pk]

    def test_a_month_that_is_closed_afterwards_gives_another_edition_and_the_first_stays(self, rollout):
        first = dossiers.make(rollout.pk)
        before = content_of(first.whole)
        closed_month_of(rollout)
        assert dossiers.waiting() == [rollout.pk]
        second = dossiers.make(rollout.pk)
        assert (second.number, Dossier.objects.count(), content_of(first.whole)) == (2, 2, before)
        statements = [name for name in archive.read(content_of(second.whole)) if name.startswith("fechamentos/")]
        assert len(statements) == 8
        assert verification.examine(content_of(second.whole)).problems == []
        assert "O que mudou" not in archive.read(before)["README.txt"].decode()
        whole, shared = (readme_of(content_of(stored)) for stored in (second.whole, second.shared))
        for words in (
            "O que mudou desde a edição anterior:\n  foram fechadas as horas de 04/2026\n",
            "What changed since the edition before:\n  the hours of 04/2026 were closed\n",
        ):
            assert words in whole
        assert "04/2026" not in shared
        assert "foram fechadas horas de mais um mês, cujos valores não estão nesta cópia" in shared
        first_told, second_told = (
            {user.pk for user in whom_the_dossier_concerns(event)}
            for event in rollout.events.filter(kind="golive.dossier").order_by("sequence")
        )
        company = rollout.company("integrator")
        assert first_told & set(company.memberships.values_list("user", flat=True))
        assert not second_told & set(company.memberships.values_list("user", flat=True))
        assert rollout.project_manager_id in second_told
        assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None

    def test_the_hours_that_are_not_closed_are_named_by_their_month(self, rollout):
        closed = dossiers.make(rollout.pk)
        assert "todas as horas apontadas estavam fechadas" in readme_of(content_of(closed.whole))
        with clock.at(APRIL):
            adjust(rollout.time_entries.first(), by=rollout.people["pm"], minutes=-20, reason="Início errado")
        files = contents.whole_dossier(rollout, 2, rollout.events.last().sequence)
        text = files.files[archive.README].decode()
        assert (
            "ainda não estavam fechadas; entram em outra edição quando o mês for fechado:\n  04/2026: -0h20\n" in text
        )
        assert "these hours were not closed yet" in text
        shared = contents.shared_dossier(rollout, files, 2, rollout.events.last().sequence)
        assert "04/2026" not in shared.files[archive.README].decode()

    def test_an_edition_after_a_project_was_completed_again_says_so(self, rollout):
        dossiers.make(rollout.pk)
        with timeline.changing(rollout, even_closed=True) as locked:
            timeline.record(locked, Advanced(stage=Stage.COMPLETED, gate=Gate.COMPLETE), rollout.people["pm"])
        again = readme_of(content_of(dossiers.make(rollout.pk).shared))
        assert (
            "O que mudou desde a edição anterior:\n  o projeto voltou e foi concluído de novo\nO que aconteceu" in again
        )

    def test_every_edition_calls_companies_and_people_as_they_were_at_the_release(self, rollout):
        Release.objects.update(names=names.at_release(rollout))
        through = rollout.events.last().sequence
        files = contents.whole_dossier(rollout, 1, through).files
        for company in rollout.companies().values():
            companies.change_company(
                company, by=rollout.people["manager"], legal_name=f"Renomeada {company.pk}", trade_name=f"R{company.pk}"
            )
        User.objects.update(name="Nome de casada")
        rollout = Rollout.objects.get(pk=rollout.pk)
        assert contents.whole_dossier(rollout, 1, through).files == files
        assert rollout.company(PartyRole.CLIENT).legal_name.startswith("Renomeada")

    def test_only_the_names_of_who_took_part_are_kept(self, rollout):
        colleague, bystander = (a_person(rollout.company(role), "lead") for role in ("presence", "client"))
        people = names.at_release(rollout)["people"]
        assert not {str(colleague.pk), str(bystander.pk)} & set(people)
        signatories = Signatory.objects.filter(term__rollout=rollout).values_list("user", flat=True)
        attended = Attendee.objects.filter(meeting__rollout=rollout, attended=True).exclude(person__user=None)
        actors = rollout.events.exclude(actor=None).values_list("actor", flat=True)
        took_part = {
            *signatories,
            *actors,
            *attended.values_list("person__user", flat=True),
            rollout.project_manager_id,
        }
        assert {str(pk) for pk in took_part} <= set(people)

    def test_who_was_erased_since_is_a_number_in_the_next_edition(self, rollout):
        Release.objects.update(names=names.at_release(rollout))
        client = rollout.people["client"]
        name = client.name
        personal_data.erase(client)
        assert str(client.pk) not in Release.objects.get().names["people"]
        released = contents.whole_dossier(rollout, 1, rollout.events.last().sequence).files[archive.RELEASE]
        assert name not in released.decode()
        assert f"Pessoa removida {client.pk}" in released.decode()

    @pytest.mark.parametrize("change", ["update", "delete"])
    def test_the_database_keeps_it_as_it_is(self, rollout, change):
        dossiers.make(rollout.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            Dossier.objects.update(number=7) if change == "update" else Dossier.objects.all().delete()


class TestDownload:
    def test_the_client_and_presence_get_the_whole_the_others_what_names_no_amounts(self, rollout, client_for):
        dossier = dossiers.make(rollout.pk)
        url, room = (
            reverse(f"golive:{name}", args=[rollout.pk, *more]) for name, more in (("dossier", [1]), ("room", []))
        )
        for name, stored in {
            "client": dossier.whole, "client_member": dossier.whole, "analyst": dossier.whole, "pm": dossier.whole,
            "integrator": dossier.shared, "platform": dossier.shared,
        }.items():  # fmt: skip
            browser = client_for(rollout.people[name])
            answer = browser.get(url)
            assert b"".join(answer.streaming_content) == content_of(stored), name
            assert answer["Content-Disposition"].startswith("attachment")
            page = browser.get(room).content.decode()
            assert stored.sha256 in page
            assert stored.name in page
        assert client_for(rollout.people["stranger"]).get(url).status_code == 404

    def test_an_edition_that_is_not_there_is_not_found(self, rollout, client_for):
        url = reverse("golive:dossier", args=[rollout.pk, 1])
        assert client_for(rollout.people["client"]).get(url).status_code == 404
        room = client_for(rollout.people["client"]).get(reverse("golive:room", args=[rollout.pk])).content.decode()
        assert "O dossiê está sendo preparado" in room
        assert "As credenciais do projeto serão destruídas em" in room

    def test_the_room_asks_for_a_line_until_the_dossier_is_there_and_then_for_its_panel(
        self, rollout, client_for, django_assert_max_num_queries
    ):
        browser = client_for(rollout.people["client"])
        room, line = (reverse(f"golive:{name}", args=[rollout.pk]) for name in ("room", "dossier_being_made"))
        assert f'hx-get="{line}"' in browser.get(room).content.decode()
        with django_assert_max_num_queries(6):
            answer = browser.get(line, headers={"HX-Request": "true"}).content.decode()
        assert (f'hx-get="{line}"' in answer, f'hx-get="{room}"' in answer) == (True, False)
        dossiers.make(rollout.pk)
        answer = browser.get(line, headers={"HX-Request": "true"}).content.decode()
        assert (f'hx-get="{line}"' in answer, f'hx-get="{room}"' in answer) == (False, True)
        assert f'hx-get="{line}"' not in browser.get(room).content.decode()


class TestVerification:
    def test_both_variants_are_whole(self, made):
        for variant, content in made.items():
            found = verification.examine(content)
            assert found.problems == []
            assert found.manifest["variant"] == variant
            assert found.term.holds
            assert bool(found.withheld) == (variant == "shared")

    def test_one_changed_byte_is_found_wherever_it_is(self, made):
        for content in made.values():
            end = len(content)
            places = {*range(0, end, end // 150), *range(end - 1500, end, 11)}
            for place in sorted(places):
                flipped = bytearray(content)
                flipped[place] ^= 1 << place % 8
                assert not verification.examine(bytes(flipped)).holds, place

    def test_a_cut_or_longer_file_and_what_is_no_dossier(self, made):
        content = made["whole"]
        for wrong in (content[:-1], content + b"\0", content[: len(content) // 2], b"", b"%PDF-1.7", b"PK\x03\x04"):
            assert verification.examine(wrong).problems

    def test_a_compressed_copy_and_one_with_a_comment(self, made):
        for compression, comment in ((zipfile.ZIP_DEFLATED, b""), (zipfile.ZIP_STORED, b"oi")):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", compression) as rewritten:
                for name, inside in archive.read(made["whole"]).items():
                    rewritten.writestr(name, inside)
                rewritten.comment = comment
            assert not verification.examine(out.getvalue()).holds

    def test_a_file_more_less_or_other_than_the_manifest_says(self, made):
        found = archive.read(made["whole"])
        extra = archive.written(found | {"x.txt": b"x"})
        assert verification.examine(extra).problems[0] == "x.txt is not in the manifest"
        less = archive.written({name: found[name] for name in found if name != "producao/lista.json"})
        assert "producao/lista.json is missing" in verification.examine(less).problems
        other = archive.written(found | {"producao/lista.json": b"[]\n"})
        assert "producao/lista.json is not what the manifest says" in verification.examine(other).problems
        without = {name: found[name] for name in found if name != archive.MANIFEST}
        assert verification.examine(archive.written(without)).problems == ["manifest.json is not in the archive"]

    def test_a_manifest_that_somebody_rewrote_in_another_way(self, made):
        found = archive.read(made["whole"])
        told = json.loads(found[archive.MANIFEST])
        spaced = archive.written(found | {archive.MANIFEST: json.dumps(told).encode()})
        assert verification.examine(spaced).problems == [
            "the manifest is not written as manifests are",
            "manifest.json: the seal does not fit the content",
        ]

    def test_an_event_that_was_changed_left_out_or_moved_with_a_manifest_that_fits(self, made):
        events = events_of(made["whole"])
        changed = [{**events[0], "kind": "x.y"}, *events[1:]]
        assert verification.examine(with_events(made["whole"], changed)).problems == [
            "event #1 was changed after it was written"
        ]
        assert verification.examine(with_events(made["whole"], events[1:])).problems[0].startswith("event #1 does not")
        assert not verification.examine(with_events(made["whole"], [*events[:2], *events[3:]])).holds
        assert verification.examine(with_events(made["whole"], events, count=3)).problems == [
            "the timeline is not as long as the manifest says"
        ]

    def test_nothing_is_withheld_in_the_whole_one(self, made):
        hidden = events_of(made["shared"])
        problems = verification.examine(with_events(made["whole"], hidden)).problems
        assert problems
        assert all("is withheld where nothing is" in problem for problem in problems)

    def test_another_project_or_another_term(self, made, monkeypatch):
        named = ours(made["whole"], {"project": "INT-9999"})
        assert any("of another project" in problem for problem in verification.examine(named).problems)
        path = json.loads(archive.read(made["whole"])[archive.MANIFEST])["term"]
        replaced = ours(made["whole"], **{path: b"%PDF-1.7"})
        assert f"{path} is not the term that the timeline names" in verification.examine(replaced).problems
        untold = ours(made["whole"], {"term": ""})
        assert verification.examine(untold).problems == ["the sealed term is missing"]

    @pytest.mark.usefixtures("presences_seal")
    def test_the_command_needs_the_file_alone(self, made, tmp_path):
        path, out = tmp_path / "dossie.zip", StringIO()
        for content in made.values():
            path.write_bytes(content)
            call_command("verify_dossier", str(path), stdout=out)
        assert out.getvalue().count("WHOLE: files, timeline, anchor and term hold, and Presence sealed them.") == 2
        assert "by their hash alone" in out.getvalue()
        path.write_bytes(made["whole"][:-1])
        with pytest.raises(CommandError, match="BROKEN: NOT a whole dossier") as refusal:
            call_command("verify_dossier", str(path), stdout=out)
        assert refusal.value.returncode == 4
        with pytest.raises(CommandError, match="ERROR: .*cannot be read") as refusal:
            call_command("verify_dossier", str(tmp_path / "none.zip"), stdout=out)
        assert refusal.value.returncode == 1

    def test_the_command_asks_whose_seal_it_is(self, made, tmp_path, settings):
        path, pem = tmp_path / "dossie.zip", tmp_path / "other.pem"
        path.write_bytes(made["whole"])
        pem.write_bytes(a_strangers_certificate(tmp_path / "other.p12"))
        for arguments in ([], ["--certificate", str(pem)]):
            with pytest.raises(CommandError, match="UNTRUSTED") as refusal:
                call_command("verify_dossier", str(path), *arguments, stdout=StringIO())
            assert refusal.value.returncode == 3
        settings.TERM_SEAL_FILE = str(tmp_path / "none.p12")
        with pytest.raises(CommandError, match="ERROR: .*Nothing was judged") as refusal:
            call_command("verify_dossier", str(path), stdout=StringIO())
        assert refusal.value.returncode == 1


@pytest.fixture
def trusted(presences_seal):
    """Trust in Presence's certificate, as the configured seal gives it."""
    return trust.configured()


class TestRewritten:
    """Whoever has no key of Presence's writes what they like, and nobody takes it for whole."""

    @pytest.fixture
    def rewritings(self, made):
        """The ways in which a dossier was rewritten, each with a manifest that fits."""
        whole, events = made["whole"], events_of(made["whole"])
        found = archive.read(whole)
        report = next(name for name in found if name.startswith("homologacao/") and name.endswith(".pdf"))
        forged = [*events[:-1], {**events[-1], "data": {"stage": "completed", "gate": "outro"}}]
        shorter = events[:-1]
        hidden = [
            {key: event[key] for key in ("sequence", "previous", "hash")} | {"withheld": True}
            if event.get("kind", "").startswith("acceptance.")
            else event
            for event in events_of(made["shared"])
        ]
        return {
            "report replaced": (whole, {}, {report: b"%PDF-1.7 outro"}),
            "incidents emptied": (whole, {}, {archive.INCIDENTS: b"[]\n"}),
            "results removed": (whole, {}, {archive.RESULTS: b"[]\n"}),
            "last event dropped": (whole, *told(shorter)),
            "an event forged and hashed anew": (whole, *told(rehashed(forged))),
            "events turned into withheld ones": (made["shared"], *told(hidden)),
        }

    NAMES = [
        "report replaced", "incidents emptied", "results removed", "last event dropped", "an event forged and hashed anew",
        "events turned into withheld ones",
    ]  # fmt: skip

    @pytest.mark.parametrize("name", NAMES)
    def test_under_the_old_seal_it_is_broken(self, rewritings, name, trusted):
        content, change, files = rewritings[name]
        assert verification.examine(again(content, change, **files), trusted).outcome is Outcome.BROKEN

    @pytest.mark.parametrize("name", NAMES)
    def test_under_a_strangers_seal_it_is_never_whole(self, rewritings, name, trusted, tmp_path):
        content, change, files = rewritings[name]
        forged = again(content, change, signer=a_strangers_signer(tmp_path), **files)
        assert verification.examine(forged, trusted).outcome in (Outcome.UNTRUSTED, Outcome.BROKEN)

    @pytest.mark.parametrize("name", NAMES)
    def test_without_a_seal_it_is_never_whole(self, rewritings, name, trusted):
        content, change, files = rewritings[name]
        change = {key: value for key, value in change.items() if key in archive.FACTS}
        forged = unsealed(content, change, **files)
        assert verification.examine(forged, trusted).outcome in (Outcome.UNTRUSTED, Outcome.BROKEN)

    def test_everything_made_anew_by_a_stranger_holds_and_is_untrusted(self, made, trusted, tmp_path):
        signer = a_strangers_signer(tmp_path)
        proof = json.loads(archive.read(made["whole"])[archive.ANCHOR])
        sheet = {**proof["sheet"], "seal": signatures.description_of(signer)}
        seal = base64.b64encode(signatures.sign(canonical.dumps(sheet), signer)).decode()
        anchor = {"number": sheet["number"], "sha256": canonical.sha256(sheet)}
        files = {archive.ANCHOR: canonical.readable({"line": proof["line"], "sheet": sheet, "seal": seal})}
        found = verification.examine(again(made["whole"], {"anchor": anchor}, signer=signer, **files), trusted)
        assert found.problems == []
        assert found.outcome is Outcome.UNTRUSTED
        assert [doubt.partition(":")[0] for doubt in found.doubts()] == ["the manifest", "the anchor"]

    def test_one_made_before_dossiers_were_sealed_is_untrusted_and_says_that_it_has_no_seal(self, made, trusted):
        for content in made.values():
            found = verification.examine(unsealed(content), trusted)
            assert found.problems == []
            assert found.outcome is Outcome.UNTRUSTED
            assert "bears no seal" in found.doubts()[0]

    def test_a_seal_taken_off_is_missed(self, made, trusted):
        found = archive.read(made["whole"])
        del found[archive.SEAL]
        assert (
            "manifest.p7s is missing: the manifest says that it is sealed"
            in verification.examine(archive.written(found), trusted).problems
        )

    def test_presence_itself_cannot_leave_out_what_its_timeline_has(self, rollout, trusted):
        people = rollout.people
        with timeline.changing(rollout, even_closed=True) as locked:
            noted = IncidentNoted(label="INC-2", severity=Incident.Severity.SEVERE, owner=PartyRole.CLIENT)
            timeline.record(locked, noted, people["client"])
            timeline.record(locked, ResultRecorded(case="PED-99", outcome=CaseOutcome.PASSED), people["client"])
            timeline.record(locked, Advanced(stage=Stage.COMPLETED, gate=Gate.COMPLETE), people["pm"])
        problems = verification.examine(content_of(dossiers.make(rollout.pk).whole), trusted).problems
        assert "INC-2 is on the timeline and not in producao/incidentes.json" in problems
        assert any("PED-99" in problem for problem in problems)

    def test_one_changed_byte_in_each_file_is_broken_and_never_only_untrusted(self, made, trusted):
        for variant, content in made.items():
            files = archive.read(content)
            for name, inside in files.items():
                for place in {0, len(inside) // 2, len(inside) - 1}:
                    flipped = bytearray(inside)
                    flipped[place] ^= 0x01
                    changed = archive.written(files | {name: bytes(flipped)})
                    outcome = verification.examine(changed, trusted).outcome
                    assert outcome is Outcome.BROKEN, (variant, name, place)

    def test_no_byte_of_the_seal_is_free(self, made, trusted):
        manifest = archive.read(made["whole"])[archive.MANIFEST]
        seal, told = archive.read(made["whole"])[archive.SEAL], json.loads(manifest)["seal"]
        assert signatures.examine(manifest, seal, told, trusted).outcome is Outcome.WHOLE
        for place in range(len(seal)):
            flipped = bytearray(seal)
            flipped[place] ^= 1 << place % 8
            assert signatures.examine(manifest, bytes(flipped), told, trusted).outcome is Outcome.BROKEN, place


class TestHostileArchives:
    def entries(self, *entries, compression=zipfile.ZIP_STORED) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", compression) as writing, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, inside in entries:
                writing.writestr(name, inside)
        return out.getvalue()

    @pytest.mark.parametrize("name", ["../x", "/etc/x", "a\\b", "a\nb", "termo/é.pdf", "a//b", "C:x", "x" * 300])
    def test_a_strange_name(self, name):
        with pytest.raises(ValueError, match="a name that none of ours has"):
            archive.read(self.entries((name, b"x")))

    def test_a_name_that_stands_in_it_twice(self):
        with pytest.raises(ValueError, match="twice"):
            archive.read(self.entries(("manifest.json", b"{}"), ("manifest.json", b"{}")))

    def test_one_that_unpacks_to_more_than_itself(self):
        bomb = self.entries(("a", b"0" * 10_000_000), compression=zipfile.ZIP_DEFLATED)
        assert verification.examine(bomb).outcome is Outcome.BROKEN
        stored = bytearray(self.entries(("a", b"0" * 100)))
        directory = stored.rindex(b"PK\x01\x02")
        stored[directory + 24 : directory + 28] = (2**31).to_bytes(4, "little")
        with pytest.raises(ValueError, match="larger than itself"):
            archive.read(bytes(stored))

    def test_too_many_files(self, monkeypatch):
        monkeypatch.setattr(archive, "MOST_FILES", 2)
        with pytest.raises(ValueError, match="too many"):
            archive.read(self.entries(("a", b""), ("b", b""), ("c", b"")))

    @pytest.mark.parametrize(
        "manifest", [b"[]", b"{", b"null", b'{"format": 2}', b"[" * 100_000, b'{"format": 2, "files": 1}']
    )
    def test_a_manifest_that_is_none(self, manifest):
        found = verification.examine(archive.written({archive.MANIFEST: manifest}))
        assert found.outcome is Outcome.BROKEN


def told(events) -> tuple[dict, dict]:
    """What a manifest says of ``events``, and the file that holds them."""
    withheld = [event["sequence"] for event in events if event.get("withheld")]
    facts = {"events": len(events), "head": events[-1]["hash"], "withheld": withheld}
    return facts, {archive.TIMELINE: canonical.readable(events)}


def rehashed(events) -> list:
    """``events`` with every hash made anew."""
    previous, chain = "0" * 64, []
    for event in events:
        record = {**{key: value for key, value in event.items() if key != "hash"}, "previous": previous}
        previous = canonical.sha256(record)
        chain.append({**record, "hash": previous})
    return chain


def a_strangers_signer(folder):
    certificates.make(folder / "stranger.p12")
    return SimpleSigner.load_pkcs12(str(folder / "stranger.p12"))


@pytest.fixture
def no_database(monkeypatch):
    """Whoever asks the database fails."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", lambda *args, **more: 1 / 0)


def test_verifying_asks_no_database(made, no_database):
    assert verification.examine(made["whole"]).problems == []


def a_strangers_certificate(path) -> bytes:
    """The certificate of a seal that somebody else made, as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    certificates.make(path)
    return pkcs12.load_pkcs12(path.read_bytes(), None).cert.certificate.public_bytes(Encoding.PEM)
