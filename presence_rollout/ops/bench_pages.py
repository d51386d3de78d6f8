"""`make bench PAGES=1`: what each page costs with 100 and with 1,000 projects, and with as many as ``--projects`` says.

The demonstration is built by the actions, as people would; its projects are then copied in the database with all that hangs
on them (``multiply``), and spread over as many clients and project managers as such an installation has. Each page is asked
in this process, signed in, behind all the middleware: its queries, its CPU in milliseconds (the median of several), how many
times an empty view's that is, and its bytes.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from presence_rollout.ops.bench import installation

if TYPE_CHECKING:
    from django.test import Client

PEOPLE = {
    "gestora": "gestora@presence.demo",
    "gerente": "gerente@presence.demo",
    "cliente": "cliente@aurora.demo",
    "integrador": "integrador@conecta.demo",
}
PROJECTS_OF_A_MANAGER = 45
PROJECTS_OF_A_CLIENT = 5
SECONDS = 3
"""A page is asked again for at most so long."""
TIMES = 7


def empty(request: HttpRequest) -> HttpResponse:
    """The view that the others are compared with."""
    return HttpResponse()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, nargs="+", default=[100, 1000])
    options = parser.parse_args()
    with installation():
        from presence_rollout import urls

        urls.urlpatterns.insert(0, path("vazia/", empty))
        started = time.perf_counter()
        begin()
        for number in sorted(options.projects):
            fill(number)
            print(f"\n{number:,} projects (built in {time.perf_counter() - started:.0f} s)")
            measure()
            started = time.perf_counter()
    return 0


def begin() -> None:
    """The demonstration. What its documents look like is not asked: none is drawn."""
    from apps.core import clock
    from apps.core.papers import pdf
    from apps.demo import world
    from apps.stages.acceptance.sealing import evidence, rendering, seal

    replacements: list[tuple[Any, str, Callable[..., Any]]] = [
        (pdf, "render", lambda html, *args, **kwargs: b"%PDF-1.7"),
        (rendering, "pdf", lambda term: b"%PDF-1.7"),
        (seal, "pdf", lambda term: b"%PDF-1.7, sealed"),
        (evidence, "read", lambda sealed: b"{}"),
    ]
    for module, name, replacement in replacements:
        setattr(module, name, replacement)
    world.build(clock.now())


def fill(number: int) -> None:
    """Copy the first projects until there are ``number``; the copies are those of more clients and project managers."""
    from django.db import connection

    from apps.accounts.actions import TERMS_VERSION
    from apps.accounts.models import Consent, User
    from apps.companies.models import Company, Kind, Membership, Person, Role
    from apps.core.process import PartyRole
    from apps.invitations.models import Invitation
    from apps.rollouts.models import Party, Rollout
    from presence_rollout.ops.multiply import multiply

    originals = list(Rollout.objects.order_by("pk").values_list("pk", flat=True)[:10])
    missing = number - Rollout.objects.count()
    times, rest = divmod(max(missing, 0), len(originals))
    if times:
        multiply(Rollout.objects.filter(pk__in=originals), times, without={Invitation})
    if rest:
        multiply(Rollout.objects.filter(pk__in=originals[:rest]), 1, without={Invitation})
    copies = Rollout.objects.exclude(pk__in=originals).order_by("pk")

    presence = Company.objects.get(kind=Kind.PRESENCE)
    clients = list(Company.objects.filter(kind=Kind.CLIENT).order_by("pk"))
    more = number // PROJECTS_OF_A_CLIENT - len(clients)
    if more > 0:
        multiply(Company.objects.filter(pk=clients[0].pk), more, without={Party, Membership, Invitation, Person})
        clients = list(Company.objects.filter(kind=Kind.CLIENT).order_by("pk"))
    manager = User.objects.get(email=PEOPLE["gerente"])
    first = User.objects.count()
    others = User.objects.bulk_create(
        User(email=f"gerente{first + place}@presence.demo", name=f"Gerente {first + place}")
        for place in range(number // PROJECTS_OF_A_MANAGER)
    )
    Consent.objects.bulk_create(Consent(user=person, version=TERMS_VERSION) for person in others)
    Person.objects.bulk_create(Person(user=person, company=presence) for person in others)
    Membership.objects.bulk_create(
        Membership(user=person, company=presence, role=Role.PROJECT_MANAGER) for person in others
    )
    managers = [manager, *others]
    rollouts = list(copies.only("pk"))
    for place, rollout in enumerate(rollouts):
        rollout.project_manager = managers[place % len(managers)]
    Rollout.objects.bulk_update(rollouts, ["project_manager"], batch_size=1_000)
    places = {rollout.pk: place for place, rollout in enumerate(rollouts)}
    parties = list(Party.objects.filter(rollout__in=places, role=PartyRole.CLIENT))
    for party in parties:
        party.company = clients[places[party.rollout_id] % len(clients)]
    Party.objects.bulk_update(parties, ["company"], batch_size=1_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # What came in at once is counted, as a server does by itself within a minute.


def pages() -> list[tuple[str, str, str]]:
    """Each page that is asked: what it is, by whom, where."""
    from apps.rollouts.models import Rollout

    pk = Rollout.objects.order_by("pk").values_list("pk", flat=True)[0]
    project = f"/projetos/{pk}"
    first_pages = [(f"first page of {person}", person, "/") for person in PEOPLE]
    return [
        ("empty view", "gerente", "/vazia/"),
        ("empty page: notice preferences", "gerente", "/conta/avisos/"),
        *first_pages,
        ("list of projects", "gerente", "/projetos/"),
        ("list of projects, of an integrator", "integrador", "/projetos/"),
        ("project", "gerente", f"{project}/"),
        ("timeline", "gerente", f"{project}/historico/"),
        ("prerequisites", "gerente", f"{project}/pre-requisitos/"),
        ("homologation", "gerente", f"{project}/homologacao/"),
        ("hours of a project", "gerente", f"{project}/horas/"),
        ("hours over all projects", "gerente", "/leitura/"),
        ("months to close", "gestora", "/fechamentos/"),
        ("deliveries to review", "gerente", "/conferencia/?scope=all"),
        ("companies", "gerente", "/empresas/"),
        ("new project", "gerente", "/projetos/novo/"),
        ("quick log", "gerente", "/horas/apontar/"),
        ("week", "gerente", "/horas/"),
        ("API: projects", "integrador", "/api/rollouts/"),
        ("API: a gate", "integrador", f"/api/rollouts/{pk}/gate/"),
    ]


def measure() -> None:
    """Print a line for each page."""
    from django.test import Client

    from apps.accounts.models import User
    from presence_rollout import memory

    memory.keep_what_was_imported()  # As the server does.
    browsers: dict[str, Client] = {}
    for person, email in PEOPLE.items():
        browsers[person] = Client()
        browsers[person].force_login(
            User.objects.get(email=email), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        browsers[person].get("/empresas/")  # The session is noted as in use, the templates of every page are compiled.
    print(f"{'page':<40} {'queries':>8} {'CPU ms':>9} {'× empty':>8} {'bytes':>10}")
    unit = 0.0
    for label, person, address in pages():
        queries, milliseconds, size = ask(browsers[person], address)
        unit = unit or milliseconds
        print(f"{label:<40} {queries:>8,} {milliseconds:>9,.1f} {milliseconds / unit:>8,.1f} {size:>10,}", flush=True)


def ask(browser: "Client", address: str) -> tuple[int, float, int]:
    """The queries, the CPU (milliseconds, this process alone) and the bytes of a page."""
    from django.db import connection

    number = 0

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal number
        number += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        started = time.perf_counter()
        answer = browser.get(address)
        took = time.perf_counter() - started
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    costs = []
    for _time in range(TIMES if took * TIMES < SECONDS else 1):
        before = time.process_time()
        answer = browser.get(address)
        costs.append((time.process_time() - before) * 1000)
    return number, statistics.median(costs), len(answer.content)


if __name__ == "__main__":
    sys.exit(main())
