from django.core.management.base import BaseCommand, CommandError

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.refusals import Refusal


class Command(BaseCommand):
    help = "Erases the account of a person, by e-mail address: for a request that came on paper."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")

    def handle(self, *args, email: str, **options) -> None:
        user = User.objects.filter(email=email, erased_at=None).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        try:
            personal_data.erase(user)
        except Refusal as refusal:
            raise CommandError(" ".join([refusal.message, *refusal.details])) from None
        self.stdout.write(f"Erased: person {user.pk}.")
