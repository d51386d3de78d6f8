"""Read the environment variables that configure the application.

The table of every variable, its meaning and its default is in ``docs/configuration.md``.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable without blanks around it; ``default`` where it is not set."""
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """Whether the variable is on (1, true, yes, on). Raises ``ImproperlyConfigured`` for what is neither on nor off."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    value = raw.strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")


def child_environment(emptied: tuple[str, ...] = (), /, **variables: str) -> dict[str, str]:
    """The environment of this process with other ``variables``, for a program that it starts; those whose names begin with
    one of ``emptied`` are empty there."""
    without = {name: "" for name in os.environ if name.startswith(emptied)} if emptied else {}
    return {**os.environ, **without, **variables}


def number(name: str, default: int, *, least: int | None = None) -> int:
    """The variable as a whole number; ``default`` where it is empty. Raises ``ImproperlyConfigured`` for anything else, and
    for less than ``least``."""
    raw = text(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None
    if least is not None and value < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more, not {value}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """The parts of a list with commas, without blanks and empty ones."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


KEEP_ALIVE = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Of the database's client, in seconds: a server that vanished is noticed within a minute, not in two hours, and one that
does not answer holds nobody."""


def database(url: str, var_dir: Path, *, pooled: bool = False) -> dict:
    """Django's DATABASES entry for ``url``, a PostgreSQL. It is ``pooled`` where each transaction may come to another session
    of it: then nothing is kept from one to the next, neither cursors nor prepared statements.

    Without one it is the server that ``make run`` keeps in ``var_dir``, which says there where it answers; where there is
    none either, nothing can connect, but commands that need no database work.
    """
    url_file = var_dir / "postgres" / "url"
    if not url:
        url = url_file.read_text().strip() if url_file.exists() else "postgresql:///rollout"
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL must start with postgresql://, not {parts.scheme!r}.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    options: dict[str, object] = {**KEEP_ALIVE, "prepare_threshold": None} if pooled else {**KEEP_ALIVE}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": pooled,
        "OPTIONS": options | {name: unquote(value) for name, value in query.items()},
    }


def file_storage() -> dict:
    """Django's STORAGES entry for uploaded files: a local folder, or with ``S3_BUCKET`` an S3-compatible store.

    Objects are private and read through the application only, so that nobody is ever given an address of the store. Large
    objects pass through a temporary file, never through memory as a whole.
    """
    bucket = text("S3_BUCKET")
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    try:
        from botocore.config import Config
    except ImportError as error:
        raise ImproperlyConfigured(
            "S3_BUCKET needs the packages of requirements/amazon.txt: presence_rollout/ops/bootstrap.py installs them when "
            "it is run with S3_BUCKET set."
        ) from error

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": text("S3_ENDPOINT") or None,
            "region_name": text("S3_REGION") or None,
            "access_key": text("S3_ACCESS_KEY") or None,
            "secret_key": text("S3_SECRET_KEY") or None,
            "default_acl": "private",
            "querystring_auth": True,
            "file_overwrite": True,  # Names are the files' own ids.
            "max_memory_size": 1024 * 1024,
            "client_config": Config(**_s3_client(path_style=flag("S3_PATH_STYLE"))),
        },
    }


def backup_store() -> dict:
    """How boto3 reaches the store of ``s3://…`` targets: BACKUP_S3_…, and what is not set there as for the files."""
    return {
        "endpoint_url": text("BACKUP_S3_ENDPOINT") or text("S3_ENDPOINT") or None,
        "region_name": text("BACKUP_S3_REGION") or text("S3_REGION") or None,
        "aws_access_key_id": text("BACKUP_S3_ACCESS_KEY") or text("S3_ACCESS_KEY") or None,
        "aws_secret_access_key": text("BACKUP_S3_SECRET_KEY") or text("S3_SECRET_KEY") or None,
        "config": _s3_client(path_style=flag("BACKUP_S3_PATH_STYLE", default=flag("S3_PATH_STYLE"))),
    }


def _s3_client(*, path_style: bool) -> dict:
    return {
        "s3": {"addressing_style": "path" if path_style else "auto"},
        "signature_version": "s3v4",
        # Stores that are compatible rather than Amazon's know no trailing checksums.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
        "connect_timeout": 5,
        "read_timeout": 30,
    }
