import factory
from factory.django import DjangoModelFactory

from apps.blueprints.models import Blueprint, ScriptDraft, TermDraft
from tests.companies.factories import UserFactory


def a_case(code: str, **fields) -> dict:
    """The content of a case, whole, in both languages."""
    return {
        "code": code,
        "process": code[:3],
        "title": {"pt": f"Caso {code}", "en": f"Case {code}"},
        "actors": ["integrator"],
        "obligation": "mandatory",
        "preconditions": {"pt": "Conector ligado.", "en": "Connector on."},
        "steps": [
            {"pt": "Fazer o pedido.", "en": "Place the order."},
            {"pt": "Conferir o ERP.", "en": "Check the ERP."},
        ],
        "expected": {"pt": "O pedido entra.", "en": "The order enters."},
        "evidence": {"pt": "Número do pedido", "en": "Order number"},
        **fields,
    }


def a_script(*cases: dict, **fields) -> dict:
    """The content of a script of two processes; without ``cases``, of three cases."""
    return {
        "title": {"pt": "Roteiro", "en": "Script"},
        "processes": [
            {"key": "PRO", "title": {"pt": "Produtos", "en": "Products"}},
            {"key": "PED", "title": {"pt": "Pedidos", "en": "Orders"}},
        ],
        "conditions": [{"key": "kit", "title": {"pt": "Vende kits", "en": "Sells kits"}}],
        "cases": list(cases) or [a_case("PRO-01"), a_case("PED-01", depends=["PRO-01"]), a_case("PED-02")],
        **fields,
    }


class ScriptVersionFactory(DjangoModelFactory):
    """A version of the script that came with the system."""

    class Meta:
        model = Blueprint

    kind = Blueprint.Kind.SCRIPT
    version = factory.Sequence(lambda n: n + 1)
    content = factory.LazyFunction(a_script)
    checksum = "x"


class ScriptDraftFactory(DjangoModelFactory):
    class Meta:
        model = ScriptDraft

    base = factory.SubFactory(ScriptVersionFactory)
    content = factory.LazyAttribute(lambda draft: draft.base.content)
    changed_by = factory.SubFactory(UserFactory)


def a_clause(key: str, text: str = "As partes aceitam.", **fields) -> dict:
    """The content of a clause in both languages."""
    title = key.replace("_", " ").capitalize()
    return {
        "key": key,
        "title": {"pt": title, "en": f"{title} in English"},
        "text": {"pt": text, "en": "The parties accept."},
        **fields,
    }


class TermVersionFactory(DjangoModelFactory):
    """A version of the term's clauses that came with the system."""

    class Meta:
        model = Blueprint

    kind = Blueprint.Kind.TERM
    version = factory.Sequence(lambda n: n + 1)
    content = factory.LazyFunction(lambda: {"clauses": [a_clause("aceite"), a_clause("suporte"), a_clause("foro")]})
    checksum = "x"


class TermDraftFactory(DjangoModelFactory):
    class Meta:
        model = TermDraft

    base = factory.SubFactory(TermVersionFactory)
    content = factory.LazyAttribute(lambda draft: draft.base.content)
    changed_by = factory.SubFactory(UserFactory)
