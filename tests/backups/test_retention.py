"""Which backups stay, and what goes with those that do not."""

import os
import subprocess
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from apps.backups import manifest, rehearsal, retention
from apps.backups.errors import BackupError
from apps.backups.objects import ObjectStore
from apps.backups.retention import Retention
from apps.core import clock
from apps.files.models import StoredFile

pytestmark = pytest.mark.django_db
LAST = date(2026, 3, 31)


@pytest.fixture
def daily(make, target, files):
    """Manifests of the nights up to 31 March 2026, at 21:30 in São Paulo, when it is the next day in UTC."""
    make()
    made = manifest.chosen(target)

    def of_the_last(days: int):
        return [
            replace(made, id=f"{day:%Y%m%d}T003000.000000Z", made_at=clock.instant_of(day, time(21, 30)).isoformat())
            for day in (LAST - timedelta(days=back) for back in range(days))
        ]

    return of_the_last


def days(names: set[str]) -> list[str]:
    return sorted(name[:8] for name in names)


def test_days_weeks_and_months_keep_their_newest(daily):
    staying = Retention(daily=3, weekly=3, monthly=3).staying(daily(60))
    assert days(staying) == ["20260131", "20260228", "20260322", "20260329", "20260330", "20260331"]


def test_a_day_without_a_backup_takes_the_place_of_none(daily):
    rows = [row for row in daily(10) if row.id[:8] in ("20260331", "20260327", "20260325", "20260322")]
    assert days(Retention(daily=3).staying(rows)) == ["20260325", "20260327", "20260331"]


def test_the_newest_always_stays(daily):
    assert days(Retention(monthly=0).staying(daily(3))) == ["20260331"]
    assert Retention(daily=1).staying([]) == set()


def test_those_that_lack_files_take_no_whole_one_s_place(daily):
    whole, lacking = daily(10)[5:], [replace(row, lacking=1) for row in daily(5)]
    assert days(Retention(daily=2).staying([*whole, *lacking])) == ["20260325", "20260326", "20260330", "20260331"]


def test_a_backup_that_lacks_files_deletes_none(dumps, make, target, files, capsys):
    with clock.at(clock.now() - timedelta(days=1)):
        whole = make()
    default_storage.delete(files[0].content.name)
    StoredFile.objects.filter(pk=files[0].pk).update(sha256="1" * 64)
    with pytest.raises(CommandError, match="BROKEN"):
        call_command("backup", str(target.path), "--keep-daily", "1")
    assert "No backup was deleted" in capsys.readouterr().out
    assert manifest.ids(target)[0] == whole.id
    assert manifest.chosen(target).lacking == 1
    call_command("backup", str(target.path), "--list")
    assert capsys.readouterr().out.count("lacks 1 files") == 1


def age(target) -> None:
    """Every object was written two days ago."""
    for name in target.entries("objects/"):
        path = target.path / name
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 2 * 24 * 3600))


def test_objects_go_with_the_last_backup_that_names_them(make, target, files):
    with clock.at(clock.now() - timedelta(days=1)):
        make()
    files[0].delete()
    made = make()
    objects_of_the_first = set(manifest.read(target, manifest.ids(target)[0]).objects)
    removed = retention.apply(target, Retention(daily=1))
    assert len(removed.backups) == 1
    assert removed.objects == 0  # They are of today: whoever wrote them may be about to name them.
    age(target)
    removed = retention.apply(target, Retention(daily=1))
    assert removed.objects == 2  # One file, and the first list of files.
    assert manifest.ids(target) == [made.id]
    assert set(target.entries("objects/")) == set(manifest.chosen(target).objects) != objects_of_the_first


def test_while_a_manifest_cannot_be_read_nothing_is_deleted(make, target, files):
    with clock.at(clock.now() - timedelta(days=1)):
        first = make()
    make()
    age(target)
    (target.path / f"{manifest.FOLDER}{first.id}.json").write_text("{")
    before = target.entries()
    with pytest.raises(BackupError, match="Nothing was deleted"):
        retention.apply(target, Retention(daily=1))
    assert target.entries() == before


def test_what_is_no_object_of_ours_is_left_where_it_is(make, target, files):
    make()
    (target.path / "objects" / "README").write_text("x")
    age(target)
    retention.apply(target, Retention(daily=1))
    assert (target.path / "objects" / "README").exists()


class TestRehearsal:
    def test_damaged_objects_are_moved_aside_and_copied_anew(self, make, target, files, key):
        make(recipients=[key[0]])
        chosen = manifest.chosen(target)
        assert rehearsal.damaged_objects(target, chosen) == {}
        cut_off, gone, *_others = chosen.objects
        (target.path / cut_off).write_bytes(b"age-encryption.org")
        target.delete(gone)
        damaged = rehearsal.damaged_objects(target, chosen)
        assert damaged == {cut_off: "is not what its name says", gone: "is not there"}
        rehearsal.move_aside(target, list(damaged))
        assert (target.path / "damaged" / cut_off).exists()
        assert cut_off not in ObjectStore(target).sizes
        make(recipients=[key[0]])
        assert rehearsal.damaged_objects(target, manifest.chosen(target)) == {}

    @pytest.mark.parametrize(
        ("code", "last_line", "outcome"),
        [(4, "CommandError: BROKEN: The dump is damaged", 4), (1, "CommandError: ERROR: pg_restore is not here", 1)],
    )
    def test_one_that_brings_nothing_back_says_why(self, make, target, files, monkeypatch, code, last_line, outcome):
        """The process itself is in ``tests/services``."""
        make()
        done = subprocess.CompletedProcess([], code, stdout="", stderr=f"Backup …\n{last_line}\n")
        monkeypatch.setattr(rehearsal.subprocess, "run", lambda *args, **kwargs: done)
        monkeypatch.setattr(rehearsal, "_scratch_database", lambda: nullcontext("scratch"))
        with pytest.raises(CommandError, match=f"It cannot be restored. {last_line}") as ended:
            call_command("backup", str(target.path), "--verify")
        assert ended.value.returncode == outcome

    @pytest.mark.parametrize(("source", "reaches_backups"), [("/mnt/backups", False), ("s3://copias/rollout", True)])
    def test_it_reaches_nothing_of_the_installation(self, monkeypatch, source, reaches_backups):
        started = []
        for name in ("REDIS_URL", "S3_BUCKET", "S3_SECRET_KEY", "BACKUP_S3_SECRET_KEY", "EMAIL_HOST"):
            monkeypatch.setenv(name, "production")

        def run(command, *, env, **options):
            started.append(env)
            return subprocess.CompletedProcess(command, 0, stdout="{}", stderr="")

        monkeypatch.setattr(rehearsal.subprocess, "run", run)
        monkeypatch.setattr(rehearsal, "_scratch_database", lambda: nullcontext("scratch"))
        assert rehearsal.rehearse(source, []) == (0, {})
        (environment,) = started
        assert {environment[name] for name in ("S3_BUCKET", "EMAIL_HOST")} == {""}
        assert environment["REDIS_URL"] == "memory://"
        assert (environment["BACKUP_S3_SECRET_KEY"] == "production") is reaches_backups
        assert (environment["S3_SECRET_KEY"] == "production") is reaches_backups

    def test_without_the_key_of_an_encrypted_one_only_what_is_stored_is_compared(
        self, make, target, files, key, capsys
    ):
        make(recipients=[key[0]])
        call_command("backup", str(target.path), "--verify")
        assert "so it was not restored" in capsys.readouterr().out
