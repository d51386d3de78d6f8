import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from apps.companies import actions
from apps.core.refusals import Refusal

QUESTIONS = {
    "email": "The manager's e-mail address",
    "name": "The manager's name",
    "legal_name": "Presence's legal name, as it stands on the acceptance term",
    "cnpj": "Presence's CNPJ",
}


class Command(BaseCommand):
    help = (
        "Makes Presence and its first manager, who invites everybody else and signs in with a code mailed to the address. "
        "Asks on a terminal for what is not given."
    )

    def add_arguments(self, parser) -> None:
        for name, text in QUESTIONS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=text)
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is a manager already")

    def handle(self, *args, if_empty: bool = False, **options) -> None:
        if if_empty and actions.has_manager():
            self.stdout.write("There is a manager already.")
            return
        given_answers = {name: options[name] for name in QUESTIONS if options[name]}
        if len(given_answers) == len(QUESTIONS):
            self._set_up(given_answers)
        elif sys.stdin.isatty():
            try:
                self._ask_until_taken(given_answers)
            except (EOFError, KeyboardInterrupt):
                raise CommandError("Nothing was made.") from None
        else:
            missing = ", ".join(f"--{name.replace('_', '-')}" for name in QUESTIONS if name not in given_answers)
            raise CommandError(f"Give {missing}, or run this on a terminal.")

    def _ask_until_taken(self, given_answers: dict[str, str], ask: Callable[[str], str] = input) -> None:
        """What is refused is asked again, with what was answered before in its place."""
        answers = dict(given_answers)
        while True:
            for name, text in QUESTIONS.items():
                if name not in given_answers:
                    before = f" [{answers[name]}]" if name in answers else ""
                    answers[name] = ask(f"{text}{before}: ").strip() or answers.get(name, "")
            try:
                return self._set_up(answers)
            except CommandError as error:
                if len(given_answers) == len(QUESTIONS) or actions.has_manager():
                    raise
                self.stderr.write(str(error))

    def _set_up(self, answers: dict[str, str]) -> None:
        try:
            user = actions.first_manager(**answers)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        address = f"{settings.SITE_URL}{reverse('account_request_login_code')}"
        self.stdout.write(f"{user.email} is Presence's manager, and asks for a code to sign in at {address}")
