"""What a file is, by its contents and not by its name; only a short list of kinds is taken in.

Nothing here opens or unpacks a file for use.
"""

import zipfile
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.exports.filenames import tidy
from apps.core.refusals import Invalid
from apps.core.untrusted import archives, confined
from apps.files import pages
from apps.files.archive_reader import PROGRAM_ENDINGS

SIGNATURES = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "image",
    b"\xff\xd8\xff": "image",
    b"GIF87a": "image",
    b"GIF89a": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"PK\x03\x04": "archive",  # ZIP, and the documents of Office and OpenDocument
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "document",  # Office before 2007
    b"{\\rtf": "document",
}
VIDEO_BRANDS = {
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"M4VP",
    b"MSNV",
    b"dash",
    b"3gp4",
    b"3gp5",
    b"qt  ",
}
"""What MP4 files of screen recorders, phones and QuickTime name as their kind, after ``ftyp``."""
MATROSKA = b"\x1a\x45\xdf\xa3"
HEAD = 8192
CHUNK = 1024 * 1024
LETTERS = bytes(byte for byte in range(256) if byte >= 32 or byte in b"\t\n\r\f\0")
LIMITS = confined.Limits(cpu_seconds=20, seconds=60)
PROBLEMS = {
    "broken": gettext_lazy("Este arquivo ZIP está danificado."),
    "many": gettext_lazy("Este arquivo ZIP tem arquivos demais."),
    "locked": gettext_lazy(
        "Este arquivo está protegido por senha. Envie-o sem senha: aqui ele fica guardado com acesso restrito."
    ),
    "grows": gettext_lazy("Este arquivo ZIP cresce demais ao ser aberto e não é aceito."),
    "method": gettext_lazy("Este arquivo ZIP usa um método de compactação que não é aceito. Crie um ZIP comum."),
    "paths": gettext_lazy("Este arquivo ZIP tem caminhos que saem da sua pasta e não é aceito."),
    "program": gettext_lazy("Este arquivo ZIP traz um programa: %(name)s."),
    "page": gettext_lazy("Este arquivo ZIP traz uma página HTML ou imagem SVG: %(name)s. Envie-a em PDF."),
    "hidden": gettext_lazy("Este arquivo traz outro escondido dentro de si. Envie-os separados."),
    "deep": gettext_lazy("Este arquivo ZIP tem outros dentro de si, um dentro do outro. Envie-os separados."),
    "sealed": gettext_lazy(
        "Este arquivo ZIP contém outro arquivo compactado que não é aceito: %(name)s. Envie o conteúdo direto no ZIP."
    ),
}
"""What is told of an archive that is not taken, by the codes of ``archive_reader``."""


def check(file: File, *, field: str = "file") -> str:
    """The kind of ``file`` (``inspect``). Raises ``Invalid`` (422, on ``field``) when it is empty, too large or not taken."""
    name = tidy(file.name)
    if not file.size:
        raise Invalid(_("O arquivo “%(name)s” está vazio.") % {"name": name}, field=field)
    if file.size > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        raise Invalid(_("O arquivo passa do limite de %(limit)d MB.") % {"limit": limit}, field=field)
    try:
        return inspect(cast(BinaryIO, file), name)
    except Invalid as refusal:
        refusal.field = field
        raise


def inspect(content: BinaryIO, name: str) -> str:
    """The kind of ``content`` (pdf, image, video, archive, document, text), which is left at its beginning.

    Raises ``Invalid`` (422) for programs, pages, images that a browser runs, unknown kinds, archives that hide what they
    are or that grow without measure, and files that are two kinds at once. Archives and XML are read in a process of their
    own (``core.untrusted.confined``), all else here, in proportion to its length.
    """
    content.seek(0)
    head = content.read(HEAD)
    if name.lower().rstrip(" .").endswith(PROGRAM_ENDINGS):
        raise Invalid(_("Programas e scripts não são aceitos. Envie documentos, imagens ou planilhas."))
    kind = _kind_by_signature(head)
    if pages.has_page_name(name) or (not kind and _is_page(content, name)):
        raise Invalid(_("Páginas HTML e imagens SVG não são aceitas. Envie um PDF ou uma captura de tela."))
    kind = kind or ("text" if _is_text(content) else "")
    if not kind:
        raise Invalid(
            _("O conteúdo deste arquivo não é um documento, imagem, vídeo (MP4 ou WebM), planilha, texto ou ZIP.")
        )
    content.seek(0)
    if (kind != "archive" and zipfile.is_zipfile(content)) or _hides_a_page(content, kind):
        raise Invalid(_("Este arquivo traz outro escondido dentro de si. Envie-os separados."))
    if kind == "archive":
        _look_into_archive(content, name)
    content.seek(0)
    return kind


def _kind_by_signature(head: bytes) -> str:
    """Empty for what has none: text, or nothing that is known."""
    kind = next((kind for start, kind in SIGNATURES.items() if head.startswith(start)), "")
    if not kind and head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":  # Two letters alone could begin a text.
        kind = "image"
    if not kind and (head[4:12] in (b"ftypheic", b"ftypmif1", b"ftypheix") or head[:4] + head[8:12] == b"RIFFWEBP"):
        kind = "image"
    if not kind and (
        (head[4:8] == b"ftyp" and head[8:12] in VIDEO_BRANDS) or (head.startswith(MATROSKA) and b"webm" in head[:64])
    ):
        kind = "video"
    return kind


def _is_text(content: BinaryIO) -> bool:
    """Letters all through, or nearly; NUL only in UTF-16."""
    content.seek(0)
    odd, is_wide = 0, None
    while chunk := content.read(CHUNK):
        if is_wide is None:
            is_wide = chunk.startswith((b"\xff\xfe", b"\xfe\xff"))
            if chunk.startswith((b"MZ", b"#!", b"\x7fELF")):
                return False
        if b"\0" in chunk and not is_wide:
            return False
        odd += len(chunk.translate(None, LETTERS))
    return odd <= content.tell() * 0.02


def _is_page(content: BinaryIO, name: str) -> bool:
    beginning = pages.beginning_of(content)
    if beginning.startswith(b"<") and not pages.begins_page(beginning):
        xml = _confined("apps.files.xml_reader", content)
        if xml["is_xml"]:
            return xml["is_page"]
    return pages.is_page(content, name)


def _hides_a_page(content: BinaryIO, kind: str) -> bool:
    if kind == "pdf":
        return pages.hides_in_pdf(content)
    return kind in ("image", "video") and pages.hides_in(content)


def _look_into_archive(content: BinaryIO, name: str) -> None:
    most = archives.most_unpacked(settings.MAX_UPLOAD_BYTES)
    problem = _confined("apps.files.archive_reader", content, name=name, most=most)
    if problem:
        raise Invalid(PROBLEMS[problem["problem"]] % {"name": problem["name"]})


def _confined(reader: str, content: BinaryIO, **options: Any) -> dict[str, Any]:
    try:
        return confined.read(reader, content, limits=LIMITS, **options)
    except confined.ReadingFailed as failure:
        raise Invalid(failure.sentence) from failure
