"""Contacts and memberships of before become one directory, in which nobody becomes somebody else."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

BEFORE = [("companies", "0002_people"), ("invitations", "0001_initial")]


@pytest.fixture
def migrated():
    """Takes rows into the state before, and gives the models of the state after."""
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()

    def migrate(make_rows):
        executor = MigrationExecutor(connection)
        executor.migrate(BEFORE)
        make_rows(executor.loader.project_state(BEFORE).apps)
        executor = MigrationExecutor(connection)
        executor.migrate(latest)
        return executor.loader.project_state(latest).apps

    yield migrate
    MigrationExecutor(connection).migrate(latest)


def rows_of_before(apps):
    Company, User = apps.get_model("companies", "Company"), apps.get_model("accounts", "User")
    Membership, Contact = apps.get_model("companies", "Membership"), apps.get_model("companies", "Contact")
    shop = Company.objects.create(kind="client", legal_name="Flores", trade_name="Flores", cnpj="11444777000161")
    other = Company.objects.create(kind="client", legal_name="Outra", trade_name="Outra", cnpj="12ABC34501DE35")
    rita = User.objects.create(email="rita@flores.com.br", name="Rita Souza")
    Membership.objects.create(user=rita, company=shop, role="lead", position="Diretora")
    contacts = [
        (shop, "technical", "Rita", "rita@flores.com.br", "TI", "(11) 3333-4444/11 99999-8888"),
        (shop, "technical", "João Ávila", "joao@flores.com.br", "Compras", "liga na loja"),
        (shop, "decision", "Joao Avila", "joao@flores.com.br", "", "11 3333-5555"),
        (shop, "technical", "Bruno", "ti@flores.com.br", "", ""),
        (shop, "decision", "Carla", "ti@flores.com.br", "", ""),
        (shop, "decision", "Suporte", "rita@flores.com.br", "", "0800 123 4567"),
        (other, "technical", "Rita Souza", "rita@flores.com.br", "", ""),
    ]
    for company, kind, name, email, position, phone in contacts:
        Contact.objects.create(company=company, kind=kind, name=name, email=email, position=position, phone=phone)


def test_contacts_and_memberships_become_people(migrated):
    apps = migrated(rows_of_before)
    Person = apps.get_model("companies", "Person")

    def described(company):
        return [
            (
                person.user.email if person.user else person.name,
                person.position,
                person.purposes,
                [row.email for row in person.emails.all()],
                [(row.text, row.e164) for row in person.phones.all()],
            )
            for person in Person.objects.filter(company__trade_name=company).order_by("pk")
        ]

    assert described("Flores") == [
        # The membership's account, who was a contact too: the position of before stays, the telephones are two.
        (
            "rita@flores.com.br", "Diretora", ["technical"], [],
            [("(11) 3333-4444", "+551133334444"), ("11 99999-8888", "+5511999998888")],
        ),
        # The same e-mail and name, technical and decision at once.
        (
            "João Ávila", "Compras", ["decision", "technical"], ["joao@flores.com.br"],
            [("liga na loja", ""), ("11 3333-5555", "+551133335555")],
        ),
        # Two people at one address stay two, and who shares the account's address does not become its person.
        ("Bruno", "", ["technical"], ["ti@flores.com.br"], []),
        ("Carla", "", ["decision"], ["ti@flores.com.br"], []),
        ("Suporte", "", ["decision"], ["rita@flores.com.br"], [("0800 123 4567", "+558001234567")]),
    ]  # fmt: skip
    assert described("Outra") == [("Rita Souza", "", ["technical"], ["rita@flores.com.br"], [])]


def test_an_empty_database_moves_nothing(migrated):
    assert not migrated(lambda apps: None).get_model("companies", "Person").objects.exists()
