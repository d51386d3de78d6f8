"""WSGI entry point, served by granian in development and production alike."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")

application = get_wsgi_application()
