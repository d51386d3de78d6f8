from django.core.management.base import BaseCommand

from apps.reporting import holidays
from apps.reporting.models import Holiday


class Command(BaseCommand):
    help = "Brings the holidays, by which the views of the schema reporting count business days, up to date."

    def handle(self, *args, verbosity: int, **options) -> None:
        count = holidays.update(Holiday)
        if verbosity > 0:
            self.stdout.write(self.style.SUCCESS(f"{count} holidays."))
