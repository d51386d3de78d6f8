"""What a file is, by its contents and not by its name; only a short list of kinds is taken in.

Nothing here opens or unpacks a file for use: archives are measured by their own table of contents.
"""

import zipfile
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from apps.core.filenames import tidy
from apps.core.refusals import Invalid

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
# What a browser would run if it were ever shown from here.
ACTIVE = (b"<!doctype html", b"<html", b"<svg", b"<script", b"<?php", b"<iframe", b"javascript:")
PROGRAM_ENDINGS = (
    ".exe", ".dll", ".bat", ".cmd", ".com", ".msi", ".scr", ".js", ".vbs", ".ps1", ".sh", ".jar", ".apk", ".hta", ".lnk",
)  # fmt: skip
ENTRIES = 5_000
RATIO = 150
"""The most that an archive's member may grow when it is unpacked; text in Office documents reaches about 50."""


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
    """The kind of ``content`` (pdf, image, archive, document, text), which is left at its beginning.

    Raises ``Invalid`` (422) for programs, pages, images that a browser runs, unknown kinds, archives that hide what they
    are or that grow without measure, and files that are two kinds at once.
    """
    content.seek(0)
    head = content.read(8192)
    content.seek(0)
    if name.lower().endswith(PROGRAM_ENDINGS):
        raise Invalid(_("Programas e scripts não são aceitos. Envie documentos, imagens ou planilhas."))
    kind = next((kind for start, kind in SIGNATURES.items() if head.startswith(start)), "")
    if not kind and head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":  # Two letters alone could begin a text.
        kind = "image"
    if not kind and (head[4:12] in (b"ftypheic", b"ftypmif1", b"ftypheix") or head[:4] + head[8:12] == b"RIFFWEBP"):
        kind = "image"
    if not kind and _is_text(head):
        kind = "text"
        if any(mark in head.lower() for mark in ACTIVE):
            raise Invalid(_("Páginas HTML e imagens SVG não são aceitas. Envie um PDF ou uma captura de tela."))
    if not kind:
        raise Invalid(_("O conteúdo deste arquivo não é um documento, imagem, planilha, texto ou ZIP."))
    holds_archive = zipfile.is_zipfile(content)
    content.seek(0)
    if holds_archive and kind != "archive":
        raise Invalid(_("Este arquivo traz outro escondido dentro de si. Envie-os separados."))
    if kind == "archive":
        _measure(content, name)
    content.seek(0)
    return kind


def _is_text(head: bytes) -> bool:
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    printable = sum(byte >= 32 or byte in b"\t\n\r\f\x00" for byte in head)
    return printable >= len(head) * 0.98 and not head.startswith((b"MZ", b"#!", b"\x7fELF"))


def _measure(content: BinaryIO, name: str) -> None:
    try:
        members = zipfile.ZipFile(content).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        # RuntimeError: a version of the format that Python does not know.
        raise Invalid(_("Este arquivo ZIP está danificado.")) from error
    if len(members) > ENTRIES:
        raise Invalid(_("Este arquivo ZIP tem arquivos demais."))
    if any(member.flag_bits & 1 for member in members):
        raise Invalid(
            _("Este arquivo está protegido por senha. Envie-o sem senha: aqui ele fica guardado com acesso restrito.")
        )
    size = sum(member.file_size for member in members)
    bombs = (
        member.file_size > 1_000_000 and member.file_size > RATIO * max(member.compress_size, 1) for member in members
    )
    if size > 20 * settings.MAX_UPLOAD_BYTES or any(bombs):
        raise Invalid(_("Este arquivo ZIP cresce demais ao ser aberto e não é aceito."))
    for member in members:
        if member.filename.startswith(("/", "\\")) or ".." in member.filename.replace("\\", "/").split("/"):
            raise Invalid(_("Este arquivo ZIP tem caminhos que saem da sua pasta e não é aceito."))
        if member.filename.lower().endswith(PROGRAM_ENDINGS):
            raise Invalid(_("Este arquivo ZIP traz um programa: %(name)s.") % {"name": member.filename[-80:]})
