"""What is written to standard error, and how."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

FORMATTERS = {
    "line": {
        "format": "{asctime} {levelname} {name}{ids} {message}",
        "datefmt": "%Y-%m-%d %H:%M:%S%z",
        "style": "{",
    },
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": ["levelname", "name", "message", "request_id", "task", "task_id", "process"],
        "rename_fields": {"levelname": "level", "name": "logger"},
        "timestamp": True,
    },
}
LOGGERS = {
    # At DEBUG it writes whole template contexts: people, forms.
    "django.template": {"level": "INFO"},
    "fontTools": {"level": "WARNING"},
    "weasyprint": {"level": "ERROR"},
    # It traces what is wrong with a file that somebody gives; the verification says it in one sentence.
    "pyhanko": {"level": "ERROR"},
}


def configuration(log_format: str, *, level: str) -> dict[str, Any]:
    """The setting ``LOGGING``: ``log_format`` is a line for people ("line"), or JSON for programs ("json"). Raises
    ``ImproperlyConfigured`` for any other."""
    if log_format not in FORMATTERS:
        raise ImproperlyConfigured(f"LOG_FORMAT must be line or json, not {log_format!r}.")
    console = {"class": "logging.StreamHandler", "formatter": log_format, "filters": ["context"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": "apps.core.watch.ids.Context"}},
        "formatters": FORMATTERS,
        "handlers": {"console": console},
        "root": {"handlers": ["console"], "level": level},
        "loggers": LOGGERS,
    }
