"""Whether the certificates of a chain were revoked: where that is asked, and what the answers say.

What is asked on the day the file comes decides. What the file itself brings was written by whoever made the file: it may tell
of a revocation, and never that there is none. Nothing of Django is used here.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko.sign.validation import dss
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.errors import OCSPFetchError, OCSPValidationError
from pyhanko_certvalidator.fetchers.common_utils import format_ocsp_request, process_ocsp_response_data
from pyhanko_certvalidator.path import ValidationPath

ADDRESSES = 3
"""How many addresses of one list are tried, where its authority keeps copies."""
LONGEST_ADDRESS = 500
BROUGHT = 60
"""The most lists and answers of a file that are read."""


def questions(path: ValidationPath) -> Iterator[dict[str, Any]]:
    """What to ask of each certificate below the root: its authority (OCSP), with the ``request`` in hexadecimal, and the list
    of what it revoked. ``urls`` are alternatives."""
    for issuer, certificate in pairwise(path.iter_certs(include_root=True)):
        if urls := _addresses(certificate.ocsp_urls):
            request = format_ocsp_request(
                certificate, AuthorityWithCert(issuer), certid_hash_algo="sha1", request_nonces=True
            )
            yield {"urls": urls, "request": request.dump().hex()}
        if urls := _addresses(point.url for point in certificate.crl_distribution_points):
            yield {"urls": urls, "request": ""}


def answer(content: bytes, request: bytes) -> asn1_ocsp.OCSPResponse:
    """What an authority answered to ``request``. Raises ``ValueError`` for an error, another's answer, or none."""
    try:
        asked = asn1_ocsp.OCSPRequest.load(request, strict=True)
        return process_ocsp_response_data(content, ocsp_request=asked, ocsp_url="")
    except (OCSPFetchError, OCSPValidationError) as error:
        raise ValueError(str(error)) from error


def brought(
    reader: PdfFileReader, signatures: Iterable[EmbeddedPdfSignature]
) -> tuple[list[x509.Certificate], list[asn1_crl.CertificateList], list[asn1_ocsp.OCSPResponse]]:
    """The certificates, lists and answers that lie in the file: in its store, and in the signatures themselves."""
    certificates: list[x509.Certificate] = []
    lists: list[asn1_crl.CertificateList] = []
    answers: list[asn1_ocsp.OCSPResponse] = []
    try:
        store = dss.DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        pass
    else:
        certificates = list(store.load_certs())
        answers += [asn1_ocsp.OCSPResponse.load(each.get_object().data) for each in store.ocsps[:BROUGHT]]
        lists += [asn1_crl.CertificateList.load(each.get_object().data) for each in store.crls[:BROUGHT]]
    for signature in signatures:
        try:
            held = find_unique_cms_attribute(signature.signer_info["signed_attrs"], "adobe_revocation_info_archival")
        except Exception:  # noqa: S112 - there is none, or none that can be read
            continue
        answers += list(held["ocsp"] or [])
        lists += list(held["crl"] or [])
    return certificates, lists[:BROUGHT], answers[:BROUGHT]


def is_listed(path: ValidationPath, lists: Iterable[asn1_crl.CertificateList]) -> bool:
    """Whether a certificate of the chain stands on a list that its own authority signed, however old the list is."""
    pairs = list(pairwise(path.iter_certs(include_root=True)))
    for each in lists:
        for issuer, certificate in pairs:
            if each.issuer == certificate.issuer and _lists(each, issuer, certificate):
                return True
    return False


def _lists(held: asn1_crl.CertificateList, issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        key: Any = pyca.load_der_x509_certificate(issuer.dump()).public_key()
        list_ = pyca.load_der_x509_crl(held.dump())
        if not list_.is_signature_valid(key):
            return False
        row = list_.get_revoked_certificate_by_serial_number(certificate.serial_number)
        kinds = {type(each.value): each.value for each in row.extensions} if row else {}
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    reason = kinds.get(pyca.CRLReason)
    taken_off = reason is not None and reason.reason == pyca.ReasonFlags.remove_from_crl
    return row is not None and not taken_off and pyca.CertificateIssuer not in kinds


def _addresses(urls: Iterable[str | None]) -> list[str]:
    found = [url for url in urls if url and len(url) <= LONGEST_ADDRESS and _is_web(url)]
    return list(dict.fromkeys(found))[:ADDRESSES]


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False
