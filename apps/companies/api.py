"""The REST router of the companies. ``apps/api`` mounts it."""

from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from pydantic import Field

from apps.accounts.http import SignedInRequest
from apps.companies import mergers
from apps.companies.models import Company
from apps.core.refusals import Invalid, require
from apps.core.web import rest

router = Router(tags=["companies"])
Number = Annotated[str, Field(min_length=1, max_length=20)]


class CompanyOut(Schema):
    """The record that stays."""

    id: int
    cnpj: str
    trade_name: str
    legal_name: str


class MergerIn(rest.Body):
    merged: Number
    into: Number
    reason: Annotated[str, Field(min_length=1, max_length=20_000)]


@router.post(
    "/merger/",
    response={201: CompanyOut},
    summary="Make two records of one company one",
    openapi_extra=rest.described(
        MergerIn,
        example={
            "merged": "11.222.333/0001-81",
            "into": "11.444.777/0001-61",
            "reason": "Matriz cadastrada duas vezes",
        },
    ),
)
@rest.for_people_alone(
    _(
        "Unir empresas muda todos os projetos delas, e um token é de um só projeto. Um gestor da Presence faz no navegador."
    )
)
@rest.words(
    _("Unir dois cadastros da mesma empresa"),
    _(
        "Pessoas, projetos e convites passam ao que fica; o que foi assinado e fechado diz o mesmo de antes. Não se desfaz."
    ),
    merged=_("O CNPJ do cadastro que sai."),
    into=_("O CNPJ do cadastro que fica."),
    reason=_("Por quê. Fica no histórico de cada projeto das duas."),
)
def merge_companies(request: SignedInRequest):
    """Make ``into`` the one record of the company: people, rollouts and invitations of ``merged`` become its own."""
    body = rest.read(request, MergerIn)
    require(request.user, "companies.merge")
    merged, into = company_with(body.merged, field="merged"), company_with(body.into, field="into")
    mergers.merge(merged, into=into, by=request.user, reason=body.reason)
    return Status(201, into)


def company_with(number: str, *, field: str) -> Company:
    """The company with the CNPJ ``number``, written with or without its signs. Raises ``Invalid`` (422) on ``field``."""
    company = Company.objects.current().filter(cnpj=number).first()
    if company is None:
        raise Invalid(gettext("Nenhuma empresa cadastrada tem este CNPJ."), field=field)
    return company
