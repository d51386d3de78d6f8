"""Whom a certificate names, and by which number it proves them; a CPF is never shown."""

import pytest
from cryptography import x509

from apps.stages.acceptance.certificates import holders
from tests.acceptance.authority import CPF, asn1, the_authority, utf8

PERSON, COMPANY = "2.16.76.1.3.1", "2.16.76.1.3.3"
CNPJ, WITH_LETTERS = "11222333000181", "12ABC34501DE35"


def of(card):
    return holders.holder(asn1(card.certificate))


def named(*names, common="Fulano"):
    """A certificate with these names of ICP-Brasil, whatever they say."""
    return of(
        the_authority().card(common, [x509.OtherName(x509.ObjectIdentifier(oid), utf8(text)) for oid, text in names])
    )


def person(cpf=CPF):
    return PERSON, f"01011980{cpf}00000000000"


def test_a_persons_certificate_names_them_and_shows_no_cpf():
    found = of(the_authority().person("João  da Sílva", "joao@loja.com.br"))
    assert (found.subject, found.cpf, found.cnpj) == ("JOÃO  DA SÍLVA", CPF, "")
    assert CPF not in str(found)


def test_a_companys_certificate_names_its_cnpj_and_not_who_answers_for_it():
    found = of(the_authority().company("Loja Ltda", CNPJ))
    assert (found.subject, found.cpf, found.cnpj) == ("LOJA LTDA", "", CNPJ)
    assert CPF not in str(found)


def test_a_cnpj_may_have_letters():
    assert named((COMPANY, WITH_LETTERS)).cnpj == WITH_LETTERS
    assert named((COMPANY, WITH_LETTERS.lower())).cnpj == WITH_LETTERS


@pytest.mark.parametrize("number", [CNPJ, CPF, WITH_LETTERS])
def test_a_number_in_the_name_alone_proves_nobody(number):
    """Any authority writes into a common name whatever it is asked for."""
    found = of(the_authority().card(f"LOJA:{number}"))
    assert (found.subject, found.cpf, found.cnpj) == ("LOJA", "", "")


@pytest.mark.parametrize(
    "names",
    [
        [(COMPANY, "11222333000182")],
        [(COMPANY, "")],
        [(COMPANY, CNPJ), (COMPANY, WITH_LETTERS)],
        [(COMPANY, "1"), person()],
        [(PERSON, f"01011980{'0' * 11}")],
        [(PERSON, "01011980")],
        [person("12345678900")],
        [person(), person("52998224725")],
    ],
)
def test_a_number_that_is_none_or_more_than_one_proves_nobody(names):
    found = named(*names)
    assert (found.cpf, found.cnpj) == ("", "")


def test_a_company_and_a_person_in_one_is_the_companys():
    found = named((COMPANY, CNPJ), person())
    assert (found.cpf, found.cnpj) == ("", CNPJ)


def test_a_certificate_of_another_authority_names_who_it_names():
    found = of(the_authority().card("Ana Souza"))
    assert (found.subject, found.cpf, found.cnpj) == ("Ana Souza", "", "")


def test_a_cpf_is_taken_out_wherever_it_is_written():
    for written in ("Ana 123.456.789-09", "Ana 12345678909"):
        assert of(the_authority().card(written)).subject == "Ana …"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("JOAO DA SILVA", "João da Silva", True),
        ("Ana  Souza ", "ana souza", True),
        ("ANA MARIA DE SOUZA LIMA", "Ana Souza", True),
        ("ANA SOUZA ALBUQUERQUE", "Ana Souza", True),
        ("ANA", "Ana Souza", True),
        ("BEATRIZ SOUZA", "Ana Souza", False),
        ("ANA DE LIMA", "Ana de Souza", False),
        ("", "", False),
        ("…", "Ana", False),
        ("de", "de", False),
    ],
)
def test_names_correspond_by_the_first_and_one_more(one, other, same):
    assert holders.corresponds(one, other) is same
    assert holders.corresponds(other, one) is same
