"""A certificate authority made for a test: a root that calls itself ICP-Brasil, an authority below it, and certificates of
people and companies with the names that ICP-Brasil gives them (DOC-ICP-04)."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1, translate_pyca_cryptography_key_to_asn1
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

LIST = "http://acteste.icpbrasil.example.com/lista.crl"
ROOT_LIST = "http://acraiz.icpbrasil.example.com/raiz.crl"
CPF = "12345678909"


def utf8(text: str) -> bytes:
    return bytes([0x0C, len(text.encode())]) + text.encode()


class Authority:
    """A root and an authority below it. Instants are around ``now``; keys are elliptic, so that making them costs nothing.

    Without ``points`` its certificates name no list of revoked ones, so that nobody asks for it.
    """

    def __init__(self, organization: str = "ICP-Brasil", *, points: bool = True, ocsp: str = "") -> None:
        self.points, self.ocsp = points, ocsp
        self.now = datetime.now(UTC)
        self.root_key, self.key = (ec.generate_private_key(ec.SECP256R1()) for _each in range(2))
        self.root_name = self.name("AC Raiz de teste", organization)
        self.issuer_name = self.name("AC Intermediária de teste", organization)
        self.root = self._build(self.root_name, self.root_key, self.root_name, self.root_key, ca=True)
        self.issuer = self._build(
            self.issuer_name, self.key, self.root_name, self.root_key, ca=True, extensions=self._points(ROOT_LIST)
        )

    @staticmethod
    def name(common: str, organization: str = "ICP-Brasil") -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "BR"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    def person(self, name: str, email: str = "", *, cpf: str = CPF, **more) -> "Card":
        """An e-CPF: ``NAME:CPF``, with birth date and CPF in a name of its own. Without a ``cpf`` there is only the name."""
        names: list[x509.GeneralName] = []
        if cpf:
            names.append(self._other("2.16.76.1.3.1", f"01011980{cpf}00000000000"))
        if email:
            names.append(x509.RFC822Name(email))
        return self.card(f"{name.upper()}:{cpf}" if cpf else name, names, **more)

    def company(self, name: str, cnpj: str, responsible: str = "Responsável", **more) -> "Card":
        """An e-CNPJ: ``NAME:CNPJ``, with the CNPJ and the responsible person in names of their own."""
        names = [
            self._other("2.16.76.1.3.3", cnpj),
            self._other("2.16.76.1.3.2", responsible),
            self._other("2.16.76.1.3.4", f"01011980{CPF}00000000000"),
        ]
        return self.card(f"{name.upper()}:{cnpj}", names, **more)

    def card(
        self, common: str, names=(), *, since=None, until=None, usage=True, purpose=None, digest=None, key=None
    ) -> "Card":
        """A certificate with its key. ``since`` and ``until`` are in days from now."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        extensions = [x509.KeyUsage(usage, usage, False, not usage, False, False, False, False, False)]
        if names:
            extensions.append(x509.SubjectAlternativeName(names))
        if purpose:
            extensions.append(x509.ExtendedKeyUsage([purpose]))
        extensions += self._points(LIST)
        if self.ocsp:
            where = x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(self.ocsp)
            )
            extensions.append(x509.AuthorityInformationAccess([where]))
        certificate = self._build(
            self.name(common), key, self.issuer_name, self.key, extensions=extensions, since=since, until=until,
            digest=digest,
        )  # fmt: skip
        return Card(self, key, certificate)

    def stamper(self, at: datetime) -> DummyTimeStamper:
        """A timestamp authority whose clock stands at ``at``."""
        rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # pyHanko's takes no other kind.
        card = self.card("ACT de teste", purpose=ExtendedKeyUsageOID.TIME_STAMPING, key=rsa_key)
        store = SimpleCertificateStore()
        store.register_multiple([asn1(self.issuer), asn1(self.root)])
        key = translate_pyca_cryptography_key_to_asn1(card.key)
        return DummyTimeStamper(asn1(card.certificate), key, store, fixed_dt=at)

    def lists(self, *revoked: "Card", until: int = 30, authority_too: bool = False) -> dict[str, bytes]:
        """What the addresses of the revocation lists answer; ``authority_too``: the authority itself was revoked."""
        authorities = [self.issuer] if authority_too else []
        return {
            ROOT_LIST: self._list(self.root_name, self.root_key, authorities, until),
            LIST: self._list(self.issuer_name, self.key, [each.certificate for each in revoked], until),
        }

    def answers(
        self, request: bytes, card: "Card", *, revoked=False, nonce=True, by: "Authority | None" = None
    ) -> bytes:
        """What the authority answers when it is asked for ``card`` (OCSP); ``by`` is who says so in its place."""
        asked, by = ocsp.load_der_ocsp_request(request), by or self
        certificate = card.certificate
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate, issuer=self.issuer, algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=self.now - timedelta(hours=1), next_update=self.now + timedelta(days=1),
            revocation_time=self.now - timedelta(days=2) if revoked else None, revocation_reason=None,
        ).responder_id(ocsp.OCSPResponderEncoding.NAME, by.issuer).certificates([by.issuer])  # fmt: skip
        theirs = asked.extensions.get_extension_for_class(x509.OCSPNonce).value
        builder = builder.add_extension(theirs if nonce else x509.OCSPNonce(b"0" * 16), critical=False)
        return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def trusted_in(self, folder) -> str:
        """Put the root into ``folder``, as who runs an installation does."""
        folder.mkdir(exist_ok=True)
        (folder / "raiz.crt").write_bytes(self.root.public_bytes(Encoding.PEM))
        return str(folder)

    def _other(self, oid: str, text: str) -> x509.OtherName:
        return x509.OtherName(x509.ObjectIdentifier(oid), utf8(text))

    def _points(self, address: str) -> list[x509.CRLDistributionPoints]:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
        return [x509.CRLDistributionPoints([point])] if self.points else []

    def _build(self, name, key, issuer, issuer_key, *, ca=False, extensions=(), since=None, until=None, digest=None):
        builder = (
            x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + timedelta(days=-30 if since is None else since))
            .not_valid_after(self.now + timedelta(days=365 if until is None else until))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )  # fmt: skip
        if ca:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(issuer_key, digest or hashes.SHA256())

    def _list(self, name, key, revoked, until: int) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder().issuer_name(name)
            .last_update(self.now - timedelta(days=40)).next_update(self.now + timedelta(days=until))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
            .add_extension(x509.CRLNumber(1), critical=False)
        )  # fmt: skip
        for certificate in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
                .revocation_date(self.now - timedelta(days=2)).build()
            )  # fmt: skip
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


class Card:
    """Somebody's certificate with its key, and the program that signs with it."""

    def __init__(self, authority: Authority, key, certificate: x509.Certificate) -> None:
        self.authority, self.key, self.certificate = authority, key, certificate

    def signs(self, content: bytes, field: str = "", **more) -> bytes:
        """``content`` with one more signature, as an update behind it. ``box`` shows it on ``page``, ``at`` is the
        time that it says, ``digest`` its algorithm, ``style`` how it
        looks."""
        field = field or f"Assinatura{content.count(b'/ByteRange') + 1}"
        return apart(partial(self._sign, content, field, **more))

    def _sign(
        self,
        content,
        field,
        *,
        box=None,
        page=0,
        digest="sha256",
        at=None,
        subfilter=SigSeedSubFilter.PADES,
        stamper=None,
        style=None,
        **more,
    ):
        store = SimpleCertificateStore()
        store.register_multiple([asn1(self.authority.issuer), asn1(self.authority.root)])
        signer = signers.SimpleSigner(asn1(self.certificate), translate_pyca_cryptography_key_to_asn1(self.key), store)
        about = signers.PdfSignatureMetadata(
            field_name=field, md_algorithm=digest, subfilter=subfilter, signer_key_usage=set(), **more
        )
        out = io.BytesIO()
        with frozen(at):
            signers.PdfSigner(
                about,
                signer,
                timestamper=stamper,
                stamp_style=style,
                new_field_spec=SigFieldSpec(field, box=box, on_page=page),
            ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), output=out)
        return out.getvalue()


def frozen(at):
    """pyHanko takes the time that a signature says from the machine; here it is told another."""
    from contextlib import nullcontext
    from unittest import mock

    if at is None:
        return nullcontext()
    clock = mock.Mock(wraps=datetime)
    clock.now.side_effect = lambda tz=None: at
    return mock.patch("pyhanko.sign.signers.pdf_signer.datetime", clock)


def apart(act):
    """What ``act()`` gives, done in a thread of its own: pyHanko starts an event loop, and Playwright runs one here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def asn1(certificate):
    return translate_pyca_cryptography_cert_to_asn1(certificate)


@cache
def the_authority() -> Authority:
    """One for all tests: what it signs is never kept."""
    return Authority()
