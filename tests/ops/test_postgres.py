"""The PostgreSQL that `make run` and `make test` start for themselves."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from presence_rollout.ops import bootstrap, postgres

ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import os, signal, sys
from pathlib import Path
import psycopg
from presence_rollout.ops import postgres
server = postgres.start(Path(sys.argv[1]))
with psycopg.connect(server.url) as connection:
    connection.execute("CREATE TABLE kept (number integer)")
    connection.execute("INSERT INTO kept VALUES (7)")
print(server.process.pid, flush=True)
os.kill(server.process.pid, int(sys.argv[2])) if int(sys.argv[2]) else None
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def started():
    servers = []

    def start(folder: Path, **options) -> postgres.Server:
        servers.append(postgres.start(folder, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def is_running(pid: int) -> bool:
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("server_dies_by", [0, signal.SIGKILL])
def test_it_ends_with_a_parent_that_is_killed_and_starts_again_on_the_same_data(tmp_path, started, server_dies_by):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KILLED, tmp_path / "pg", str(int(server_dies_by))]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    from presence_rollout.ops import services

    services.wait_until(lambda: not is_running(pid), "The end of the server")
    server = started(tmp_path / "pg")
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_it_asks_for_a_password_and_listens_to_nobody_outside_its_folder(tmp_path, started):
    server = started(tmp_path / "pg", throwaway=True)
    assert server.host == str(tmp_path / "pg")
    assert stat.S_IMODE((tmp_path / "pg").stat().st_mode) == 0o700
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url.replace(server.password, "wrong"))
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_a_folder_with_a_name_too_long_for_a_socket_is_served_on_the_loopback_interface_alone(tmp_path, started):
    server = started(tmp_path / ("a" * 100), throwaway=True)
    assert server.host == "127.0.0.1"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url.replace(server.password, "wrong"))
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)


def test_it_changes_no_permission_of_the_folders_above_it(tmp_path, started):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    started(home / "project" / "var" / "postgres", throwaway=True)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert home.stat().st_uid == os.geteuid()


def test_letters_with_accents_have_their_other_case(tmp_path, started):
    server = started(tmp_path / "pg", throwaway=True)
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT lower('ÁÇÃÕ'), upper('ação')").fetchone() == ("áçãõ", "AÇÃO")


def test_manage_py_beside_it_is_told_where_it_answers(tmp_path, started):
    from presence_rollout import environment

    server = started(tmp_path / "postgres", throwaway=True)
    assert environment.database("", tmp_path)["PASSWORD"] == server.password
    assert stat.S_IMODE((tmp_path / "postgres" / "url").stat().st_mode) == 0o600


def test_data_of_another_major_version_says_what_to_do(tmp_path):
    data = tmp_path / "pg" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(postgres.Unusable, match=r"belongs to PostgreSQL 9.*pg_dumpall"):
        postgres.start(tmp_path / "pg")


def test_without_any_programs_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "postgres_folders", list)
    with pytest.raises(postgres.Unusable, match="apt-get install postgresql"):
        postgres.start(tmp_path / "pg")


def test_programs_of_the_path_come_before_debians_and_those_before_the_wheels(tmp_path, monkeypatch):
    def programs(folder: Path) -> Path:
        folder.mkdir(parents=True)
        for name in ("postgres", "initdb"):
            (folder / name).touch(mode=0o755)
        return folder

    debian = tmp_path / "debian"
    monkeypatch.setattr(bootstrap, "POSTGRES_OF_DEBIAN", debian)
    on_path, newer, older = (
        programs(tmp_path / "bin"),
        programs(debian / "17" / "bin"),
        programs(debian / "15" / "bin"),
    )
    monkeypatch.setattr(bootstrap, "POSTGRES_OF_WHEEL", programs(tmp_path / "wheel"))
    monkeypatch.setenv("PATH", str(on_path))
    assert bootstrap.postgres_folders() == [on_path, newer, older, tmp_path / "wheel"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_without_namespaces_lets_an_account_without_rights_run_it(tmp_path, started, monkeypatch):
    monkeypatch.setattr(postgres, "NAMESPACE", ["false"])
    server = started(tmp_path / "pg", throwaway=True)
    assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    assert not Path(server.host).exists()
