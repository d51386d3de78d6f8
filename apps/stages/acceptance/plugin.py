from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import Stage
from apps.rollouts.models import Rollout
from apps.stages.acceptance import chain_checks, dossier, events, personal_data, queries, requirements, returning, tasks
from apps.stages.acceptance.models import Signatory
from apps.stages.acceptance.signing import new_addresses

TONES = {"signed": "success", "refused": "danger", "expired": "warning", "ready": "info"}


def summary(rollout: Rollout) -> Iterator[Fact]:
    term = queries.latest_term(rollout)
    if term is None or term.is_set_aside:
        yield Fact(_("Termo"), _("a redigir"))
        return
    yield Fact(_("Termo"), term.get_state_display, TONES.get(term.state, "neutral"))
    signed = term.signatories.filter(state=Signatory.State.SIGNED).count()
    yield Fact(_("Assinaturas"), f"{signed}/{term.signatories.count()}")


plugin = Plugin(
    app="acceptance",
    page=Page(
        key="acceptance",
        title=_("Termo de aceite"),
        icon="signature",
        url_name="acceptance:room",
        summary=summary,
        stage=Stage.ACCEPTANCE,
        position=60,
    ),
    going_back=[returning.consequences],
    went_back=[returning.set_terms_aside],
    party_replaced=[returning.follow_new_company],
    events=events,
    requirements=requirements,
    dossier=[dossier.files],
    dossier_is_ready=dossier.is_ready,
    chain_checks=[chain_checks.terms],
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.RENDER, tasks.SEAL, tasks.EXPIRE],
    address_changed=[new_addresses.record_change],
)
