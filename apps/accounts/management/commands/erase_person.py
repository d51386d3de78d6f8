from django.core.management.base import BaseCommand, CommandError

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.refusals import Refusal


class Command(BaseCommand):
    help = (
        "Erases the account of a person, by e-mail address: for a request that came on paper. Without --confirm it only "
        "shows in which texts of others the name would give way to a number."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("--confirm", action="store_true", help="erase")

    def handle(self, *args, email: str, confirm: bool, **options) -> None:
        user = User.objects.filter(email=email, erased_at=None).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        if not confirm:
            for mention in personal_data.mentions(user):
                self.stdout.write(f"{mention.where}: {mention.before}[{mention.name}]{mention.after}")
            self.stdout.write(f"Nothing is erased yet. Repeat with --confirm to erase person {user.pk}, {user.name}.")
            return
        try:
            personal_data.erase(user)
        except Refusal as refusal:
            raise CommandError(" ".join([refusal.message, *refusal.details])) from None
        self.stdout.write(f"Erased: person {user.pk}.")
