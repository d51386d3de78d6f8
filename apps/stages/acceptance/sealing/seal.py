"""The sealed file: the signed document as it was, the evidence and the signing log behind it, Presence's seal over all."""

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from apps.seals import certificates, pades, signatures
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import evidence, pages, rendering


def pdf(term: AcceptanceTerm) -> bytes:
    """The sealed PDF of a term that everybody signed: PAdES B-B, or B-T where a timestamp authority is configured.

    Raises ``certificates.NoCertificate``, and ``NoTimestamp`` when the authority gives no time.
    """
    assert term.pdf is not None  # noqa: S101 - a signed term has one
    signer = certificates.signer()
    log = {**evidence.log(term), "seal": signatures.description_of(signer)}
    with term.pdf.content.open("rb") as signed:
        writer = IncrementalPdfFileWriter(io.BytesIO(signed.read()))
    pages.append(writer, PdfFileReader(io.BytesIO(rendering.evidence_pdf(term, log))))
    pages.attach(writer, evidence.ATTACHED, log, "Registro das assinaturas")
    for name, file in evidence.outside(term).items():
        with file.content.open("rb") as content:
            pages.attach(writer, name, content.read(), "Termo assinado com certificado digital")
    with_evidence = io.BytesIO()
    writer.write(with_evidence)
    return pades.sealed(
        with_evidence.getvalue(), signer, "Termo assinado por todas as partes", stamper=signatures.stamper()
    )
