"""The Celery application: JSON messages only, tasks found in each app's ``tasks.py``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")

app = Celery("presence_rollout")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
