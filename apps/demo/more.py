"""More projects for the demonstration: other retailers, on every platform, with every integrator, in every stage.

They go through the same actions as the first ones (``world``), so that what is shown over all projects, the portfolio and its
forecast, has something to show. The same day and number give the same projects.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from apps.companies.models import Kind, Role
from apps.core.process import PartyRole
from apps.demo.people import Participants, add_company, add_person
from apps.demo.story import Story

RETAILERS = [
    ("Armarinho Bom Retiro", "São Paulo", "SP"), ("Óticas Vista Alegre", "Campinas", "SP"),
    ("Drogaria São Bento", "Ribeirão Preto", "SP"), ("Casa das Lãs", "Caxias do Sul", "RS"),
    ("Empório Sertanejo", "Uberlândia", "MG"), ("Livraria do Porto", "Santos", "SP"),
    ("Couro & Cia", "Novo Hamburgo", "RS"), ("Doce Lar Enxovais", "Blumenau", "SC"),
    ("Mar Azul Surfwear", "Florianópolis", "SC"), ("Papelaria Estrela", "Londrina", "PR"),
    ("Verde Vivo Jardinagem", "Curitiba", "PR"), ("Pé de Moleque Calçados", "Birigui", "SP"),
    ("Joias Imperatriz", "Petrópolis", "RJ"), ("Rio Bikes", "Rio de Janeiro", "RJ"),
    ("Sabor da Bahia", "Salvador", "BA"), ("Tecidos Nordeste", "Caruaru", "PE"),
    ("Som & Luz Instrumentos", "Recife", "PE"), ("Cosméticos Iracema", "Fortaleza", "CE"),
    ("Pet Feliz", "Natal", "RN"), ("Ferragens Pantanal", "Campo Grande", "MS"),
    ("Moda Cerrado", "Brasília", "DF"), ("Eletro Amazônia", "Manaus", "AM"),
    ("Vinhos da Serra", "Bento Gonçalves", "RS"), ("Bebê a Bordo", "Vitória", "ES"),
]  # fmt: skip
"""The names, and where they sell."""

FIRST_NAMES = ["Aline", "Bruno", "Cecília", "Davi", "Elisa", "Felipe", "Gabriela", "Heitor", "Isabel", "Jorge"]
LAST_NAMES = ["Arantes", "Bastos", "Coelho", "Dutra", "Esteves", "Farias", "Guerra"]
PLATFORMS = ["vtex", "shopify", "nuvemshop"]
INTEGRATORS = ["conecta", "ponte", "malha"]
MANAGERS = ["gerente@presence.demo", "gerente2@presence.demo"]


def _to_development(story: Story) -> None:
    story.kickoff_done(promise=24)
    story.develop(delivered=False)


def _to_training(story: Story) -> None:
    story.kickoff_done()
    story.develop()


def _to_homologation(story: Story) -> None:
    _to_training(story)
    story.train()
    story.homologate(stop_with_failure=True)


def _to_acceptance(story: Story) -> None:
    _to_training(story)
    story.train()
    story.homologate()
    story.sign(everybody=False)


def _to_the_window(story: Story) -> None:
    _to_training(story)
    story.train()
    story.homologate()
    story.sign()
    story.go_live(finish=False)


def _to_the_end(story: Story) -> None:
    _to_training(story)
    story.train()
    story.homologate()
    story.sign()
    story.go_live()


def _on_hold(story: Story) -> None:
    story.kickoff_done()
    story.pause(PartyRole.CLIENT, "A loja parou a integração até depois das festas.")


def _fresh(story: Story) -> None:
    story.deliver("presence_api")
    story.deliver("api_documentation", accept=False)


COURSES: list[tuple[Callable[[Story], None], int]] = [
    (_to_the_end, 110), (_to_development, 36), (_to_homologation, 54), (_fresh, 6),
    (_to_training, 42), (_to_the_end, 150), (_to_acceptance, 62), (_fresh, 16),
    (_to_the_window, 72), (_to_development, 48), (_to_the_end, 210), (_on_hold, 40),
]  # fmt: skip
"""How far a project gets, and how many days ago the first of these began."""


def add(participants: Participants, number: int, today: datetime) -> None:
    """Make ``number`` projects more, the last events of each shortly before ``today`` (aware)."""
    for place in range(number):
        client = _client(participants, place % len(RETAILERS))
        course, days = COURSES[place % len(COURSES)]
        platform = PLATFORMS[(place + place // len(RETAILERS)) % len(PLATFORMS)]
        started = today.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days + 2 * place // 3)
        story = Story(
            participants,
            client,
            platform,
            INTEGRATORS[(place // 2 + place // len(COURSES)) % len(INTEGRATORS)],
            platform,
            started,
            today,
            MANAGERS[place % len(MANAGERS)],
        )
        course(story)


def _client(participants: Participants, place: int) -> str:
    """The key of the retailer at ``place``, who is made with their first project."""
    key = f"loja{place + 1}"
    if key not in participants.companies:
        name, city, state = RETAILERS[place]
        add_company(participants, key, Kind.CLIENT, name, f"{name} Comércio Ltda.", city, state)
        person = f"{FIRST_NAMES[place % len(FIRST_NAMES)]} {LAST_NAMES[place % len(LAST_NAMES)]}"
        add_person(participants, key, f"cliente@{key}.demo", person, Role.LEAD)
    return key
