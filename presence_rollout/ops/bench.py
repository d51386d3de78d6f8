"""`make bench`: 100,000 time entries in one installation, and how long its pages and its arithmetic take.

``--entries N`` for another size. Everything is made in a folder that is removed again, by a PostgreSQL of its own.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from presence_rollout.ops import postgres

ROOT = Path(__file__).resolve().parents[2]
BIG = 5_000  # entries of the rollout that is large beyond reason; the others have what is left
ROLLOUTS = 200
NOW = datetime(2026, 4, 8, 15, tzinfo=UTC)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    options = parser.parse_args()
    with installation():
        run(options.entries)
        subprocess.run([sys.executable, "-m", "presence_rollout.ops.bench_term"], cwd=ROOT, check=True)
    return 0


@contextmanager
def installation() -> Iterator[None]:
    """An installation with nothing but the blueprints, in a folder that is removed again, by a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory(prefix="presence-bench-") as name:
        folder = Path(name)
        server = postgres.start(folder / "postgres")
        try:
            os.environ |= {
                "DEBUG": "1", "VAR_DIR": str(folder / "var"), "DATABASE_URL": server.url, "LOG_LEVEL": "ERROR",
                "DJANGO_SETTINGS_MODULE": "presence_rollout.settings", "REDIS_URL": "redis://127.0.0.1:1/0",
            }  # fmt: skip
            sys.path.insert(0, str(ROOT))
            manage = [sys.executable, "manage.py"]
            for arguments in (["migrate", "-v", "0"], ["createcachetable"], ["load_blueprints", "-v", "0"]):
                subprocess.run([*manage, *arguments], cwd=ROOT, check=True)
            import django

            django.setup()
            from django.conf import settings

            settings.DEBUG = False
            settings.ALLOWED_HOSTS = ["*"]
            yield
        finally:
            from django.db import connections

            connections.close_all()
            server.stop()


def run(size: int) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from apps.core import clock
    from apps.core.process import PartyRole
    from apps.hours import queries
    from apps.hours.ledger import actions
    from apps.hours.models import Line, TimeEntry
    from apps.hours.statements import documents, exports

    rows: list[tuple[str, float]] = []

    def timed(label: str, job: Callable[[], object], repeat: int = 1) -> None:
        seconds = []
        for _round in range(repeat):
            started = time.perf_counter()
            job()
            seconds.append(time.perf_counter() - started)
        rows.append((label, statistics.median(seconds)))
        print(f"{label:<64} {rows[-1][1] * 1000:>10,.0f} ms", flush=True)

    with clock.at(NOW):
        started = time.perf_counter()
        big, normal, manager, analyst = build(size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # What came in at once is counted, as a server does by itself within a minute.
        print(f"{TimeEntry.objects.count():,} entries, {Line.objects.count():,} lines, {ROLLOUTS} rollouts "
              f"(built in {time.perf_counter() - started:.0f} s)\n")  # fmt: skip
        browser = Client()
        browser.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")

        def page(path: str) -> Callable[[], object]:
            def get() -> None:
                answer = browser.get(path)
                assert answer.status_code == 200, (path, answer.status_code)

            return get

        page(f"/projetos/{normal.pk}/horas/")()  # templates are compiled once
        timed(
            f"ledger page, a rollout of {normal.time_entries.count()} entries", page(f"/projetos/{normal.pk}/horas/"), 5
        )
        timed(f"ledger page, a rollout of {BIG} entries", page(f"/projetos/{big.pk}/horas/"), 5)
        timed(f"… its last page of {BIG // 100}", page(f"/projetos/{big.pk}/horas/?page=9999"), 5)

        def early(rollout, start: datetime) -> Callable[[], object]:
            return lambda: actions.log(
                rollout, by=analyst, activity="training", started_at=start, minutes=1, note="Cedo"
            )

        # A day on which nobody has worked yet, before everything: the whole open part is classified anew.
        timed("early entry reclassifies what follows, normal rollout", early(normal, NOW - timedelta(days=900)))
        timed(f"early entry reclassifies what follows, {BIG} open entries", early(big, NOW - timedelta(days=901)))
        timed(f"entry at the end, {BIG} open entries", early(big, NOW - timedelta(hours=5)))
        timed("page of what waits to be closed", page("/fechamentos/"))
        month = first_month(big)
        timed("close the first month of the big rollout", lambda: close(big, manager, month))
        client = normal.company(PartyRole.CLIENT)
        timed(
            "close the first month of a client, all rollouts",
            lambda: close_client(
                client, manager, min(map(first_month, queries.rollouts_of(client, clock.day_of(NOW))))
            ),
        )
        for later_month in months_after(big, month):
            last = close(big, manager, later_month)
        timed(f"statement page ({len(last.content['lines'])} lines)",
              page(f"/projetos/{big.pk}/horas/fechamentos/{last.number}/"), 3)  # fmt: skip
        timed(f"statement as PDF/A ({len(last.content['lines'])} lines)", lambda: documents.render(last))
        timed("statement as XLSX", lambda: exports.export("x", exports.rows(last.content), last.closed_at).as_xlsx())
        timed("statement as CSV", lambda: exports.export("x", exports.rows(last.content)).as_csv())
        timed(f"entry after {BIG} closed ones", early(big, NOW - timedelta(hours=4)))
        timed("API: the closed months, with lines", page("/api/hours/statements/"))
        timed("reconcile_hours, everything", lambda: call_command("reconcile_hours"))


def build(size: int):
    """Companies, people and rollouts by the actions; entries in bulk, five years of them, classified by the action."""
    import random

    from django.db import transaction

    from apps.accounts.actions import TERMS_VERSION
    from apps.accounts.models import Consent, User
    from apps.blueprints.models import Platform
    from apps.companies.actions import join
    from apps.companies.models import Company
    from apps.core.process import PartyRole
    from apps.hours.ledger import actions
    from apps.hours.models import TimeEntry
    from apps.rollouts.models import Party, Rollout

    dice = random.Random(1)
    kinds = [*PartyRole.values[:3], *[PartyRole.CLIENT.value] * 40]
    companies = [
        Company.objects.create(
            kind=kind, trade_name=f"{kind} {n}", legal_name=f"{kind} {n} Ltda.", cnpj=f"{n:014d}"
        )
        for n, kind in enumerate(kinds)
    ]  # fmt: skip
    people = []
    for n in range(30):
        person = User.objects.create(email=f"p{n}@example.com", name=f"Pessoa {n}")
        Consent.objects.create(user=person, version=TERMS_VERSION)
        join(companies[0], person, role="project_manager" if n == 0 else "analyst")
        people.append(person)
    platform = Platform.objects.order_by("pk").first()
    rollouts = [Rollout(platform=platform, project_manager=people[0]) for _n in range(ROLLOUTS)]
    Rollout.objects.bulk_create(rollouts)
    rollouts = list(Rollout.objects.order_by("pk"))
    Party.objects.bulk_create(
        Party(rollout=rollout, role=role, company=company)
        for n, rollout in enumerate(rollouts)
        for role, company in zip(PartyRole.values, [*companies[:3], companies[3 + n % 40]], strict=True)
    )
    activities = ["training", "follow_up", "homologation", "kickoff", "go_live", "internal"]
    usual_count = (size - BIG) // (ROLLOUTS - 1)
    entries = []
    for n, rollout in enumerate(rollouts):
        count = BIG if n == 0 else usual_count
        for number in range(1, count + 1):
            entries.append(
                TimeEntry(
                    rollout=rollout, number=number, person=dice.choice(people[1:]), activity=dice.choice(activities),
                    started_at=NOW - timedelta(days=1 + dice.random() * 720), minutes=dice.randint(5, 240), note="Trabalho",
                )
            )  # fmt: skip
    TimeEntry.objects.bulk_create(entries, batch_size=2000)
    for rollout in rollouts:
        with transaction.atomic():
            actions.reclassify(rollout)
    return rollouts[0], rollouts[1], people[0], people[1]


def close(rollout, manager, month):
    from apps.hours.ledger import closing

    receipt = closing.receipt(closing.warnings_of(rollout, month))
    return closing.close_month(rollout, by=manager, month=month, acknowledged=receipt)


def close_client(client, manager, month):
    """Close a client's month and acknowledge whatever is pointed out."""
    from apps.hours import queries
    from apps.hours.ledger import closing

    pending = queries.rollouts_of(client, month).order_by("pk")
    open_now = [
        rollout for rollout in pending if queries.lines_of_month(rollout, month).filter(statement=None).exists()
    ]
    receipt = closing.receipt(closing.client_warnings(open_now, month))
    return closing.close_client_month(client, by=manager, month=month, acknowledged=receipt)


def first_month(rollout):
    from apps.hours import queries

    return queries.month_of(rollout.time_entries.filter(deleted_at=None).order_by("started_at").first().started_at)


def months_after(rollout, month):
    """The months with open hours that are over, in order."""
    from apps.hours import queries

    starts = queries.open_lines(rollout).values_list("entry__started_at", flat=True)
    months = sorted({queries.month_of(started_at) for started_at in starts})
    return [later for later in months if later > month and queries.is_over(later)]


if __name__ == "__main__":
    sys.exit(main())
