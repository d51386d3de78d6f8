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


def test_a_second_start_on_the_same_data_is_refused_and_the_first_goes_on(tmp_path, started, monkeypatch):
    server = started(tmp_path / "pg", throwaway=True)
    monkeypatch.setattr(postgres, "PATIENCE", 0.3)
    with pytest.raises(postgres.Unusable, match="stop the `make run` that started it"):
        postgres.start(tmp_path / "pg", throwaway=True)
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert (tmp_path / "pg" / "data" / "postmaster.pid").exists()


def test_a_shell_that_stands_in_the_data_is_no_obstacle_but_a_server_started_by_hand_is(tmp_path, started):
    started(tmp_path / "pg", throwaway=True).stop()
    data = tmp_path / "pg" / "data"
    shell = subprocess.Popen(["sleep", "600"], cwd=data)
    try:
        (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
        started(tmp_path / "pg", throwaway=True).stop()
        (data / "postmaster.pid").write_text(f"{shell.pid}\n{data}\n")
        with pytest.raises(postgres.Unusable, match=f"process {shell.pid}"):
            postgres.start(tmp_path / "pg", throwaway=True)
        assert (data / "postmaster.pid").exists()
    finally:
        shell.kill()
        shell.wait()


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")


@only_root
@pytest.mark.parametrize(("owner", "mode"), [(0, 0o777), (0, 0o755), (12345, 0o700), (12345, 0o711), (0, None)])
def test_a_folder_that_somebody_else_prepared_is_refused(tmp_path, monkeypatch, owner, mode):
    monkeypatch.setattr(postgres, "NAMESPACE", ["false"])
    monkeypatch.setattr(postgres, "OUTSIDE", tmp_path)
    folder = postgres._outside(tmp_path / "pg")
    target = tmp_path / "target"
    target.mkdir()
    for name in ("password", "log", "programs", "data"):
        (target / name).write_text("theirs")
        (folder / name).symlink_to(target / name)
    if mode is None:
        folder.rename(tmp_path / "prepared")
        folder.symlink_to(tmp_path / "prepared")
    else:
        folder.chmod(mode)
        os.chown(folder, owner, owner)
    with pytest.raises(postgres.Unusable, match="was not made by this program"):
        postgres.start(tmp_path / "pg")
    assert {file.read_text() for file in target.iterdir()} == {"theirs"}
    assert {file.stat().st_uid for file in target.iterdir()} == {0}


@only_root
def test_root_without_namespaces_keeps_password_log_and_address_to_itself(tmp_path, started, monkeypatch):
    monkeypatch.setattr(postgres, "NAMESPACE", ["false"])
    asked = tmp_path / "pg"
    server = started(asked, throwaway=True)
    folder = Path(server.host).parent
    assert (folder.stat().st_uid, stat.S_IMODE(folder.stat().st_mode)) == (0, 0o711)
    assert {path.name for path in folder.iterdir()} - {"programs"} == {"data", "socket"}
    for private in (folder / "data", folder / "socket"):
        assert private.stat().st_uid == Path(f"/proc/{server.process.pid}").stat().st_uid
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert {path.name for path in asked.iterdir()} == {"lock", "log", "password", "url"}
    assert {path.stat().st_uid for path in asked.iterdir()} == {0}
    monkeypatch.setattr(postgres, "PATIENCE", 0.3)
    with pytest.raises(postgres.Unusable, match="make run"):
        postgres.start(asked, throwaway=True)


@only_root
def test_root_without_namespaces_lets_an_account_without_rights_run_it(tmp_path, started, monkeypatch):
    monkeypatch.setattr(postgres, "NAMESPACE", ["false"])
    server = started(tmp_path / "pg", throwaway=True)
    assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    assert not Path(server.host).exists()
