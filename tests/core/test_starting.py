"""What a process does not need, it does not import: WeasyPrint and pyHanko take as long as the application itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SLOW = {"weasyprint", "fontTools", "pyhanko", "pyhanko_certvalidator", "aiohttp", "jsonschema", "xlsxwriter"}
# What a web process, a worker and a management command import, one after the other.
STARTED = """
import json, sys
import presence_rollout.wsgi
from django.core.management import call_command
from django.urls import get_resolver
from presence_rollout.celery import app

assert get_resolver().url_patterns
app.loader.import_default_modules()
call_command("check")
print(json.dumps(sorted(sys.modules)))
"""


def test_processes_start_without_what_makes_documents_and_seals():
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "presence_rollout.settings", "DEBUG": "1"}
    done = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    modules = set(json.loads(done.stdout.splitlines()[-1]))
    assert {"apps.core.papers.pdf", "apps.seals.signatures", "apps.stages.acceptance.tasks"} <= modules
    assert modules & SLOW == set()
