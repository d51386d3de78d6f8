"""What the term says, as plain JSON: the rollout, parties, waivers and clauses, and every app's share (``Plugin.term``)."""

from apps.blueprints.catalogues import clauses
from apps.companies.models import Company
from apps.core import cnpj, papers, plugins
from apps.core.process import PartyRole
from apps.core.term_shares import shares_of
from apps.rollouts.models import Rollout
from apps.stages.acceptance.wording import clauses as wording


def build(rollout: Rollout, text: wording.Text | None = None) -> dict[str, object]:
    """The record of ``rollout`` as it stands: equal records give equal JSON, so a changed one is noticed by its hash. It
    is in Portuguese, whoever asks: so is the name under which somebody stands whose account was erased. ``text`` is what the
    term says, where it was read already."""
    with papers.on_paper():
        return _build(rollout, text or wording.text_of(rollout))


def _build(rollout: Rollout, text: wording.Text) -> dict[str, object]:
    companies = rollout.companies()
    names = _names(rollout, companies)
    shares = shares_of(rollout, {key: share for plugin in plugins.plugins() for key, share in plugin.term.items()})
    return {
        **shares,
        "rollout": {"code": rollout.code, "platform": rollout.platform.name, "scope": rollout.scope},
        "parties": [
            {
                "role": role,
                "legal_name": companies[role].legal_name,
                "cnpj": cnpj.show(companies[role].cnpj),
                "address": companies[role].address,
            }
            for role in PartyRole.values
        ],
        "waivers": [
            {"text": waiver.text["pt"], "reason": waiver.reason, "by": str(waiver.waived_by)}
            for waiver in rollout.waivers.select_related("waived_by")
        ],
        "clauses": [
            # Whoever signs is told what is not the template's; what is says nothing of it.
            {"title": clause.title, "text": clauses.filled(clause.text, names)}
            | ({"origin": clause.own_clause.kind} if clause.own_clause else {})
            for clause in text.said_clauses
        ],
        # Terms that were drafted before rollouts kept a version have none, and are not stale for that.
        **({"clauses_version": text.version} if text.is_taken else {}),
    }


def names_of(rollout: Rollout) -> dict[str, str]:
    """Who a clause may name, see ``clauses.filled``."""
    return _names(rollout, rollout.companies())


def _names(rollout: Rollout, companies: dict[str, Company]) -> dict[str, str]:
    return {role: companies[role].legal_name for role in PartyRole.values} | {"platform": rollout.platform.name}
