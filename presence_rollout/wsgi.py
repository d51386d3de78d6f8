"""WSGI entry point, served by granian in development and production alike."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")

django_application = get_wsgi_application()

from apps.core.untrusted import encodings  # noqa: E402 - once the settings are there

application = encodings.readable(django_application)

# What was imported stays until the process ends: looking through it again and again takes a twentieth of each page.
gc.freeze()
gc.set_threshold(50_000, 20, 100)
