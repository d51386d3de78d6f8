"""What every REST router needs, so that each can stand on its own floor: scopes of a token, words of the reference, bodies.

``apps/api`` mounts the routers, knows the tokens and answers in one shape (``core.refusals.problem``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Schema
from ninja.utils import contribute_operation_callback
from pydantic_core import PydanticCustomError

from apps.core import clock
from apps.core.refusals import Invalid, NotAllowed, Refusal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Scope(models.TextChoices):
    """What a token may do, besides what the role of its person allows."""

    READ = "read", gettext_lazy("Ler casos, pendências, entregas e andamento")
    RESULTS = "results", gettext_lazy("Registrar resultados")
    FILES = "files", gettext_lazy("Anexar evidências")
    DELIVERY = "delivery", gettext_lazy("Declarar entregas do conector")
    PROGRESS = "progress", gettext_lazy("Registrar andamento")
    ANSWERS = "answers", gettext_lazy("Responder pela empresa: aditivos, entrada em produção, contestações")
    PROJECT = "project", gettext_lazy("Corrigir e mover o projeto")
    SIGNATORIES = "signatories", gettext_lazy("Designar quem assina no lugar de quem saiu (token de até 7 dias)")


View = TypeVar("View", bound=Callable[..., Any])


def scope(*any_of: Scope) -> Callable[[View], View]:
    """What a token needs to reach this operation: one of these. An operation without it is closed to tokens."""

    def mark(view: View) -> View:
        view.scopes = any_of  # type: ignore[attr-defined]

        def describe(operation: Any) -> None:
            operation.openapi_extra = {**(operation.openapi_extra or {}), "x-scope": " | ".join(any_of)}

        contribute_operation_callback(view, describe)
        return view

    return mark


def for_people_alone(reason: "StrOrPromise") -> Callable[[View], View]:
    """Closed to tokens, with the ``reason`` that a token is told: the operation is for a person in the browser."""

    def mark(view: View) -> View:
        view.why_no_token = reason  # type: ignore[attr-defined]
        return view

    return mark


@dataclass(frozen=True)
class Words:
    """What the reference page says of an operation; ``fields`` has it by the name of a field or parameter."""

    title: "StrOrPromise"
    text: "StrOrPromise"
    fields: "dict[str, StrOrPromise]"


def words(title: "StrOrPromise", text: "StrOrPromise", /, **fields: "StrOrPromise") -> Callable[[View], View]:
    """What the reference page says of this operation and of its fields and parameters (gettext_lazy). Each has one."""

    def mark(view: View) -> View:
        view.words = Words(title, text, fields)  # type: ignore[attr-defined]
        return view

    return mark


def machine(request: HttpRequest) -> str:
    """The name of the token that sent ``request``; empty for a person."""
    token = getattr(request, "api_token", None)
    return token.name if token else ""


def require_scope(request: HttpRequest, *any_of: Scope) -> None:
    """Raise ``MissingScope`` (403) when a token that has none of ``any_of`` sent ``request``."""
    token = getattr(request, "api_token", None)
    if token is not None and not {*any_of} & {*token.scopes}:
        raise MissingScope(_("Este token não tem o alcance “%(scope)s”.") % {"scope": "” / “".join(any_of)})


class MissingScope(NotAllowed):
    """The token may not do this (403)."""

    code = "missing_scope"


class PersonRequired(NotAllowed):
    """No token does this, whatever its scopes: a person does, in the browser (403)."""

    code = "person_required"


class BadRequest(Refusal):
    """The request cannot be read (400)."""

    status = 400


class TooLarge(Refusal):
    """More than is taken in (413)."""

    status = 413


class Unsupported(Refusal):
    """A body of a kind that this operation does not read (415)."""

    status = 415


FAR_DATE = "date_far"
"""How a day that nobody means is told from a date that cannot be read."""


class Body(pydantic.BaseModel):
    """The fields of a request: JSON types are taken as they are, those of a form are converted; no field is unknown."""

    model_config = pydantic.ConfigDict(extra="forbid", str_strip_whitespace=True)

    @pydantic.field_validator("*", mode="after")
    @classmethod
    def is_meant(cls, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise PydanticCustomError("nul", "NUL")
        if isinstance(value, date) and not clock.is_meant(value):
            raise PydanticCustomError(FAR_DATE, "far from today")
        return value


class Problem(Schema):
    """What every refusal looks like. ``code`` is for programs and ``message`` for people, in ``Accept-Language``."""

    code: str
    message: str
    field: str | None
    details: list[str]


FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
Fields = TypeVar("Fields", bound=Body)


def read(request: HttpRequest, fields: type[Fields]) -> Fields:
    """The JSON object, or the form, that ``request`` carries.

    Raises ``BadRequest`` (400), ``Unsupported`` (415) or ``Invalid`` (422, on the field).
    """
    try:
        with_form = form_of(request)
        if with_form is not None:
            return fields.model_validate(with_form)
        if request.content_type != "application/json":
            raise Unsupported(_("Envie application/json ou multipart/form-data."))
        return fields.model_validate_json(request.body or b"null", strict=True)
    except pydantic.ValidationError as error:
        raise invalid(error.errors(include_url=False, include_context=False)) from error


def form_of(request: HttpRequest) -> dict[str, str] | None:
    """The fields that were filled in of a form; None when ``request`` carries none. Raises ``BadRequest`` (400)."""
    if request.content_type not in FORMS:
        return None
    try:
        return {name: str(value) for name, value in request.POST.items() if value != ""}
    except RequestDataTooBig:
        raise
    except (MultiPartParserError, TooManyFieldsSent, UnreadablePostError, UnicodeError, ValueError) as error:
        raise BadRequest(_("O formulário não pôde ser lido.")) from error


def files(request: HttpRequest, name: str, *, most: int = 10) -> list[UploadedFile]:
    """The files that a form carries as ``name``. Raises ``TooLarge`` (413) or ``Invalid`` (422)."""
    if request.content_type != "multipart/form-data":
        return []
    form_of(request)
    uploads = request.FILES.getlist(name)
    if unknown := sorted(set(request.FILES) - {name}):
        raise Invalid(_("Este campo não existe."), field=unknown[0])
    if len(uploads) > most:
        raise Invalid(_("Envie no máximo %(most)d arquivos.") % {"most": most}, field=name)
    for upload in uploads:
        refuse_large(upload.size or 0)
    return uploads


def page_of(request: HttpRequest, response: HttpResponse, rows: QuerySet[Any], *, most: int) -> list[Any]:
    """The first ``most`` of ``rows``. Where there are more, the ``Link`` header of ``response`` says where they are: at the
    same address, with the key of the last one as ``after``."""
    page = list(rows[: most + 1])
    if len(page) > most:
        page = page[:most]
        parameters = request.GET.copy()
        parameters["after"] = str(page[-1].pk)
        response["Link"] = f'<{request.build_absolute_uri(request.path)}?{parameters.urlencode()}>; rel="next"'
    return page


def refuse_large(size: int, *, most: int | None = None) -> None:
    """Raise ``TooLarge`` (413) beyond ``most`` bytes, the installation's limit for a file unless it is given."""
    most = settings.MAX_UPLOAD_BYTES if most is None else most
    if size > most:
        raise TooLarge(_("O arquivo passa do limite de %(limit)d MB.") % {"limit": most // (1024 * 1024)})


def invalid(errors: Sequence[Any]) -> Refusal:
    """What pydantic found, in our words: the first is the message, all are the details."""
    faults = [(".".join(map(str, error["loc"])), _sentence(error)) for error in errors]
    field, message = faults[0]
    if any(error["type"] == "json_invalid" for error in errors):
        return BadRequest(_("O corpo não é um JSON válido."))
    if not field:
        return Invalid(_("Envie um objeto JSON com os campos da operação."))
    return Invalid(message, field=field, details=[f"{name}: {sentence}" for name, sentence in faults])


def _sentence(error: dict[str, Any]) -> str:
    kind = error["type"]
    if kind in ("missing", "string_too_short"):
        return _("Este campo é obrigatório.")
    if kind == "extra_forbidden":
        return _("Este campo não existe.")
    if kind == "string_too_long":
        return _("Este texto é longo demais.")
    if kind in ("literal_error", "enum"):
        return _("Escolha um dos valores da documentação.")
    if kind.startswith(("int", "greater", "less")):
        return _("Informe um número inteiro dentro do intervalo.")
    if kind == FAR_DATE:
        return _("Informe uma data entre %(first)d e %(last)d.") % {"first": clock.FIRST_YEAR, "last": clock.LAST_YEAR}
    if kind.startswith("date"):
        return _("Escreva a data como 2026-03-31.")
    return _("Este valor não é aceito.")


def described(fields: type[Body], *, upload: str = "", example: dict[str, Any] | None = None) -> dict[str, Any]:
    """The OpenAPI words for an operation that reads ``fields`` by ``read``, with files named ``upload`` beside a form."""
    schema = fields.model_json_schema()
    json = {"schema": schema, **({"example": example} if example else {})}
    form = schema
    if upload:
        several = {"type": "array", "items": {"type": "string", "format": "binary"}}
        form = {**schema, "properties": {**schema["properties"], upload: several}}
    content = {"application/json": json, "multipart/form-data": {"schema": form}}
    return {"requestBody": {"required": True, "content": content}}
