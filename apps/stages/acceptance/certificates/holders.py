"""Whom a certificate names. Those of ICP-Brasil (DOC-ICP-04) say it in the subject's common name, ``NAME:CPF`` or
``NAME:CNPJ``, and in names of their own beside it.

Nothing of Django is used here: ``examiner`` reads this in a process of its own. A CPF is compared and never kept.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from asn1crypto import x509
from stdnum.br import cnpj as stdnum_cnpj
from stdnum.br import cpf as stdnum_cpf

CPF_NAME = "2.16.76.1.3.1"
"""The other name that holds the birth date and the CPF of a person's certificate (e-CPF)."""
CNPJ_NAME = "2.16.76.1.3.3"
"""The other name that holds the CNPJ of a company's certificate (e-CNPJ)."""
CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
CPF = re.compile(r"(?<![0-9])[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}(?![0-9])")
LONGEST = 160


PARTICLES = {"da", "das", "de", "di", "do", "dos", "e"}


@dataclass
class Holder:
    """``subject`` is the name to show. With a ``cnpj`` the certificate is a company's, with a ``cpf`` a person's; without
    either it proves nobody. Both are what an authority writes into names of their own, with the right check digits."""

    subject: str
    cpf: str = field(default="", repr=False)
    cnpj: str = ""


def holder(certificate: x509.Certificate) -> Holder:
    """Whom ``certificate`` names. Raises ``ValueError`` when its names cannot be read."""
    common_name = _first(certificate.subject, "common_name")
    name, _colon, number = common_name.rpartition(":")
    is_numbered = bool(name) and bool(CNPJ.fullmatch(number) or CPF.fullmatch(number))
    numbers: dict[str, set[str]] = {CPF_NAME: set(), CNPJ_NAME: set()}
    for other_name in certificate.subject_alt_name_value or []:
        kind = other_name.chosen["type_id"].native if other_name.name == "other_name" else ""
        if kind in numbers:
            numbers[kind].add(_text(other_name.chosen["value"].parsed.native).strip().upper())
    companies = {number for number in numbers[CNPJ_NAME] if CNPJ.fullmatch(number) and stdnum_cnpj.is_valid(number)}
    people = {
        cpf for cpf in (text[8:19] for text in numbers[CPF_NAME]) if stdnum_cpf.is_valid(cpf) and len(set(cpf)) > 1
    }
    named = Holder(without_cpf(name if is_numbered else common_name) or "?")
    # Two numbers of a kind would name two; a company's certificate names besides whoever answers for it.
    if len(numbers[CNPJ_NAME]) == 1 and companies:
        named.cnpj = companies.pop()
    elif not numbers[CNPJ_NAME] and len(numbers[CPF_NAME]) == 1 and people:
        named.cpf = people.pop()
    return named


def short_name(name: x509.Name) -> str:
    """Of an authority: its common name, or whatever else it is called by."""
    return without_cpf(_first(name, "common_name") or name.human_friendly)


def organization(name: x509.Name) -> str:
    return _first(name, "organization_name")


def corresponds(first_name: str, second_name: str) -> bool:
    """Whether both may be the name of one person: the first name, and one more where both have more. Capitals and accents do
    not count, nor do names that one of them leaves out."""
    first_words, second_words = _words(first_name), _words(second_name)
    if not first_words or not second_words or first_words[0] != second_words[0]:
        return False
    return bool(set(first_words[1:]) & set(second_words[1:])) or len(first_words) == 1 or len(second_words) == 1


def without_cpf(text: str) -> str:
    return CPF.sub("…", text).strip()[:LONGEST]


def _words(name: str) -> list[str]:
    parts = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in parts if not unicodedata.combining(character))
    return [character for character in plain.split() if character not in PARTICLES]


def _first(name: x509.Name, attribute: str) -> str:
    values = name.native.get(attribute, "")
    return str(values[-1] if isinstance(values, list) else values)


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
