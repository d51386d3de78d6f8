"""Bring back a term that was signed with digital certificates outside the browser; it counts only when all of it holds.

The file is judged in a process of its own (``examiner``). Whether certificates were revoked is asked here, through the one
way out, and only at addresses that certificates of a trusted chain name.
"""

import io
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import canonical, clock, moments
from apps.core.network import outbound
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.files import actions as files
from apps.files import antivirus, inspection
from apps.files.models import StoredFile
from apps.rollouts import timeline
from apps.seals import certificates
from apps.stages.acceptance import events, queries
from apps.stages.acceptance.access import require_open_for_signing
from apps.stages.acceptance.certificates import examiner
from apps.stages.acceptance.models import AcceptanceTerm, Signatory, SignatoryCPF
from apps.stages.acceptance.sealing import evidence
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import identity, new_addresses

SECONDS = 45.0
"""The most that judging one file may take."""
LIST_BYTES = 8_000_000
QUESTIONS = 16
ASKING_SECONDS = 15.0
ONE_ANSWER_SECONDS = 5.0
"""What is spent on asking whether certificates were revoked: so many answers, so large, and so long for all and for each."""


@dataclass(frozen=True)
class RevocationAnswer:
    """What an authority said of its certificates: a list, or with a ``request`` the answer to that (OCSP)."""

    body: bytes
    request: bytes = b""


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
    "metadata": gettext_lazy(
        "Os metadados deste arquivo (título, autor ou outros) não são os do PDF desta página. Assine de novo com um programa "
        "que só acrescente a assinatura, ou desligue nele a opção de mudar as propriedades do documento."
    ),
    "stamp": gettext_lazy(
        "O carimbo visível da assinatura está fora do lugar. Assine de novo sem carimbo visível ou, se a última página tem o "
        "quadro “Lugar dos carimbos visíveis”, com o carimbo inteiro dentro dele e sem tocar em outro."
    ),
    "unfilled": gettext_lazy(
        "Este arquivo traz um campo de assinatura vazio. Assine de novo o PDF desta página, sem preparar campos antes."
    ),
    "slow": gettext_lazy(
        "A conferência deste arquivo passou do limite de tempo ou de memória e foi interrompida. Baixe de novo o PDF desta "
        "página, assine-o e envie o arquivo que o assinador gravou."
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
        "O certificado de “%(who)s” não estava válido ao assinar (validade: %(from)s–%(to)s). Assine com um certificado em "
        "vigor."
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
    with _one_at_a_time(by):
        facts_of_signatures = _facts_of_signatures(term, content)
    with timeline.changing(term.rollout) as rollout:
        term = AcceptanceTerm.objects.select_related("pdf").get(pk=term.pk)
        require(by, "acceptance.bring", term)
        _open(term)
        signed = _signatories_with_facts(term, facts_of_signatures)
        stored_file = files.store_bytes(content, f"{term}-assinado.pdf", by=by)
        opens: list[PartyRole] = []
        for signatory, facts in signed:
            opens += _record_certificate_signature(signatory, facts, stored_file)
        roles = [PartyRole(signatory.role) for signatory, _facts in signed]
        brought = events.Brought(
            version=term.version,
            sha256=term.pdf.sha256 if term.pdf else "",
            file=stored_file.sha256,
            method=Signatory.Method.CERTIFICATE,
            signed=roles,
            opens=[role for role in opens if role not in roles],
        )
        timeline.record(rollout, brought, by)
        return [signatory for signatory, _facts in signed]


@contextmanager
def _one_at_a_time(by: User) -> Iterator[None]:
    """Judging a file takes a processor for seconds: nobody has two judged at once. Raises ``Refusal`` (429)."""
    key = f"acceptance.examining.{by.pk}"
    if not cache.add(key, 1, timeout=int(2 * SECONDS + ASKING_SECONDS)):
        raise Refusal(_("Um arquivo seu já está sendo conferido. Espere a resposta e tente de novo."), status=429)
    try:
        yield
    finally:
        cache.delete(key)


def _open(term: AcceptanceTerm) -> None:
    require_open_for_signing(term)
    if not certificates.trusted_authorities()[0]:
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
    with term.pdf.content.open("rb") as term_file:
        document = term_file.read()
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


def _facts_of_signatures(term: AcceptanceTerm, content: bytes) -> list[dict[str, Any]]:
    """The facts of each signature of ``content``, with what its authorities say of it today. Raises ``Invalid`` for the first
    thing that is wrong."""
    judgement = _judge(term, content)
    if answers := _fetch_answers(judgement["ask"]):
        judgement = _judge(term, content, answers)
    return judgement["signatures"]


def _judge(term: AcceptanceTerm, content: bytes, answers: Sequence[RevocationAnswer] = ()) -> dict[str, Any]:
    roots, others = certificates.trusted_authorities()
    assert term.pdf is not None  # noqa: S101 - as above
    assert term.rendered_at is not None  # noqa: S101 - with the PDF
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file.pdf").write_bytes(content)
        _write(folder / "roots", [item.dump() for item in roots])
        _write(folder / "others", [item.dump() for item in others])
        _write(folder / "crls", [item.body for item in answers if not item.request])
        _write(folder / "ocsps", [item.body for item in answers if item.request])
        _write(folder / "requests", [item.request for item in answers if item.request])
        instants = [item.isoformat() for item in (term.rendered_at, clock.now())]
        judgement = _run_examiner(name, str(term.pdf.size), *instants)
    if "problem" in judgement:
        about = {"who": "?", "issuer": "?", **judgement["about"]}
        for bound in {"from", "to"} & about.keys():
            about[bound] = moments.show_day(datetime.fromisoformat(about[bound]))
        raise Invalid(SENTENCES[judgement["problem"]] % about, field="file")
    return judgement


def _run_examiner(*arguments: str) -> dict[str, Any]:
    """What ``examiner`` says, in a process of its own; one that dies or does not end could not read the file."""
    command = [sys.executable, "-I", "-B", str(examiner.__file__), *arguments]
    try:
        done = subprocess.run(
            command, cwd="/", env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=True
        )
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"problem": "slow", "about": {}}
    except subprocess.CalledProcessError as error:
        is_limit = error.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
        return {"problem": "slow" if is_limit else "unreadable", "about": {}}
    except (subprocess.SubprocessError, ValueError):
        return {"problem": "unreadable", "about": {}}


def _write(folder: Path, contents: Sequence[bytes]) -> None:
    folder.mkdir()
    for number, content in enumerate(contents):
        (folder / f"{number:04}").write_bytes(content)


def _fetch_answers(questions: Sequence[dict[str, Any]]) -> list[RevocationAnswer]:
    """The answers that come; of the other certificates it is said that they were not asked."""
    answers: list[RevocationAnswer] = []
    until = time.monotonic() + ASKING_SECONDS
    for question in {json.dumps(question["urls"]) + question["request"]: question for question in questions}.values():
        if len(answers) == QUESTIONS:
            break
        body = _ask_first_that_answers(question["urls"], bytes.fromhex(question["request"]), until)
        if body:
            answers.append(RevocationAnswer(body, bytes.fromhex(question["request"])))
    return answers


def _ask_first_that_answers(urls: Sequence[str], request: bytes, until: float) -> bytes:
    """What the first of ``urls`` that answers says; empty when none does in time."""
    request_arguments: dict[str, Any] = {"headers": {"Accept": "*/*"}}
    if request:
        request_arguments = {
            "headers": {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"},
            "body": request,
        }
    for url in urls:
        seconds_left = until - time.monotonic()
        if seconds_left <= 0:
            break
        try:
            answer = outbound.fetch(
                "POST" if request else "GET",
                url,
                **request_arguments,
                max_bytes=LIST_BYTES,
                seconds=min(seconds_left, ONE_ANSWER_SECONDS),
            )
        except outbound.Unreachable:
            continue
        if answer.status == 200 and answer.body:
            return answer.body
    return b""


def _signatories_with_facts(
    term: AcceptanceTerm, facts_of_signatures: Sequence[dict[str, Any]]
) -> list[tuple[Signatory, dict[str, Any]]]:
    """Who made which of the signatures, in the order of the steps; those that are known already are left out.

    Raises ``Invalid`` for a signature of nobody who is to sign, and for a second one for a party.
    """
    rows = list(term.signatories.select_related("term__rollout", "user").order_by("step", "pk"))
    recorded = {row.certificate.get("signature") for row in rows if row.certificate}
    signed: dict[int, tuple[Signatory, dict[str, Any]]] = {}
    new = [facts for facts in facts_of_signatures if facts["signature"] not in recorded]
    if not new:
        raise Invalid(_("As assinaturas deste arquivo já estão registradas."), field="file")
    used = {row.certificate["fingerprint"] for row in rows if row.certificate}
    for facts in new:
        owners = identity.signatories_of(facts, rows)
        pending = [row for row in owners if row.state == Signatory.State.PENDING and row.pk not in signed]
        if not pending or facts["fingerprint"] in used:
            raise Invalid(
                _("Já há uma assinatura por %(party)s: a de “%(who)s” seria a segunda.")
                % {"party": owners[0].get_role_display(), "who": facts["subject"]},
                field="file",
            )
        used.add(facts["fingerprint"])
        signed[pending[0].pk] = (pending[0], {**facts, "proof": identity.proof(facts)})
    return [signed[row.pk] for row in rows if row.pk in signed]


def _record_certificate_signature(
    signatory: Signatory, facts: dict[str, Any], stored_file: StoredFile
) -> list[PartyRole]:
    if not queries.has_turn(signatory):
        raise Refusal(_("Ainda não é a vez de %(name)s: outras pessoas assinam antes.") % {"name": signatory.name})
    signatory, term = signing.signable(signatory)
    if facts["cpf"]:
        new_addresses.require_settled_address(signatory.user)
    if signatory.role not in signatory.rollout.roles_of(signatory.user):
        raise Refusal(
            _("%(name)s não é mais da empresa que assina. A Presence precisa redigir o termo de novo.")
            % {"name": signatory.name}
        )
    signatory.method, signatory.file = Signatory.Method.CERTIFICATE, stored_file
    signatory.certificate = {key: facts[key] for key in evidence.CERTIFICATE_FACTS}
    signatory.certificate["signed_at"] = canonical.instant(datetime.fromisoformat(facts["signed_at"]))
    SignatoryCPF.objects.filter(signatory=signatory).delete()
    return signing.record_signature(signatory, term)
