"""How the parts that every app stands on are: database, broker, workers, mail, clock, disk, static files, settings."""

import shutil
import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import redis
from celery import current_app
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core import checks as system
from django.core.mail import get_connection
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.health import Finding, HealthCheck, failure, warning, well

OLDEST_POSTGRES = 14
MOST_CONNECTIONS = 0.8
"""Of those that the database takes; more are a warning."""
CLOCKS_APART = (2, 30)
"""Seconds: beyond the first a warning, beyond the second codes and signatures are refused as too old."""
SCARCE, LEAST = (2 * 1024**3, 256 * 1024**2)
"""Bytes free on a disk: below the first a warning, below the second a failure."""
PATIENCE = 5
"""Seconds that a server of others has."""
STYLE = "css/app.css"


def database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version_num')::int / 10000, current_setting('max_connections')::int, "
                "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), "
                "current_setting('statement_timeout') <> '0'"
            )
            version, most, used, is_limited = cursor.fetchone()
    except Error as error:
        return failure(
            _("O PostgreSQL não responde (%(error)s).") % {"error": type(error).__name__},
            _("Veja se ele está no ar e se DATABASE_URL tem o endereço, o usuário e a senha certos."),
        )
    values = {"version": version, "used": used, "most": most}
    if version < OLDEST_POSTGRES:
        return failure(
            _("O PostgreSQL é a versão %(version)s.") % values,
            _("Atualize o servidor para a versão %(oldest)s ou mais nova.") % {"oldest": OLDEST_POSTGRES},
        )
    if used > most * MOST_CONNECTIONS:
        return warning(
            _("%(used)s de %(most)s conexões do PostgreSQL estão em uso.") % values,
            _("Aumente max_connections ou reduza processos e threads (docs/production.md)."),
        )
    if settings.DATABASE_POOLED and not is_limited:
        return warning(
            _("O PgBouncer não limita o tempo de uma instrução no banco."),
            _("Copie connect_query de deploy/pgbouncer.ini para a configuração dele (docs/scaling.md)."),
        )
    return well(_("PostgreSQL %(version)s, %(used)s de %(most)s conexões em uso.") % values)


@lru_cache(maxsize=1)
def _migrations_of_the_code() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def migrations() -> Finding:
    pending = _migrations_of_the_code() - set(MigrationRecorder(connection).applied_migrations())
    if pending:
        names = ", ".join(f"{app}.{name}" for app, name in sorted(pending)[:3])
        return failure(
            ngettext(
                "%(count)s migração ainda não foi aplicada: %(names)s.",
                "%(count)s migrações ainda não foram aplicadas: %(names)s.",
                len(pending),
            )
            % {"count": len(pending), "names": names},
            _("Rode: manage.py prepare"),
        )
    return well(_("Todas as migrações desta versão foram aplicadas."))


def broker() -> Finding:
    try:
        server = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
        with server:
            memory = server.info("memory")
    except (redis.RedisError, OSError, ValueError) as error:
        return failure(
            _("O Redis não responde (%(error)s).") % {"error": type(error).__name__},
            _("Veja se ele está no ar e se REDIS_URL está certo. Nada se perde: o trabalho espera por ele."),
        )
    if memory.get("maxmemory") and memory.get("maxmemory_policy") != "noeviction":
        return warning(
            _("O Redis descarta mensagens quando falta memória (%(policy)s).") % {"policy": memory["maxmemory_policy"]},
            _("Configure: maxmemory-policy noeviction"),
        )
    return well(_("O Redis responde."))


def workers() -> Finding:
    """Whether each queue has a worker that answers. One at work answers too."""
    queues = {queue.name for queue in current_app.conf.task_queues}
    try:
        answers = current_app.control.inspect(timeout=2).active_queues() or {}
    except (redis.RedisError, OSError) as error:
        return failure(
            _("Não foi possível perguntar aos workers (%(error)s).") % {"error": type(error).__name__},
            _("Eles respondem pelo Redis: veja primeiro se ele está no ar."),
        )
    served = {queue["name"] for worker in answers.values() for queue in worker}
    if missing := sorted(queues - served):
        return failure(
            _("Nenhum worker atende: %(queues)s.") % {"queues": ", ".join(missing)},
            _("Inicie um worker para cada fila (docs/production.md)."),
        )
    return well(_("Cada fila tem um worker; são %(count)s.") % {"count": len(answers)})


def mail() -> Finding:
    if not settings.EMAIL_HOST:
        text = _("Não há servidor de e-mail: as mensagens ficam em VAR_DIR/mail.")
        return well(text) if settings.DEBUG else warning(text, _("Defina EMAIL_HOST."))
    server = get_connection("django.core.mail.backends.smtp.EmailBackend", timeout=PATIENCE)
    try:
        server.open()
        server.close()
    except OSError as error:  # What the library says of a server's answers is one too.
        return failure(
            _("O servidor de e-mail não aceita a conexão (%(error)s).") % {"error": type(error).__name__},
            _("Confira EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, o usuário e a senha. Sem ele ninguém recebe código."),
        )
    return well(_("O servidor de e-mail aceita a conexão."))


def clock() -> Finding:
    """This machine's clock beside the database's, which no test or demonstration moves."""
    with connection.cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("SELECT clock_timestamp()")
        (database_time,) = cursor.fetchone()
        after = datetime.now(UTC)
    apart = max((before - database_time).total_seconds(), (database_time - after).total_seconds(), 0)
    if apart <= CLOCKS_APART[0]:
        return well(_("Os relógios desta máquina e do banco de dados andam juntos."))
    text = _("Os relógios desta máquina e do banco de dados diferem em %(seconds)s s.") % {"seconds": round(apart)}
    advice = _("Ligue o NTP nas duas máquinas (timedatectl set-ntp true).")
    return failure(text, advice) if apart > CLOCKS_APART[1] else warning(text, advice)


def disk() -> Finding:
    folders = [Path(settings.VAR_DIR), Path(tempfile.gettempdir())]
    free, folder = min((shutil.disk_usage(folder).free, str(folder)) for folder in folders)
    values = {"folder": folder, "free": number_format(free / 1024**3, 1)}
    text = _("%(free)s GB livres em %(folder)s.") % values
    advice = _("Libere espaço ou aumente o disco: sem ele, envios são recusados.")
    if free < LEAST:
        return failure(text, advice)
    return warning(text, advice) if free < SCARCE else well(text)


def static_files() -> Finding:
    """Whether the style sheet was built, and in production collected under the name that this process gives it."""
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        if finders.find(STYLE) is None:
            return failure(_("A folha de estilos não foi gerada."), _("Rode: presence_rollout/ops/bootstrap.py"))
        return well(_("A folha de estilos foi gerada."))
    try:
        collected = staticfiles_storage.exists(staticfiles_storage.stored_name(STYLE))
    except ValueError:
        collected = False
    if not collected:
        return failure(
            _("Os arquivos estáticos desta versão não foram coletados."),
            _("Rode manage.py prepare e reinicie os processos web."),
        )
    return well(_("Os arquivos estáticos foram coletados."))


def configuration() -> Finding:
    """What Django's own checks of security say of this deployment."""
    messages = system.run_checks(tags=[system.Tags.security], include_deployment_checks=not settings.DEBUG)
    # Apps tag theirs so too, and have checks of their own here.
    notable = [
        message
        for message in messages
        if str(message.id).startswith("security.") and message.level >= system.WARNING and not message.is_silenced()
    ]
    if not notable:
        return well(_("As configurações estão em ordem."))
    text = " ".join(f"{message.msg} ({message.id})" for message in notable)
    return warning(text, _("Rode: manage.py check --deploy"))


CHECKS = [
    HealthCheck("database", gettext_lazy("Banco de dados"), database, vital=True),
    HealthCheck("migrations", gettext_lazy("Migrações"), migrations, vital=True),
    HealthCheck("static", gettext_lazy("Arquivos estáticos"), static_files, vital=True),
    HealthCheck("configuration", gettext_lazy("Configurações"), configuration),
    HealthCheck("clock", gettext_lazy("Relógio"), clock),
    HealthCheck("disk", gettext_lazy("Disco"), disk),
    HealthCheck("broker", gettext_lazy("Redis"), broker),
    HealthCheck("workers", gettext_lazy("Workers"), workers),
    HealthCheck("mail", gettext_lazy("E-mail"), mail),
]
