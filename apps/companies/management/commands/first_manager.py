from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from apps.companies import actions
from apps.core.refusals import Refusal


class Command(BaseCommand):
    help = "Makes Presence's first manager, who invites everybody else. They sign in with a code mailed to the address."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--legal-name", required=True, help="Presence's, as it stands on the acceptance term")
        parser.add_argument("--cnpj", required=True)

    def handle(self, *args, email: str, name: str, legal_name: str, cnpj: str, **options) -> None:
        try:
            actions.first_manager(email=email, name=name, legal_name=legal_name, cnpj=cnpj)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{email} is Presence's manager, and signs in with a code mailed to that address.")
