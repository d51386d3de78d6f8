"""WSGI entry point, served by granian in development and production alike."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from apps.core.database import timeouts
from presence_rollout import memory, telemetry
from presence_rollout.celery import app as celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")

telemetry.begin()
django_application = get_wsgi_application()
timeouts.limit(settings.PAGE_DATABASE_LIMITS)

from apps.core.untrusted import encodings  # noqa: E402 - once the settings are there
from apps.vault import key_check  # noqa: E402 - Django is set up now

application = encodings.readable(django_application)
key_check.log_at_start()

# A broker that is there and does not answer holds a page for a second an attempt (the client makes four), and then none for
# a while (core/background/queue.py): the periodic task is the further attempt.
celery.conf.broker_transport_options = {
    **celery.conf.broker_transport_options,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
}

memory.keep_what_was_imported()
