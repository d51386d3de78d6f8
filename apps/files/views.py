"""Where the browser sends files in parts (static/js/uploads.js). Everything answers in JSON, also a refusal."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core import clock
from apps.core.numbers import whole_number
from apps.core.refusals import Invalid, Refusal
from apps.core.untrusted.bodies import takes
from apps.core.web import outages
from apps.files import uploads
from apps.files.models import Upload


def _in_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answer(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except uploads.WrongOffset as refusal:
            return JsonResponse({"detail": refusal.message, "offset": refusal.offset}, status=409)
        except Refusal as refusal:
            return JsonResponse({"detail": refusal.message}, status=refusal.status)
        except OSError as error:
            status = outages.status_of(error)
            if status == 500:
                raise
            return JsonResponse({"detail": outages.message_for(status)}, status=status)

    return answer


@require_POST
@_in_json
def start(request: SignedInRequest) -> HttpResponse:
    """Announce a file: ``name`` and ``size`` in bytes. Answers with its number and how much a part may hold."""
    size = whole_number(request.POST.get("size"))
    if size is None:
        raise Invalid(_("Informe o tamanho do arquivo."))
    return _state(uploads.start(by=request.user, name=request.POST.get("name", ""), size=size))


@takes(lambda: 2 * uploads.PART_BYTES)  # What is beyond a part is told so in JSON.
@never_cache
@require_http_methods(["GET", "POST"])
@_in_json
def upload(request: SignedInRequest, upload_pk: UUID) -> HttpResponse:
    """How far an upload has come; or, posted, its bytes from the header ``Upload-Offset`` on."""
    own_upload = _own_upload(request, upload_pk)
    if request.method == "POST":
        offset = whole_number(request.headers.get("Upload-Offset"))
        if offset is None:
            raise Invalid(_("Informe onde esta parte começa."))
        try:
            content = request.read(uploads.PART_BYTES + 1)
        except (UnreadablePostError, OSError):
            raise Invalid(_("A conexão caiu no meio desta parte.")) from None
        announced = whole_number(request.headers.get("Content-Length"))
        if announced is not None and len(content) < min(announced, uploads.PART_BYTES + 1):
            raise Invalid(_("A conexão caiu no meio desta parte."))
        own_upload = uploads.append(own_upload, by=request.user, offset=offset, content=content)
    return _state(own_upload)


@require_POST
@_in_json
def cancel(request: SignedInRequest, upload_pk: UUID) -> HttpResponse:
    """Give an upload up."""
    uploads.drop(_own_upload(request, upload_pk))
    return JsonResponse({})


def _own_upload(request: SignedInRequest, upload_pk: UUID) -> Upload:
    """An upload of the person's own; 404 for anybody else's, as if it did not exist."""
    return get_object_or_404(Upload, pk=upload_pk, owner=request.user, expires_at__gt=clock.now())


def _state(upload: Upload) -> JsonResponse:
    return JsonResponse(
        {
            "id": str(upload.pk),
            "name": upload.name,
            "size": upload.size,
            "offset": upload.received,
            "done": upload.checked,
            "part": uploads.PART_BYTES,
        }
    )
