from django.core.management.base import BaseCommand

from apps.demo import stand_in


class Command(BaseCommand):
    help = "Plays every platform of the demonstration on a local port (see apps/demo/stand_in.py)."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("port", type=int)

    def handle(self, *args, port: int, **options) -> None:
        stand_in.server(port).serve_forever()
