"""The demonstration as a whole: rollouts in every stage, on hold, late, failing, completed."""

from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.models import User
from apps.companies.models import Company
from apps.core import clock
from apps.core.process import PartyRole
from apps.demo import catalogue, homologation_day, more, steering, tools
from apps.demo.people import create_people
from apps.demo.story import Story
from apps.hours.logging import timers
from apps.rollouts import actions as rollouts
from apps.rollouts.models import Rollout

MANAGER, OTHER = "gerente@presence.demo", "gerente2@presence.demo"


class NotEmpty(Exception):
    """The database holds something; the demonstration never mixes with it."""


def is_empty() -> bool:
    return not (User.objects.exists() or Company.objects.exists() or Rollout.objects.exists())


@transaction.atomic
def build(today: datetime, projects: int = 0) -> None:
    """Create every rollout of the demonstration, the last events shortly before ``today`` (aware), and more of them until
    there are ``projects``.

    The same day gives the same data. Raises ``NotEmpty`` where the database holds people, companies or rollouts.
    """
    if not is_empty():
        raise NotEmpty
    participants = create_people()

    def started(days: int) -> datetime:
        return today.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days)

    def story(client: str, platform: str, integrator: str, slug: str, days: int, manager: str = MANAGER) -> Story:
        return Story(participants, client, platform, integrator, slug, started(days), today, manager)

    done = story("aurora", "vtex", "conecta", "vtex", 100)
    done.kickoff_done()
    done.develop()
    done.train(extra="approved")
    done.homologate()
    done.sign()
    done.go_live()
    done.purge()

    golive = story("passo", "shopify", "ponte", "shopify", 70)
    golive.kickoff_done()
    golive.develop()
    golive.train(extra="approved")
    golive.homologate()
    golive.sign()
    golive.go_live(finish=False)
    golive.log("follow_up", 60, "Apoio à equipe com as primeiras trocas")
    golive.contest_last_hours("A ligação durou meia hora, não uma. Podem conferir?")

    golive.close_month()

    signing = story("casa", "nuvemshop", "malha", "nuvemshop", 60, OTHER)
    signing.kickoff_done()
    signing.develop()
    signing.train(extra="open")
    signing.homologate()
    signing.reword()
    signing.sign(everybody=False)

    failing = story("infantil", "vtex", "conecta", "vtex", 51)
    failing.kickoff_done()
    failing.develop()
    failing.train()
    tools.give_token(failing, homologation_day.MACHINE)
    failing.homologate(stop_with_failure=True)
    failing.log_forgotten("homologation", 60, "Preparação do ambiente de teste")

    training = story("esporte", "shopify", "shopify", "shopify", 40, OTHER)
    training.kickoff_done()
    training.develop()
    training.credential_stops(2)

    training.meet_clients(today)

    developing = story("aurora", "nuvemshop", "ponte", "nuvemshop", 36)
    developing.kickoff_done(promise=24)
    developing.develop(delivered=False)
    developing.amend_worksheet()

    on_hold = story("passo", "vtex", "malha", "vtex", 31, OTHER)
    on_hold.kickoff_done()
    on_hold.pause(PartyRole.PLATFORM, "A plataforma migrará a conta de homologação; sem ambiente até o fim do mês.")

    late = story("casa", "shopify", "ponte", "shopify", 35)
    late.deliver("presence_api")
    late.deliver("contacts_integrator", accept=False)
    late.promise_date(40)
    late.look_production()
    late.deliver("contacts_client", accept=False)
    late.deliver("homologation_credentials", refused_first=True, accept=False)
    late.deliver(
        late.ask_for("Regras de frete da loja", "Tabela de frete por região, ou o nome do serviço que a calcula."),
        accept=False,
    )

    fresh = story("aurora", "shopify", "conecta", "shopify", 5, OTHER)
    fresh.deliver("presence_api")
    fresh.deliver("api_documentation", accept=False)
    fresh.send_back(
        "homologation_credentials",
        wrong=["access_token"],
        reason="O token não tem permissão de pedidos: marque read_orders e write_orders ao criá-lo.",
    )
    fresh.assign_item("contacts_client", participants.people["equipe@aurora.demo"])
    fresh.invite_to_kickoff()

    cancelled = story("infantil", "nuvemshop", "malha", "nuvemshop", 80, OTHER)
    rollout = cancelled.reload()
    with clock.at(cancelled.now + timedelta(days=9)):
        rollouts.cancel(
            rollout,
            by=cancelled.manager,
            reason="O cliente decidiu ficar na plataforma atual.",
            seen_version=rollout.version,
        )

    ready = story("esporte", "vtex", "conecta", "vtex", 47, OTHER)
    ready.kickoff_done()
    ready.develop()
    ready.train(every_case=True)
    ready.ready_to_homologate()

    with clock.at(today - timedelta(minutes=42)):
        timers.start(failing.reload(), by=participants.people["analista@presence.demo"], note="Acompanhando a correção")

    steering.steer(participants, failing, training, today)

    catalogue.add_own_case(training.reload(), today)
    catalogue.edit(participants, today)
    more.add(participants, projects - Rollout.objects.count(), today)
