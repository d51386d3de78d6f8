from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import Stage
from apps.rollouts.models import Rollout
from apps.stages.development import events, queries, requirements, term
from apps.stages.development.api import router


def summary(rollout: Rollout) -> Iterator[Fact]:
    due, note, delivery = queries.due_date(rollout), rollout.progress_notes.first(), queries.delivery(rollout)
    late = queries.days_late(rollout)
    yield Fact(
        _("Prazo"),
        date_format(due.date, "SHORT_DATE_FORMAT") if due else _("a informar"),
        "danger" if late else "neutral" if due else "warning",
    )
    if note:
        yield Fact(_("Concluído"), f"{note.percent}%")
    if delivery:
        yield Fact(_("Versão entregue"), delivery.version, "success")


plugin = Plugin(
    app="development",
    page=Page(
        key="development",
        title=gettext_lazy("Desenvolvimento"),
        icon="code",
        url_name="development:room",
        summary=summary,
        stage=Stage.DEVELOPMENT,
        position=30,
    ),
    events=events,
    requirements=requirements,
    term={"connector": term.connector},
    routers={"/rollouts": router},
)
