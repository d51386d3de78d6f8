from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation

from apps.api import auth, idempotency
from apps.core import plugins
from apps.core.refusals import NotAllowed, NotDone, Refusal, problem, problem_of
from apps.core.web import rest
from apps.core.web.confirmations import NeedsConfirmation

READS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    422: "invalid",
    429: "too_many_requests",
}
WRITES = READS | {
    409: "conflict",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
}


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """As the address of the operation is called in the code (``api-1:list_cases``)."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """With the refusals that any operation may answer, and the header that makes a request safe to send again."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = rest.Problem.model_json_schema()
        shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                for status, code in (READS if method == "get" else WRITES).items():
                    operation["responses"].setdefault(status, {"description": code, "content": shape})
                if method != "get":
                    operation["parameters"] = [*operation["parameters"], KEY]
        return schema


KEY = {
    "in": "header",
    "name": idempotency.HEADER,
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "description": "Sent again with the same key, a request is answered the same and nothing is done twice.",
}


def readable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The schema is for people who signed in, and for tools with any token that works."""

    @wraps(view, assigned=())
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            by_token = auth.token_of(request)
        except Refusal as refusal:
            return refused(request, refusal)
        return view(request, **kwargs) if by_token else login_required(view)(request, **kwargs)

    return answer


api = Api(
    title="Presence Rollout", version="1", auth=[auth.Token(), auth.Session()], docs_url=None, docs_decorator=readable
)


def within_scope(view: Callable[..., Any]) -> Callable[..., Any]:
    """A token may do what its scopes name; an operation that names no scope is closed to tokens, and says why."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> Any:
        token = getattr(request, "api_token", None)
        scopes = getattr(view, "scopes", ())
        if token is not None and not scopes:
            if reason := getattr(view, "why_no_token", ""):
                raise rest.PersonRequired(str(reason))
            raise rest.MissingScope(_("Isto não se faz com um token. Entre no navegador."))
        if scopes:
            rest.require_scope(request, *scopes)
        return view(request, **kwargs)

    return guarded


def done_once(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Do once what comes twice with an ``Idempotency-Key``. ``core.untrusted.bodies`` has refused what is too large."""

    @wraps(run)
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            key = request.headers.get(idempotency.HEADER)
            token = auth.token_of(request) if key is not None and request.method == "POST" else None
            if token is None or key is None:
                return run(request, **kwargs)
            return idempotency.once(token, key, request, lambda: run(request, **kwargs))
        except Refusal as refusal:
            return refused(request, refusal)
        except RequestDataTooBig as error:
            return too_big(request, error)

    return answer


api.add_decorator(within_scope, mode="operation")
api.add_decorator(done_once, mode="view")
ROUTERS = [mount for plugin in plugins.plugins() for mount in plugin.routers.items()]
for _address, _router in ROUTERS:
    api.add_router(_address, _router)


def operations() -> list[Operation]:
    """Every operation of every router."""
    paths = (path for _address, router in ROUTERS for path in router.path_operations.values())
    return [operation for path in paths for operation in path.operations]


def body_limits() -> dict[str, Callable[[], int]]:
    """How many bytes an address accepts, by the name of each of its operations, where one of them accepts more than is usual
    (``core.untrusted.bodies``): Django resolves an address to one operation for all its methods."""
    limits = {}
    for path in (path for _address, router in ROUTERS for path in router.path_operations.values()):
        views = [operation.view_func for operation in path.operations]
        for most in (view.body_limit for view in views if hasattr(view, "body_limit")):
            limits.update({view.__name__: most for view in views})
    return limits


# --- Every refusal in one shape ------------------------------------------------------------------------


@api.exception_handler(NotDone)
def refused(request: HttpRequest, refusal: NotDone) -> HttpResponse:
    if isinstance(refusal, NeedsConfirmation):
        refusal.details.append(f"?{refusal.name}={refusal.receipt}")
    response = problem_of(refusal)
    if refusal.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(DatabaseError)
def overtaken(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    """Not for the framework: ``core.web.retries`` does the request again, ``core.web.outages`` answers it."""
    raise error


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """A body that is no form is read into memory, and that has a limit."""
    return problem(_("O corpo do pedido é grande demais. Envie arquivos como multipart/form-data."), status=413)


@api.exception_handler(PermissionDenied)
def not_allowed(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    code = error.code if isinstance(error, NotAllowed) else ""
    return problem(str(error) or _("Seu papel neste projeto não permite esta ação."), status=403, code=code)


@api.exception_handler(Http404)
def nothing_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(_("Isto não existe, ou não existe para você."), status=404)


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{**detail, "loc": detail["loc"][1:]} for detail in error.errors]  # Without "query", "path".
    return problem_of(rest.invalid(errors))


@api.exception_handler(HttpError)
def other(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework itself refuses: a request without a user (401), or a form without its CSRF header (403)."""
    if error.status_code == 401:
        return refused(request, auth.Unauthorized(_("Envie um token: Authorization: Bearer …")))
    if error.status_code == 403:
        return problem(_("Falta o cabeçalho X-CSRFToken, que a sessão do navegador exige."), status=403, code="csrf")
    return problem(_("O pedido não pôde ser lido."), status=error.status_code)
