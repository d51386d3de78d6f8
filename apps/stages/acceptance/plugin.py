from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import Stage
from apps.rollouts.models import Rollout
from apps.stages.acceptance import (
    chain_checks,
    dossier,
    events,
    measures,
    outdating,
    personal_data,
    queries,
    requirements,
    returning,
    tasks,
)
from apps.stages.acceptance.api import router
from apps.stages.acceptance.models import Signatory
from apps.stages.acceptance.signing import codes, new_addresses
from apps.stages.acceptance.wording import clauses

TONES = {"signed": "success", "refused": "danger", "expired": "warning", "ready": "info"}


def summary(rollout: Rollout) -> Iterator[Fact]:
    terms = queries.terms_of(rollout)
    if not terms or terms[-1].is_set_aside:
        yield Fact(_("Termo"), _("a redigir"))
        return
    term = terms[-1]
    tone = "warning" if term.is_outdated else TONES.get(term.state, "neutral")
    yield Fact(_("Termo"), lambda: term.state_label, tone)
    signatories = term.signatories.all()
    signed = sum(row.state == Signatory.State.SIGNED for row in signatories)
    yield Fact(_("Assinaturas"), f"{signed}/{len(signatories)}")


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
    party_leaves=[returning.follow_new_company],
    company_changed=[outdating.follow_company],
    recorded=[outdating.follow],
    derived=[outdating.work_out],
    events=events,
    requirements=requirements,
    routers={"/rollouts": router},
    measures=measures.MEASURES,
    is_signed=clauses.is_signed,
    dossier=[dossier.files],
    dossier_is_ready=dossier.is_ready,
    chain_checks=[chain_checks.terms],
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.RENDER, tasks.SEAL, tasks.EXPIRE],
    mails=[codes.MAIL],
    address_changed=[new_addresses.record_change],
)
