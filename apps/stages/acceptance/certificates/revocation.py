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
MOST_IN_FILE = 60
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
        ocsp_request = asn1_ocsp.OCSPRequest.load(request, strict=True)
        return process_ocsp_response_data(content, ocsp_request=ocsp_request, ocsp_url="")
    except (OCSPFetchError, OCSPValidationError) as error:
        raise ValueError(str(error)) from error


def answers_in_file(
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
        answers += [asn1_ocsp.OCSPResponse.load(entry.get_object().data) for entry in store.ocsps[:MOST_IN_FILE]]
        lists += [asn1_crl.CertificateList.load(entry.get_object().data) for entry in store.crls[:MOST_IN_FILE]]
    for signature in signatures:
        try:
            archival = find_unique_cms_attribute(
                signature.signer_info["signed_attrs"], "adobe_revocation_info_archival"
            )
        except Exception:  # noqa: S112 - there is none, or none that can be read
            continue
        answers += list(archival["ocsp"] or [])
        lists += list(archival["crl"] or [])
    return certificates, lists[:MOST_IN_FILE], answers[:MOST_IN_FILE]


def is_listed(path: ValidationPath, lists: Iterable[asn1_crl.CertificateList]) -> bool:
    """Whether a certificate of the chain stands on a list that its own authority signed, however old the list is."""
    pairs = list(pairwise(path.iter_certs(include_root=True)))
    for revoked_list in lists:
        for issuer, certificate in pairs:
            if revoked_list.issuer == certificate.issuer and _lists(revoked_list, issuer, certificate):
                return True
    return False


def _lists(revoked_list: asn1_crl.CertificateList, issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        key: Any = pyca.load_der_x509_certificate(issuer.dump()).public_key()
        parsed_list = pyca.load_der_x509_crl(revoked_list.dump())
        if not parsed_list.is_signature_valid(key):
            return False
        row = parsed_list.get_revoked_certificate_by_serial_number(certificate.serial_number)
        extensions = {type(extension.value): extension.value for extension in row.extensions} if row else {}
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    reason = extensions.get(pyca.CRLReason)
    taken_off = reason is not None and reason.reason == pyca.ReasonFlags.remove_from_crl
    return row is not None and not taken_off and pyca.CertificateIssuer not in extensions


def _addresses(urls: Iterable[str | None]) -> list[str]:
    addresses = [url for url in urls if url and len(url) <= LONGEST_ADDRESS and _is_web(url)]
    return list(dict.fromkeys(addresses))[:ADDRESSES]


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False
