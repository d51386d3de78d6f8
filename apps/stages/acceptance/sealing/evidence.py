"""The signing log: who signed, when, from where and how, as a chain whose first link is the document's own hash."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from apps.accounts.address_changes import masked
from apps.core import canonical, papers
from apps.core.papers.legible import tied
from apps.files.models import StoredFile
from apps.rollouts import timeline
from apps.stages.acceptance import queries
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.sealing import document, schemas

FORMAT, VERSION = "presence-rollout/signing-log", 1
ATTACHED = "assinaturas.json"
"""The name under which the log lies in the sealed PDF."""
# Read in the signatory's language, kept in the contract's.
CONSENTS = {
    1: gettext_lazy(
        "Li o termo e concordo em assiná-lo eletronicamente (MP 2.200-2/2001, art. 10, § 2º; Lei 14.063/2020)."
    ),
    document.LAYOUT: gettext_lazy(
        "Li o termo e concordo em assiná-lo eletronicamente (MP 2.200-2/2001, art. 10, § 2º; CPC, art. 784, § 4º)."
    ),
}
"""What whoever signs in the browser agrees to, by the layout of the term: a log says what was agreed to then."""

# Why a certificate's signature binds, which is not asked of anybody: by whether its root is ICP-Brasil's.
BASIS = {
    True: "Certificado digital da ICP-Brasil (MP 2.200-2/2001, art. 10, § 1º).",
    False: "Certificado digital de fora da ICP-Brasil, admitido pelas partes (MP 2.200-2/2001, art. 10, § 2º).",
}
CERTIFICATE_FACTS = (
    "subject", "cnpj", "proof", "issuer", "root", "icp_brasil", "fingerprint", "serial", "signature", "signed_at",
    "timestamped", "revocation",
)  # fmt: skip
"""What is kept of a certificate's signature, and stands in the log. No CPF is in it."""


def consent(term: AcceptanceTerm) -> str:
    """What whoever signs ``term`` in the browser agrees to, in the reader's language."""
    return tied(str(CONSENTS[term.envelope.get("layout", 1)]))


def log(term: AcceptanceTerm) -> dict[str, Any]:
    """The signing log of a term with its PDF, as ``static/schemas/signing-log-1.json`` describes it."""
    assert term.pdf is not None  # noqa: S101 - nobody signs before there is one
    with papers.on_paper():
        entries = sorted(_entries(term), key=lambda entry: entry["at"])
    previous = term.pdf.sha256
    for number, entry in enumerate(entries, start=1):
        entry |= {"number": number, "previous": previous}
        entry["hash"] = previous = link(entry)
    return {
        "$schema": schemas.address(schemas.LOG),
        "format": FORMAT,
        "version": VERSION,
        "term": str(term),
        "record_sha256": term.record_sha256,
        "document": {"bytes": term.pdf.size, "sha256": term.pdf.sha256},
        "entries": entries,
        "timeline": timeline.head(term.rollout),
    }


def outside(term: AcceptanceTerm) -> dict[str, StoredFile]:
    """The files in which the term came back signed, by the names under which they lie in the sealed PDF."""
    rows = term.signatories.exclude(file=None).select_related("file").order_by("file__uploaded_at", "pk")
    files = dict.fromkeys(row.file for row in rows)
    return {f"assinado-com-certificado-{number}.pdf": file for number, file in enumerate(files, start=1)}


def link(entry: Mapping[str, Any]) -> str:
    """The hash of ``entry``: of everything in it but the hash itself."""
    return canonical.sha256({key: value for key, value in entry.items() if key != "hash"})


def read(sealed: bytes) -> bytes:
    """The signing log as it lies in a sealed PDF of ours."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    from apps.stages.acceptance.sealing import pages

    return pages.attachments(PdfFileReader(io.BytesIO(sealed)))[ATTACHED]


def _entries(term: AcceptanceTerm) -> Iterator[dict[str, Any]]:
    yield {"what": "opened", "at": canonical.instant(term.rendered_at or term.drafted_at)}
    names = {file.pk: name for name, file in outside(term).items()}
    companies = queries.company_names(term)
    for signatory in term.signatories.select_related("file").order_by("step", "pk"):
        who = {
            "role": signatory.role,
            "name": signatory.name,
            "company": companies[signatory.role],
        }
        if signatory.delegated_at:
            at = canonical.instant(signatory.delegated_at)
            yield {
                "what": "delegated",
                "at": at,
                **who,
                "delegated_from": signatory.delegated_from,
                **_designation(signatory),
            }
        if signatory.state == Signatory.State.SIGNED and signatory.signed_at:
            yield {
                "what": "signed",
                "at": canonical.instant(signatory.signed_at),
                **who,
                "delegated_from": signatory.delegated_from,
                **_designation(signatory),
                "method": signatory.method,
                "email": masked(signatory.email),
                "sha256": signatory.signed_sha256,
                **(_by_certificate(signatory, names) if signatory.file else _in_the_browser(signatory)),
            }


def _designation(signatory: Signatory) -> dict[str, str]:
    """Who said that another signs in the place of somebody who had left, and for which party they acted."""
    if not signatory.designated_by:
        return {}
    return {"designated_by": signatory.designated_by, "designated_as": signatory.designated_as}


def _in_the_browser(signatory: Signatory) -> dict[str, Any]:
    proof = {"proof": signatory.proof} if signatory.proof else {}  # Signatures from before kept none.
    return {"address": signatory.address, "agent": signatory.agent, "consent": consent(signatory.term), **proof}


def _by_certificate(signatory: Signatory, names: Mapping[Any, str]) -> dict[str, Any]:
    assert signatory.file is not None  # noqa: S101 - asked before
    return {
        "basis": BASIS[signatory.certificate["icp_brasil"]],
        "certificate": signatory.certificate,
        "file": {
            "name": names[signatory.file.pk],
            "bytes": signatory.file.size,
            "sha256": signatory.file.sha256,
        },
    }
