"""Bring back a term that was signed with digital certificates outside the browser; it counts only when all of it holds.

The file is judged in a process of its own (``examiner``). Lists of revoked certificates are fetched here, and only those that
certificates of a trusted chain name.
"""

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import canonical, clock, outbound
from apps.core.refusals import Invalid, Refusal, require
from apps.files import actions as files
from apps.files import antivirus, inspection
from apps.files.models import StoredFile
from apps.rollouts import timeline
from apps.seals import certificates
from apps.stages.acceptance import evidence, examiner, holders, queries, signing
from apps.stages.acceptance.models import AcceptanceTerm, Signatory

BROUGHT = timeline.kind(
    "acceptance.brought", gettext_lazy("entregou o termo de aceite assinado com certificado digital"), "file-badge"
)

SECONDS = 20.0
"""The most that judging one file may take."""
LIST_BYTES = 8_000_000
LISTS = 6
LIST_SECONDS = 10.0
"""What is spent on lists of revoked certificates: so many, so large, and so long for all of them."""

# What ``outside.judge`` calls what is wrong with a file, said to whoever brought it.
SENTENCES = {
    "unreadable": gettext_lazy(
        "Não foi possível ler este arquivo como um PDF assinado. Baixe de novo o PDF desta página, assine-o e envie o "
        "arquivo que o assinador gravou."
    ),
    "unsigned": gettext_lazy(
        "Este arquivo não traz nenhuma assinatura digital. Assine-o no programa do seu certificado e envie o arquivo "
        "que ele gravou."
    ),
    "many": gettext_lazy("Este arquivo traz assinaturas ou alterações demais. Assine de novo o PDF desta página."),
    "kind": gettext_lazy(
        "Este arquivo traz uma assinatura de um tipo que não é aceito. Assine no formato PAdES (PDF), que os "
        "assinadores oferecem."
    ),
    "changed": gettext_lazy(
        "Além das assinaturas, algo mais mudou neste arquivo: uma anotação, uma página, um campo ou um anexo. Baixe de "
        "novo o PDF desta página e só o assine, sem comentar e sem certificar o documento."
    ),
    "stamp": gettext_lazy(
        "O carimbo visível da assinatura cobre espaço demais da página. Assine de novo, sem carimbo ou com um menor."
    ),
    "added": gettext_lazy(
        "Algo foi acrescentado ao arquivo depois da assinatura de “%(who)s”. Peça que assine de novo."
    ),
    "broken": gettext_lazy(
        "A assinatura de “%(who)s” não confere com o conteúdo: o arquivo mudou depois de assinado ou a assinatura está "
        "danificada."
    ),
    "weak": gettext_lazy(
        "A assinatura de “%(who)s” usa um algoritmo que não é mais seguro. Atualize o programa que assina e assine de novo."
    ),
    "untrusted": gettext_lazy(
        "O certificado de “%(who)s” foi emitido por “%(issuer)s”, que não leva a nenhuma autoridade aceita aqui. Use "
        "um certificado da ICP-Brasil (e-CPF ou e-CNPJ)."
    ),
    "expired": gettext_lazy(
        "O certificado de “%(who)s” não estava válido ao assinar (validade: %(when)s). Assine com um certificado em vigor."
    ),
    "revoked": gettext_lazy("O certificado de “%(who)s” foi revogado. Assine com outro."),
    "usage": gettext_lazy("O certificado de “%(who)s” não serve para assinar documentos. Use um e-CPF ou um e-CNPJ."),
    "time": gettext_lazy(
        "A assinatura de “%(who)s” traz uma hora impossível. Acerte o relógio do computador e assine de novo."
    ),
}


def bring(term: AcceptanceTerm, *, by: User, file: File) -> list[Signatory]:
    """Take the term's PDF with signatures made elsewhere: all that are new in it count, in the order of the steps, or none.

    Those who signed. Raises ``Invalid`` (422, on ``file``) for a file that is not the term's PDF with good signatures of
    those who are to sign, ``Refusal`` when it is not their turn or the term is not open.
    """
    require(by, "acceptance.bring", term)
    term = AcceptanceTerm.objects.select_related("rollout", "pdf").get(pk=term.pk)
    _open(term)
    content = _content(term, file)
    found = _judged(term, content)
    with timeline.changing(term.rollout) as rollout:
        term = AcceptanceTerm.objects.select_related("pdf").get(pk=term.pk)
        require(by, "acceptance.bring", term)
        _open(term)
        signed = _whose(term, found)
        kept = files.store_bytes(content, f"{term}-assinado.pdf", by=by)
        opens: list[str] = []
        for signatory, facts in signed:
            opens += _signs(signatory, facts, kept)
        roles = [signatory.role for signatory, _facts in signed]
        timeline.record(
            rollout,
            BROUGHT,
            by,
            version=term.version,
            sha256=term.pdf.sha256 if term.pdf else "",
            file=kept.sha256,
            method=Signatory.Method.CERTIFICATE,
            signed=roles,
            opens=[role for role in opens if role not in roles],
        )
        return [signatory for signatory, _facts in signed]


def _open(term: AcceptanceTerm) -> None:
    if term.state != AcceptanceTerm.State.READY:
        raise Refusal(_("Este termo não está aberto para assinatura."))
    if queries.is_over(term):
        raise Refusal(_("O prazo para assinar este termo venceu. A Presence precisa redigi-lo de novo."))
    if not certificates.trusted()[0]:
        raise Refusal(
            _(
                "Esta instalação ainda não confia em nenhuma autoridade certificadora. Assine pelo navegador ou fale "
                "com a Presence."
            )
        )


def _content(term: AcceptanceTerm, file: File) -> bytes:
    """The bytes of ``file``, which begins with the term's own PDF, goes on, and is no virus."""
    if inspection.check(file) != "pdf":
        raise Invalid(str(SENTENCES["unreadable"]), field="file")
    file.seek(0)
    content = file.read()
    assert term.pdf is not None  # noqa: S101 - the database holds that an open term has one
    with term.pdf.content.open("rb") as own:
        document = own.read()
    if content == document:
        raise Invalid(str(SENTENCES["unsigned"]), field="file")
    if not content.startswith(document):
        raise Invalid(
            _(
                "Este arquivo não é o PDF deste termo com assinaturas acrescentadas: foi impresso, convertido, salvo "
                "de novo por outro programa ou é de outra versão. Baixe o PDF desta página e assine-o sem mudar mais "
                "nada."
            ),
            field="file",
        )
    if settings.CLAMD:
        try:
            virus = antivirus.scan(io.BytesIO(content))
        except antivirus.Unavailable as error:
            raise Refusal(_("O antivírus não respondeu. Tente de novo em alguns minutos."), status=503) from error
        if virus:
            raise Invalid(_("Este arquivo contém um vírus (%(found)s).") % {"found": virus}, field="file")
    return content


def _judged(term: AcceptanceTerm, content: bytes) -> list[dict[str, Any]]:
    """The facts of each signature of ``content``. Raises ``Invalid`` for the first thing that is wrong."""
    found = _examined(term, content, [])
    if found.get("ask") and (lists := _fetched(found["ask"])):
        found = _examined(term, content, lists)
    return found["signatures"]


def _examined(term: AcceptanceTerm, content: bytes, lists: Sequence[bytes]) -> dict[str, Any]:
    roots, others = certificates.trusted()
    assert term.pdf is not None  # noqa: S101 - as above
    assert term.rendered_at is not None  # noqa: S101 - with the PDF
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file.pdf").write_bytes(content)
        _write(folder / "roots", [each.dump() for each in roots])
        _write(folder / "others", [each.dump() for each in others])
        _write(folder / "crls", lists)
        instants = [each.isoformat() for each in (term.rendered_at, clock.now())]
        found = _apart(name, str(term.pdf.size), *instants)
    if "problem" in found:
        raise Invalid(SENTENCES[found["problem"]] % {"who": "?", "issuer": "?", **found["about"]}, field="file")
    return found


def _apart(*arguments: str) -> dict[str, Any]:
    """What ``examiner`` says, in a process of its own; one that dies or does not end could not read the file."""
    command = [sys.executable, "-I", "-B", str(examiner.__file__), *arguments]
    try:
        done = subprocess.run(
            command, cwd="/", env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=True
        )
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return {"problem": "unreadable", "about": {}}


def _write(folder: Path, contents: Sequence[bytes]) -> None:
    folder.mkdir()
    for number, content in enumerate(contents):
        (folder / f"{number:04}").write_bytes(content)


def _fetched(addresses: Sequence[str]) -> list[bytes]:
    """Those of the lists that come; of the others it is said that they were not asked."""
    found, until = [], time.monotonic() + LIST_SECONDS
    for address in addresses[:LISTS]:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            answer = outbound.fetch("GET", address, headers={"Accept": "*/*"}, max_bytes=LIST_BYTES, seconds=left)
        except outbound.Unreachable:
            continue
        if answer.status == 200:
            found.append(answer.body)
    return found


def _whose(term: AcceptanceTerm, found: Sequence[dict[str, Any]]) -> list[tuple[Signatory, dict[str, Any]]]:
    """Who made which of the signatures, in the order of the steps; those that are known already are left out.

    Raises ``Invalid`` for a signature of nobody who is to sign, and for a second one for a party.
    """
    rows = list(term.signatories.select_related("term__rollout", "user").order_by("step", "pk"))
    known = {row.certificate.get("signature") for row in rows if row.certificate}
    signed: dict[int, tuple[Signatory, dict[str, Any]]] = {}
    new = [facts for facts in found if facts["signature"] not in known]
    if not new:
        raise Invalid(_("As assinaturas deste arquivo já estão registradas."), field="file")
    for facts in new:
        theirs = [row for row in rows if _belongs(facts, row)]
        free = [row for row in theirs if row.state == Signatory.State.PENDING and row.pk not in signed]
        if free:
            signed[free[0].pk] = (free[0], facts)
        elif theirs:
            raise Invalid(
                _("Já há uma assinatura por %(party)s: a de “%(who)s” seria a segunda.")
                % {"party": theirs[0].get_role_display(), "who": facts["subject"]},
                field="file",
            )
        else:
            raise Invalid(_nobodys(facts, rows), field="file")
    return [signed[row.pk] for row in rows if row.pk in signed]


def _belongs(facts: dict[str, Any], signatory: Signatory) -> bool:
    """A company's certificate signs for that company alone, whoever answers for it; a person's for that person."""
    if facts["cnpj"]:
        return facts["cnpj"] == signatory.rollout.company(signatory.role).cnpj
    emails = {each.casefold() for each in facts["emails"]}
    return holders.same_name(facts["subject"], signatory.name) or signatory.email.casefold() in emails


def _nobodys(facts: dict[str, Any], rows: Sequence[Signatory]) -> str:
    waiting = [row for row in rows if row.state == Signatory.State.PENDING]
    names = "; ".join(f"{row.name} ({row.rollout.company(row.role).legal_name})" for row in waiting)
    return _(
        "O certificado de “%(who)s”, emitido por “%(issuer)s”, não é de quem falta assinar: %(names)s. Vale o e-CPF em "
        "nome da própria pessoa, escrito como no termo, ou o e-CNPJ da sua empresa."
    ) % {"who": facts["subject"], "issuer": facts["issuer"], "names": names}


def _signs(signatory: Signatory, facts: dict[str, Any], kept: StoredFile) -> list[str]:
    if not queries.has_turn(signatory):
        raise Refusal(_("Ainda não é a vez de %(name)s: outras pessoas assinam antes.") % {"name": signatory.name})
    signatory, term = signing.signable(signatory)
    if signatory.role not in signatory.rollout.roles_of(signatory.user):
        raise Refusal(
            _("%(name)s não é mais da empresa que assina. A Presence precisa redigir o termo de novo.")
            % {"name": signatory.name}
        )
    signatory.method, signatory.file = Signatory.Method.CERTIFICATE, kept
    signatory.certificate = {key: facts[key] for key in evidence.KEPT}
    signatory.certificate["signed_at"] = canonical.instant(datetime.fromisoformat(facts["signed_at"]))
    return signing.keep(signatory, term)
