from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from apps.core.exports.downloads import as_download, type_of, unshown
from apps.core.refusals import Refusal
from apps.files.models import StoredFile


def attachment(stored: StoredFile, name: str = "") -> FileResponse:
    """The file as a download, under ``name`` where it is not to have its own, never shown by the browser from the
    application's origin. The caller has checked access. Raises ``Refusal`` (409) for a file in quarantine or with a virus."""
    if stored.scan == StoredFile.Scan.WAITING:
        raise Refusal(_("Este arquivo ainda está em verificação de vírus. Tente de novo em instantes."))
    if not stored.can_be_read:
        raise Refusal(_("Este arquivo foi removido porque continha um vírus (%(found)s).") % {"found": stored.virus})
    return as_download(FileResponse(stored.content.open("rb"), content_type=type_of(stored.name)), name or stored.name)


def picture(stored: StoredFile, page: int) -> FileResponse:
    """The picture that was drawn of a page (counted from 1). The caller has checked access. Raises ``Http404``."""
    preview = stored.previews.filter(page=page).first() if stored.can_be_read else None
    if preview is None:
        raise Http404
    return unshown(FileResponse(preview.picture.open("rb"), content_type="image/png"))
