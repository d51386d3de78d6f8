"""A PDF under Presence's seal: PAdES, over every byte of it."""

import io
from typing import TYPE_CHECKING

from apps.seals.signatures import DIGEST

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer
    from pyhanko.sign.timestamps import TimeStamper

FIELD = "SeloPresence"


def sealed(content: bytes, signer: "Signer", reason: str, stamper: "TimeStamper | None" = None) -> bytes:
    """``content`` with the seal behind it: PAdES B-B, or B-T where ``stamper`` gives the time. ``reason`` says what the seal
    stands for. Raises what ``stamper`` raises when it gives none."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter

    about = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
        # Whether its usages fit is for who trusts it to say; a legal person's certificate may lack non-repudiation.
        signer_key_usage=set(),
    )
    output = io.BytesIO()
    signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content)),
        about,
        signer,
        timestamper=stamper,
        new_field_spec=SigFieldSpec(FIELD, readable_field_name="Selo da Presence"),
        output=output,
    )
    return output.getvalue()
