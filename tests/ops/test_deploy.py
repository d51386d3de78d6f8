"""What deploy/ ships runs what docs/production.md says: the same commands, every queue, every setting that is needed."""

import os
import re
import shutil
import subprocess

import pytest
import yaml
from django.conf import settings
from django.urls import reverse

from apps.core import plugins
from presence_rollout.ops import documented

DEPLOY = documented.ROOT / "deploy"
QUEUES = [queue.name for queue in settings.CELERY_TASK_QUEUES]


def documented_commands() -> dict[str, list[str]]:
    """The words of each command, by what it runs: ``web``, ``beat``, a worker's queue."""
    commands = [line.replace('"$VAR_DIR/beat"', "$VAR_DIR/beat").split() for line in documented.block("processes")]
    return {name_of(command): command for command in commands}


def name_of(command: list[str]) -> str:
    """What the words of a command run."""
    if "beat" in command:
        return "beat"
    return command[command.index("--queues") + 1] if "--queues" in command else "web"


def of_units(name: str, instance: str = "") -> list[str]:
    text = (DEPLOY / "systemd" / name).read_text()
    line = re.search(r"^ExecStart=/opt/presence-rollout/(.*)$", text, re.MULTILINE)[1]
    return line.replace("%i", instance).replace("%%", "%").replace("${VAR_DIR}", "$VAR_DIR").split()


def in_container(command: list[str]) -> list[str]:
    """``command`` as a container runs it: where others reach it, and with its folder."""
    words = " ".join(map(str, command)).replace("0.0.0.0", "127.0.0.1").replace(" /data/beat", " $VAR_DIR/beat")
    return words.split()


def manifests() -> list[dict]:
    files = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    return [manifest for file in files for manifest in yaml.safe_load_all(file.read_text())]


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def image_command() -> list[str]:
    text = (DEPLOY / "Containerfile").read_text()
    return yaml.safe_load(re.search(r"^CMD (\[.*\])", text, re.MULTILINE | re.DOTALL)[1].replace("\\\n", ""))


class TestCommands:
    def test_every_queue_has_a_documented_worker(self):
        assert sorted(documented_commands()) == sorted(["web", "beat", *QUEUES])

    def test_the_units_run_the_documented_commands(self):
        units = {queue: of_units("presence-rollout-worker@.service", queue) for queue in QUEUES}
        units["web"] = of_units("presence-rollout-web@.service", "8000")
        units["beat"] = of_units("presence-rollout-beat.service")
        assert units == documented_commands()

    def test_compose_runs_the_documented_commands(self):
        services = compose()["services"]
        commands = {"web": image_command()}
        for service in services.values():
            if ".venv/bin/celery" in service.get("command", []):
                commands[name_of(service["command"])] = service["command"]
        assert {name: in_container(command) for name, command in commands.items()} == documented_commands()
        assert services["prepare"]["command"] == documented.block("prepare")[0].split()

    def test_kubernetes_runs_the_documented_commands(self):
        workloads = [manifest for manifest in manifests() if manifest["kind"] in ("Deployment", "Job")]
        commands = [workload["spec"]["template"]["spec"]["containers"][0]["command"] for workload in workloads]
        prepare = documented.block("prepare")[0].split()
        assert prepare in commands
        running = {name_of(command): in_container(command) for command in commands if command != prepare}
        assert running == documented_commands()

    def test_only_one_beat_runs(self):
        beat = next(manifest for manifest in manifests() if manifest["metadata"]["name"] == "beat")
        assert (beat["spec"]["replicas"], beat["spec"]["strategy"]) == (1, {"type": "Recreate"})


class TestSettings:
    def test_the_script_writes_every_setting_that_production_needs(self):
        text = (DEPLOY / "install.sh").read_text()
        written = text.split("<<SETTINGS\n")[1].split("\nSETTINGS\n")[0]
        assert re.findall(r"^(\w+)=", written, re.MULTILINE) == documented.settings()

    def test_compose_has_every_setting_that_production_needs(self):
        example = (DEPLOY / "environment.example").read_text()
        assert re.findall(r"^(\w+)=", example, re.MULTILINE) == documented.settings()

    def test_kubernetes_has_every_setting_that_production_needs(self):
        by_name = {manifest["metadata"]["name"]: manifest for manifest in manifests()}
        given = {**by_name["settings"]["data"], **by_name["secrets"]["stringData"]}
        assert set(documented.settings()) <= set(given)

    def test_no_secret_is_shipped(self):
        by_name = {manifest["metadata"]["name"]: manifest for manifest in manifests()}
        assert not any(by_name["secrets"]["stringData"][name] for name in ("SECRET_KEY", "VAULT_KEYSET"))

    def test_the_proxies_take_what_the_application_takes(self):
        taken = settings.MAX_UPLOAD_BYTES + 1024 * 1024
        nginx = re.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text())[1]
        caddy = re.search(r"max_size (\d+)MB", (DEPLOY / "Caddyfile").read_text())[1]
        ingress = next(manifest for manifest in manifests() if manifest["kind"] == "Ingress")
        size = ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
        assert int(nginx) * 1024 * 1024 >= taken
        assert int(caddy) * 1_000_000 >= taken
        assert size == f"{nginx}m"


def written_by_nginx(address: str) -> str:
    """What the shipped log writes of an address: the first of its patterns that matches has the words in a group."""
    text = (DEPLOY / "nginx.conf").read_text()
    for pattern, variable in re.findall(r'^    "~(.*)" \$(\w+);$', text, re.MULTILINE):
        if match := re.match(pattern.replace("(?<", "(?P<"), address):
            return match[variable]
    return ""


def written_by_caddy(address: str) -> str:
    pattern = re.search(r'request>uri regexp "(.*)" "\$1"', (DEPLOY / "Caddyfile").read_text())[1]
    return re.sub(pattern, r"\1", address)


class TestProxies:
    @pytest.mark.parametrize("written", [written_by_nginx, written_by_caddy])
    def test_their_logs_have_no_address_that_lets_somebody_in(self, written):
        secret = "a-secret"
        addresses = [
            reverse("invitations:open", args=[secret]),
            reverse("acceptance:verify", args=[secret]),
            reverse("acceptance:log", args=[secret]),
            reverse("accounts:address_answer", args=[secret]),
            reverse("account_reset_password_from_key", args=["abc", secret]),
        ]
        for address in [*addresses, f"/convite/{secret}", f"//convite/{secret}", f"/termos/?next=/convite/{secret}/"]:
            assert written(address), address
            assert secret not in written(address)
        assert written("/projetos/7/reuniao/?page=2") == "/projetos/7/reuniao/"

    def test_their_logs_have_no_referer_and_nothing_is_written_beside_them(self):
        nginx, caddy = (DEPLOY / "nginx.conf").read_text(), (DEPLOY / "Caddyfile").read_text()
        assert "$http_referer" not in nginx
        assert not re.search(r"\$(request|request_uri|uri|args)\b", nginx.split("log_format")[1].split(";")[0])
        assert nginx.count("access_log ") == nginx.count("server {") == nginx.count(" crit;")
        assert "request>headers delete" in caddy
        assert re.search(r"^\tlog$", caddy, re.MULTILINE)  # By the logger with the filter, not by one of its own.

    def test_compose_gives_the_shipped_file_the_site_and_what_is_behind_it(self):
        proxy = compose()["services"]["proxy"]
        asked = re.findall(r"\{\$(\w+)", (DEPLOY / "Caddyfile").read_text())
        assert sorted(asked) == sorted(proxy["environment"]) == ["SITE", "UPSTREAMS"]
        assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in proxy["volumes"]
        assert proxy["environment"]["UPSTREAMS"] == "web:8000"

    def test_the_public_finds_neither_numbers_nor_readiness(self):
        ingress = next(manifest for manifest in manifests() if manifest["kind"] == "Ingress")
        behind = {
            (path["path"], path["pathType"]): path["backend"]["service"]["name"]
            for path in ingress["spec"]["rules"][0]["http"]["paths"]
        }
        assert behind == {
            ("/metrics", "Exact"): "nothing",
            ("/health/ready", "Exact"): "nothing",
            ("/", "Prefix"): "web",
        }
        nothing = next(one for one in manifests() if (one["kind"], one["metadata"]["name"]) == ("Service", "nothing"))
        assert "selector" not in nothing["spec"]


def run_of_script(begin: str, end: str, **variables: object) -> list[str]:
    """What a part of the script asks of systemd and of the installation, which answer that all is well; the words of each."""
    part = (DEPLOY / "install.sh").read_text().split(begin)[1].split(end)[0]
    stand_ins = """
        systemctl() { echo "systemctl $*"; }
        python3() { echo "ask $2" | sed 's#.*:\\([0-9]*/health/ready\\).*#ask \\1#' >&3; }
        runuser() { :; }
        rollout() { echo "rollout $*"; }
        say() { :; }
        stop() { echo "stopped: $*"; exit 1; }
        exec 3>&1
    """
    done = subprocess.run(
        ["sh", "-eu", "-c", f"{stand_ins}\n#{part}"],
        env={"PATH": os.environ["PATH"], **{name: str(value) for name, value in variables.items()}},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


class TestScript:
    def test_only_ports_and_queues_that_are_no_more_are_disabled(self, tmp_path):
        for name in ("web@8000", "web@8003", "worker@old", "worker@seals", "beat"):
            (tmp_path / f"presence-rollout-{name}.service").symlink_to("/dev/null")
        (tmp_path / "an-operator-s-own.service").symlink_to("/dev/null")
        units = "presence-rollout-web@8000.service presence-rollout-worker@seals.service"
        asked = run_of_script(
            "# A port or a queue that is no more.",
            "# --- Backups",
            WANTS=tmp_path, NAME="presence-rollout", UNITS=units, START="yes",
        )  # fmt: skip
        assert asked == [
            "systemctl disable -q --now presence-rollout-web@8003.service",
            "systemctl disable -q --now presence-rollout-worker@old.service",
        ]

    def test_an_update_starts_the_web_processes_one_after_the_other(self):
        web = [f"presence-rollout-web@{port}.service" for port in (8000, 8001)]
        units = [
            "presence-rollout.target",
            "presence-rollout-beat.service",
            "presence-rollout-worker@seals.service",
            *web,
        ]
        asked = run_of_script(
            "# Whether the web process",
            "cat <<NEXT",
            NAME="presence-rollout",
            UNITS=" ".join(units),
            START="yes",
            BACKUP="",
        )
        assert asked == [
            "systemctl daemon-reload",
            "systemctl restart presence-rollout-beat.service presence-rollout-worker@seals.service",
            f"systemctl restart {web[0]}",
            "ask 8000/health/ready",
            f"systemctl restart {web[1]}",
            "ask 8001/health/ready",
            "systemctl start presence-rollout.target",
            "rollout doctor",
        ]

    @pytest.mark.parametrize("is_folder", [True, False])
    def test_a_target_of_backups_starts_the_timer(self, tmp_path, is_folder):
        target = str(tmp_path) if is_folder else "s3://copies/rollout"
        asked = run_of_script(
            "# --- Backups",
            "# Whether the web process",
            NAME="presence-rollout", BACKUP=target, DROP_IN=tmp_path / "drop-in",
        )  # fmt: skip
        assert asked == ["systemctl enable -q presence-rollout-backup.timer"]
        writable = [f"ReadWritePaths={target}"] if is_folder else []
        written = (tmp_path / "drop-in/target.conf").read_text().splitlines()
        assert written == ["[Service]", f"Environment=BACKUP_TARGET={target}", *writable]

    def test_without_a_target_there_is_no_timer(self, tmp_path):
        part = ("# --- Backups", "# Whether the web process")
        assert run_of_script(*part, NAME="presence-rollout", BACKUP="", DROP_IN=tmp_path / "drop-in") == []
        assert not (tmp_path / "drop-in").exists()

    def test_what_an_operator_types_runs_where_it_was_typed(self):
        command = (DEPLOY / "install.sh").read_text().split("<<COMMAND\n")[1].split("\nCOMMAND\n")[0]
        assert not re.search(r"^\s*cd ", command, re.MULTILINE)
        assert "$ROOT/.venv/bin/python $ROOT/manage.py" in command


class TestImage:
    def test_it_is_built_before_a_keyset_is_made_with_it(self):
        order = (DEPLOY / "compose.yaml").read_text().split("name:")[0]
        steps = [
            "environment.example environment",
            "SITE=",
            "compose build",
            "new_keyset",
            "compose up",
            "manage.py setup",
        ]
        places = [order.index(step) for step in steps]
        assert places == sorted(places)

    def test_no_secret_of_the_machine_comes_into_it(self):
        ignored = (documented.ROOT / ".dockerignore").read_text().splitlines()
        assert {".env", "var", "deploy"} <= set(ignored)


class TestBackups:
    def test_each_way_makes_the_documented_backup(self):
        page = (documented.ROOT / "docs/backup.md").read_text()
        command = re.search(r"^(\.venv/bin/python manage\.py backup s3:\S+ --keep-.*)$", page, re.MULTILINE)[1].split()
        target = command[3]
        job = next(manifest for manifest in manifests() if manifest["kind"] == "CronJob")
        in_pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"]
        assert in_pod == command
        in_compose = compose()["services"]["backup"]["command"]
        assert [target if word == "${BACKUP_TARGET:-/backups}" else word for word in in_compose] == command
        of_timer = of_units("presence-rollout-backup.service")
        assert [target if word == "${BACKUP_TARGET}" else word for word in of_timer] == command

    def test_nobody_s_backup_runs_before_a_target_is_named(self):
        assert next(manifest for manifest in manifests() if manifest["kind"] == "CronJob")["spec"]["suspend"]
        assert compose()["services"]["backup"]["profiles"] == ["backup"]

    def test_pg_dump_is_there(self):
        image = (DEPLOY / "Containerfile").read_text().split("FROM ")[-1]
        script = re.search(r"^PACKAGES='(.*)'", (DEPLOY / "install.sh").read_text(), re.MULTILINE)[1]
        assert "postgresql-client" in image.split("USER")[0].split()
        assert "postgresql-client" in script.split()


class TestWatching:
    @pytest.mark.parametrize("file", ["alerts.yaml", "grafana-dashboard.json"])
    def test_alerts_and_dashboard_name_what_is_measured(self, file):
        content = yaml.safe_load((DEPLOY / file).read_text())  # JSON is YAML too.
        if file == "alerts.yaml":
            expressions = [rule["expr"] for rule in content["groups"][0]["rules"]]
        else:
            expressions = [target["expr"] for panel in content["panels"] for target in panel["targets"]]
        measured = {f"rollout_{measure.name}" for plugin in plugins.plugins() for measure in plugin.measures}
        measured |= {f"rollout_request_seconds_{part}" for part in ("count", "sum", "bucket")} | {"rollout_unmeasured"}
        named = set(re.findall(r"rollout_\w+", " ".join(expressions)))
        assert len(named) >= 7
        assert named <= measured


def tool(name: str) -> str:
    """Where the program is; the test is skipped, and says so, where it is not on this machine."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"{name} is not on this machine")
    return path


def accepts(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class TestTools:
    """What the programs themselves say of their files."""

    def test_systemd_takes_the_units(self, tmp_path):
        verify = tool("systemd-analyze")
        for unit in (DEPLOY / "systemd").iterdir():
            # Of a program that is here.
            text = unit.read_text().replace("/opt/presence-rollout/.venv", str(documented.ROOT / ".venv"))
            (tmp_path / unit.name).write_text(text)
        names = ["web@8000.service", "worker@notices.service", "beat.service", "backup.service"]
        names.append("backup.timer")
        accepts(verify, "verify", *(tmp_path / f"presence-rollout-{name}" for name in names))

    def test_nginx_takes_its_site(self, tmp_path):
        nginx, openssl = tool("nginx"), tool("openssl")
        made = f"req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout {tmp_path}/key.pem -out {tmp_path}/fullchain.pem"
        accepts(openssl, *made.split())
        site = (DEPLOY / "nginx.conf").read_text().replace("/etc/ssl/presence-rollout", str(tmp_path))
        site = site.replace("/var/log/nginx", str(tmp_path))
        site = re.sub(
            r"listen (.*?)(80|443)\b", lambda match: f"listen {match[1]}{18000 + int(match[2])}", site
        )  # It opens them.
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(f"pid {tmp_path}/pid; events {{}} http {{ access_log off; {folders}\n{site} }}")
        accepts(nginx, "-t", "-e", tmp_path / "log", "-c", configuration)

    def test_caddy_takes_its_file(self, tmp_path):
        caddy = tool("caddy")
        text = (DEPLOY / "Caddyfile").read_text()
        version = subprocess.run([caddy, "version"], capture_output=True, text=True, check=True).stdout
        if re.match(r"v?2\.[0-6]\.", version):  # As the file says of this version.
            text = re.sub(r"request_buffers .*", "buffer_requests", re.sub(r"\t*response_buffers .*\n", "", text))
        (tmp_path / "Caddyfile").write_text(text)
        accepts(caddy, "validate", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile")

    def test_the_shell_takes_the_script(self):
        accepts(tool("sh"), "-n", DEPLOY / "install.sh")
