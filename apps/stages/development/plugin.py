from collections.abc import Iterator
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import Stage
from apps.rollouts.models import Rollout
from apps.stages.development import events, queries, requirements, tables, term
from apps.stages.development.api import router


def summary(rollout: Rollout) -> Iterator[Fact]:
    due, note, delivery = queries.due_date(rollout), queries.progress(rollout), queries.delivery(rollout)
    if due:
        awaited = rollout.stage == Stage.DEVELOPMENT and queries.awaited_delivery(rollout) is None
        day = partial(date_format, due.date, "SHORT_DATE_FORMAT")
        yield Fact(_("Prazo"), day, late_after=due.date if awaited else None)
    else:
        yield Fact(_("Prazo"), _("a informar"), "warning")
    if note:
        yield Fact(_("Concluído"), f"{note.percent}%")
    if delivery:
        yield Fact(_("Versão entregue"), delivery.version, "success")


def undone_by_going_back(rollout: Rollout) -> Iterator[str]:
    """What going back to the kickoff means for the delivery, in the reader's language."""
    if rollout.stage == Stage.DEVELOPMENT and (delivery := queries.awaited_delivery(rollout)):
        yield gettext("A entrega %(version)s fica no registro; para o treinamento será pedida outra.") % {
            "version": delivery.version
        }


plugin = Plugin(
    app="development",
    page=Page(
        key="development",
        title=_("Desenvolvimento"),
        icon="code",
        url_name="development:room",
        summary=summary,
        stage=Stage.DEVELOPMENT,
        position=30,
        summary_stages=(Stage.DEVELOPMENT,),
    ),
    events=events,
    requirements=requirements,
    going_back=[undone_by_going_back],
    tables={"deliveries": tables.deliveries},
    term={"connector": term.CONNECTOR},
    routers={"/rollouts": router},
)
