"""Whom a certificate names. Those of ICP-Brasil (DOC-ICP-04) say it in the subject's common name, ``NAME:CPF`` or
``NAME:CNPJ``, and in names of their own beside it.

Nothing of Django is used here: ``examiner`` reads this in a process of its own. A CPF never leaves this file.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from asn1crypto import x509

CNPJ_NAME = "2.16.76.1.3.3"
"""The other name that holds the CNPJ of a company's certificate (e-CNPJ)."""
CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
CPF = re.compile(r"(?<![0-9])[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}(?![0-9])")
LONGEST = 160


@dataclass
class Holder:
    """``subject`` is the name to show. With a ``cnpj`` the certificate is a company's, else a person's; ``emails`` are the
    addresses that its authority wrote into it."""

    subject: str
    cnpj: str = ""
    emails: list[str] = field(default_factory=list)


def holder(certificate: x509.Certificate) -> Holder:
    """Whom ``certificate`` names. Raises ``ValueError`` when its names cannot be read."""
    written = _first(certificate.subject, "common_name")
    name, _colon, number = written.rpartition(":")
    is_numbered = bool(name) and bool(CNPJ.fullmatch(number) or CPF.fullmatch(number))
    found = Holder(without_cpf(name if is_numbered else written) or "?")
    if is_numbered and CNPJ.fullmatch(number):
        found.cnpj = number
    for each in certificate.subject_alt_name_value or []:
        if each.name == "rfc822_name":
            found.emails.append(str(each.native)[:LONGEST])
        elif each.name == "other_name" and each.chosen["type_id"].native == CNPJ_NAME:
            number = _text(each.chosen["value"].parsed.native).strip().upper()
            found.cnpj = number if CNPJ.fullmatch(number) else found.cnpj
    return found


def short_name(name: x509.Name) -> str:
    """Of an authority: its common name, or whatever else it is called by."""
    return without_cpf(_first(name, "common_name") or name.human_friendly)


def organization(name: x509.Name) -> str:
    return _first(name, "organization_name")


def same_name(one: str, other: str) -> bool:
    """Whether both write one name; capitals, accents and spaces between words do not count."""
    return bool(_plain(one)) and _plain(one) == _plain(other)


def without_cpf(text: str) -> str:
    return CPF.sub("…", text).strip()[:LONGEST]


def _plain(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(each for each in parts if not unicodedata.combining(each)).split())


def _first(name: x509.Name, attribute: str) -> str:
    found = name.native.get(attribute, "")
    return str(found[-1] if isinstance(found, list) else found)


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
