"""The companies and people of the demonstration. Everybody signs in with the same password."""

from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from stdnum.br.cnpj import calc_check_digits

from apps.accounts import actions as accounts
from apps.accounts.address_changes import vouch_for_address
from apps.accounts.models import User
from apps.companies.actions import join
from apps.companies.models import Company, Kind, Role
from apps.companies.people import actions as directory
from apps.demo.sign_ins import PASSWORD

COMPANIES = [
    ("presence", Kind.PRESENCE, "Presence", "Presence Sistemas Ltda.", "São Paulo", "SP"),
    ("vtex", Kind.PLATFORM, "VTEX Brasil", "Companhia Brasileira de Tecnologia VTEX", "São Paulo", "SP"),
    ("shopify", Kind.PLATFORM, "Shopify", "Shopify Comércio Brasil Ltda.", "São Paulo", "SP"),
    ("nuvemshop", Kind.PLATFORM, "Nuvemshop", "Nuvem Tecnologia Ltda.", "São Paulo", "SP"),
    ("conecta", Kind.INTEGRATOR, "Conecta Hub", "Conecta Hub Integrações Ltda.", "Curitiba", "PR"),
    ("ponte", Kind.INTEGRATOR, "Ponte Digital", "Ponte Digital Software Ltda.", "Belo Horizonte", "MG"),
    ("malha", Kind.INTEGRATOR, "Malha Middleware", "Malha Middleware S.A.", "Recife", "PE"),
    ("aurora", Kind.CLIENT, "Lojas Aurora", "Aurora Moda Comércio Ltda.", "Joinville", "SC"),
    ("passo", Kind.CLIENT, "Passo Certo Calçados", "Passo Certo Calçados Ltda.", "Franca", "SP"),
    ("casa", Kind.CLIENT, "Casa & Cor", "Casa e Cor Utilidades Ltda.", "Goiânia", "GO"),
    ("infantil", Kind.CLIENT, "Mundo Infantil", "Mundo Infantil Brinquedos Ltda.", "Porto Alegre", "RS"),
    ("esporte", Kind.CLIENT, "Ritmo Esportes", "Ritmo Artigos Esportivos Ltda.", "Salvador", "BA"),
]

PEOPLE = [
    ("presence", "gestora@presence.demo", "Helena Prado", Role.MANAGER),
    ("presence", "gerente@presence.demo", "Marcos Teixeira", Role.PROJECT_MANAGER),
    ("presence", "gerente2@presence.demo", "Juliana Campos", Role.PROJECT_MANAGER),
    ("presence", "analista@presence.demo", "Renato Lima", Role.ANALYST),
    ("vtex", "contato@vtex.demo", "Camila Rocha", Role.LEAD),
    ("shopify", "contato@shopify.demo", "Diego Nunes", Role.LEAD),
    ("nuvemshop", "contato@nuvemshop.demo", "Paula Ferraz", Role.LEAD),
    ("conecta", "integrador@conecta.demo", "Thiago Martins", Role.LEAD),
    ("ponte", "integrador@ponte.demo", "Larissa Moura", Role.LEAD),
    ("malha", "integrador@malha.demo", "André Barreto", Role.LEAD),
    ("aurora", "cliente@aurora.demo", "Beatriz Souza", Role.LEAD),
    ("aurora", "equipe@aurora.demo", "Fábio Mendes", Role.MEMBER),
    ("passo", "cliente@passo.demo", "Carlos Antunes", Role.LEAD),
    ("casa", "cliente@casa.demo", "Sônia Ribeiro", Role.LEAD),
    ("infantil", "cliente@infantil.demo", "Rodrigo Paes", Role.LEAD),
    ("esporte", "cliente@esporte.demo", "Vanessa Leite", Role.LEAD),
]

# People without a sign-in: company, name, position, e-mail, telephones as somebody typed them, what they are for.
CONTACTS = [
    (
        "aurora",
        "Rosa Nunes",
        "TI",
        "rosa@aurora.demo",
        "(47) 3433-1020 ramal 12 ou (47) 99988-1020",
        ["technical", "on_call"],
    ),
    ("aurora", "Olavo Souza", "Diretor comercial", "olavo@aurora.demo", "(47) 99988-1030", ["decision", "signatory"]),
    ("vtex", "Plantão VTEX", "Suporte", "plantao@vtex.demo", "0800 770 1011", ["on_call"]),
    ("shopify", "Noah Wright", "Partner manager", "noah@shopify.demo", "+1 613 555 0142", ["decision"]),
    (
        "conecta",
        "Iara Figueiredo",
        "Desenvolvedora",
        "iara@conecta.demo",
        "(41) 3322-8890, deixar recado",
        ["technical"],
    ),
    ("passo", "Benedito Alves", "Financeiro", "financeiro@passo.demo", "16 3711-2200 r. 4", ["finance"]),
]


@dataclass(frozen=True)
class Participants:
    """Companies by their key, people by their address, and the first person of each company. ``password`` is the hash of the
    one that everybody has."""

    password: str
    companies: dict[str, Company] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    leads: dict[str, User] = field(default_factory=dict)

    def lead(self, company: str) -> User:
        """The first person of a company."""
        return self.leads[company]


def create_people() -> Participants:
    """Make the companies, their people and their directories."""
    # One hash for everybody: to be slow is what a hash of a password is for, and this one is public.
    participants = Participants(password=make_password(PASSWORD))
    for company in COMPANIES:
        add_company(participants, *company)
    for person in PEOPLE:
        add_person(participants, *person)
    for key, name, position, email, phone, purposes in CONTACTS:
        directory.register(
            participants.companies[key], name=name, position=position, emails=[email], phone=phone, purposes=purposes
        )
    return participants


def add_company(
    participants: Participants, key: str, kind: Kind, trade_name: str, legal_name: str, city: str, state: str
) -> None:
    """Make a company; its number in the register follows from how many there are."""
    number = len(participants.companies) + 1
    stem = f"{11000000 + 7919 * number:08d}0001"
    participants.companies[key] = Company.objects.create(
        kind=kind, trade_name=trade_name, legal_name=legal_name, cnpj=stem + calc_check_digits(stem),
        street=f"Rua do Comércio, {100 + number}", city=city, state=state, postal_code="01000-000",
    )  # fmt: skip


def add_person(participants: Participants, company: str, email: str, name: str, role: Role) -> None:
    """Make somebody who signs in and works at ``company``."""
    user = participants.people[email] = User.objects.create_user(email, name=name)
    user.password = participants.password
    user.save(update_fields=["password"])
    accounts.consent(user, terms=True)
    vouch_for_address(user)
    join(participants.companies[company], user, role=role)
    participants.leads.setdefault(company, user)
