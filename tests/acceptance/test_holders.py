"""Whom a certificate names; never a CPF."""

import pytest

from apps.stages.acceptance import holders
from tests.acceptance.authority import CPF, asn1, the_authority


def test_a_persons_certificate_names_them_without_their_cpf():
    card = the_authority().person("João  da Sílva", "joao@loja.com.br")
    found = holders.holder(asn1(card.certificate))
    assert (found.subject, found.cnpj, found.emails) == ("JOÃO  DA SÍLVA", "", ["joao@loja.com.br"])
    assert CPF not in str(found)


def test_a_companys_certificate_names_its_cnpj():
    card = the_authority().company("Loja Ltda", "11222333000181")
    found = holders.holder(asn1(card.certificate))
    assert (found.subject, found.cnpj) == ("LOJA LTDA", "11222333000181")
    assert CPF not in str(found)


def test_the_name_alone_tells_a_company_too_with_letters_in_its_number():
    found = holders.holder(asn1(the_authority().card("LOJA:12ABC34501DE35").certificate))
    assert (found.subject, found.cnpj) == ("LOJA", "12ABC34501DE35")


def test_a_certificate_of_another_authority_names_who_it_names():
    found = holders.holder(asn1(the_authority().card("Ana Souza").certificate))
    assert (found.subject, found.cnpj, found.emails) == ("Ana Souza", "", [])


def test_a_cpf_is_taken_out_wherever_it_is_written():
    for written in ("Ana 123.456.789-09", "Ana 12345678909"):
        assert holders.holder(asn1(the_authority().card(written).certificate)).subject == "Ana …"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("JOAO DA SILVA", "João da Silva", True),
        ("Ana  Souza ", "ana souza", True),
        ("Ana Souza", "Ana de Souza", False),
        ("", "", False),
        ("…", "Ana", False),
    ],
)
def test_capitals_accents_and_spaces_do_not_make_another_name(one, other, same):
    assert holders.same_name(one, other) is same
