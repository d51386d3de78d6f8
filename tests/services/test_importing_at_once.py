"""The same spreadsheet that is confirmed twice in the same instant, on a real PostgreSQL."""

import pytest

from apps.core.refusals import Invalid
from apps.rollouts.importing import actions
from apps.rollouts.models import Rollout
from tests.blueprints import shipped
from tests.companies.factories import CompanyFactory, PresenceFactory, a_cnpj, a_person
from tests.rollouts.factories import PlatformFactory
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_its_projects_come_in_once():
    shipped.load()
    manager = a_person(PresenceFactory(), "project_manager")
    PlatformFactory(slug="vtex", name="VTEX")
    head = [
        "client_cnpj",
        "client",
        "platform",
        "platform_cnpj",
        "platform_company",
        "integrator_cnpj",
        "integrator",
        "manager",
    ]
    cells = [a_cnpj(901), "Loja Azul", "vtex", a_cnpj(902), "VTEX", a_cnpj(903), "Integra", manager.email]
    for kind, number in (("client", 901), ("platform", 902), ("integrator", 903)):
        CompanyFactory(kind=kind, cnpj=a_cnpj(number))  # Of new ones their CNPJ alone would refuse the second.
    outcomes = at_once(*[lambda: actions.take_over([head, cells], by=manager)] * 2)
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, Invalid)]
    rollout = Rollout.objects.get()
    assert rollout.code in str(refused.details)
