"""What the term says, as plain JSON: the rollout, parties, waivers and clauses, and every app's share (``Plugin.term``)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext as _

from apps.blueprints.catalogues import clauses
from apps.companies.models import Company
from apps.core import cnpj, papers, plugins
from apps.core.database.rows import JSON, embedded, rows_of
from apps.core.process import PartyRole
from apps.core.refusals import Refusal
from apps.core.term_shares import TermShare, shares_of
from apps.rollouts.models import Rollout, Waiver
from apps.stages.acceptance.wording import clauses as wording

WITHOUT_CITY = "[cidade da sede da Presence, a preencher]"
"""What a preview says where the city is to stand; no term is drafted without it."""


def _waivers(_rollout: Rollout, embedded_waivers: list[JSON]) -> list[dict[str, str]]:
    return [
        {"text": waiver.text["pt"], "reason": waiver.reason, "by": str(waiver.waived_by)}
        for waiver in rows_of(Waiver, embedded_waivers, "waived_by")
    ]


_all_waivers = Waiver.objects.filter(rollout=OuterRef("pk")).order_by("waived_at")
WAIVERS = TermShare(_waivers, rows={"embedded_waivers": embedded(_all_waivers, "waived_by")})
"""What was let through, with the name of who decided it."""


def build(
    rollout: Rollout, text: wording.Text | None = None, *, drafted: Mapping[str, Any] | None = None
) -> dict[str, object]:
    """The record of ``rollout`` as it stands: equal records give equal JSON, so a changed one is noticed by its hash. It
    is in Portuguese, whoever asks: so is the name under which somebody stands whose account was erased. ``text`` is what the
    term says, where it was read already. To be compared with what a term was ``drafted`` with, it names the city that stands
    there: Presence's address may be put right without changing what was agreed."""
    with papers.on_paper():
        return _build(rollout, text or wording.text_of(rollout), drafted)


def refuse_without_city(rollout: Rollout, text: wording.Text) -> None:
    """Raise ``Refusal`` (409) where ``text`` names the city of Presence's seat and nobody has said which it is."""
    if _city(rollout.companies()[PartyRole.PRESENCE.value]):
        return
    for clause in text.said_clauses:
        if f"{{{clauses.CITY}}}" in clause.text:
            raise Refusal(
                _(
                    "A cláusula “%(clause)s” diz a cidade da sede da Presence, que falta no cadastro. Um gestor da Presence a"
                    " preenche em Empresas › Presence › Editar."
                )
                % {"clause": clause.title}
            )


def _build(rollout: Rollout, text: wording.Text, drafted: Mapping[str, Any] | None) -> dict[str, object]:
    companies = rollout.companies()
    names = _names(rollout, companies)
    if drafted and (city := _drafted_city(text, drafted, names)):
        names[clauses.CITY] = city
    shares_of_apps = {key: share for plugin in plugins.plugins() for key, share in plugin.term.items()}
    shares = shares_of(rollout, {"waivers": WAIVERS, **shares_of_apps})
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
    return {role: companies[role].legal_name for role in PartyRole.values} | {
        "platform": rollout.platform.name,
        clauses.CITY: _city(companies[PartyRole.PRESENCE.value]) or WITHOUT_CITY,
    }


def _city(company: Company) -> str:
    """The city of ``company`` as a sentence names it, ``Cuiabá/MT``; empty where none was filled in."""
    return "/".join(part for part in (company.city, company.state) if part) if company.city else ""


def _drafted_city(text: wording.Text, drafted: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The city of Presence's seat that the clauses of ``drafted`` name; empty where they name none."""
    pairs = zip(text.said_clauses, drafted.get("clauses", []), strict=False)
    cities = (clauses.city_in(row["text"], clause.text, names) for clause, row in pairs)
    return next(filter(None, cities), "")
