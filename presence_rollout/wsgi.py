"""WSGI entry point, served by granian in development and production alike."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")

application = get_wsgi_application()

from apps.vault import key_check  # noqa: E402 - Django is set up now

key_check.log_at_start()

# What was imported stays until the process ends: looking through it again and again takes a twentieth of each page.
gc.freeze()
gc.set_threshold(50_000, 20, 100)
