import json
import sys

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from apps.core.health import State
from apps.core.watch import running

MARKS = {State.OK: "✓", State.WARNING: "!", State.FAILURE: "✗"}


class Command(BaseCommand):
    help = "Asks every part of the installation how it is, and says what to do. Ends with 1 when something fails."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--strict", action="store_true", help="end with 1 for warnings too")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--only", metavar="KEY", action="append", choices=[check.key for check in running.checks()])

    def handle(self, *args, language: str | None = None, strict: bool = False, **options) -> None:
        with translation.override(language or settings.LANGUAGE_CODE):
            outcomes = running.outcomes(only=options["only"])
        if options["json"]:
            self.stdout.write(json.dumps([outcome.as_json() for outcome in outcomes], ensure_ascii=False, indent=2))
        else:
            for outcome in outcomes:
                self.stdout.write(f"{MARKS[outcome.finding.state]} {outcome.title}: {outcome.finding.text}")
                if outcome.finding.advice:
                    self.stdout.write(f"    → {outcome.finding.advice}")
        worst = running.worst(outcomes)
        if worst is State.FAILURE or (strict and worst is State.WARNING):
            sys.exit(1)
