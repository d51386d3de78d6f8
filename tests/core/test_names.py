"""Names stand in our mail: they carry no address that a mail program would turn into a link."""

import pytest

from apps.core import names
from apps.core.refusals import Invalid

REAL = [
    "Ana P. da Silva", "D'Ávila", "João Batista Jr.", "Lojas Americanas S.A.", "Lojas Americanas S/A", "Dr. José",
    "M. J. Comércio Ltda. ME", "C&A Modas", "Maria-Antônia", "O’Neill", "Açaí & Cia.", "Gerente de TI / E-commerce",
    "Analista (nível 2)", "1,99 Variedades", "Loja 24h", "Ş. Yılmaz", "ยินดี", "李 小龍", "Ana 👩🏽‍💻", "Sr. Luís, o 2º",
    "+ Saúde", "Analista .NET", "Eng.º Civil", "Sta. Bárbara D'Oeste", "J. R. R. Tolkien",
]  # fmt: skip
ADDRESSES = [
    "http://x.com", "Ganhe em HTTPS://X", "www.exemplo", "x.com", "Ana loja.com.br", "ana@exemplo.com.br",
    "acesse bit.ly/abc", "ｘ．ｃｏｍ", "x。com", "x․com", "mailto:ana", "//exemplo", "192.168.0.1", "ехаmple.рф",
    "hxxps x", "Ana (acme.io)", "clique:x.co", "пример.рф", "WWW EXEMPLO COM", "a.b.c.de",
]  # fmt: skip
UNSEEN = [
    "Ana\nSilva",
    "Ana\rBcc: x",
    "Ana\u2028Silva",
    "Ana\x00",
    "Ana\u202eavliS",
    "Ana\u200bSilva",
    "Ana\tSilva",
    "exem\u00adplo.com",
    "\ufeffAna",
]


@pytest.mark.parametrize("name", REAL)
def test_a_name_that_people_have_is_taken(name):
    names.refuse_addresses(name=name)


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_is_refused_with_what_to_write_instead(name):
    with pytest.raises(Invalid, match="Escreva só o nome") as refusal:
        names.refuse_addresses(other="Ana", name=name)
    assert refusal.value.field == "name"


@pytest.mark.parametrize("name", UNSEEN)
def test_what_cannot_be_seen_is_refused(name):
    with pytest.raises(Invalid, match="caracteres invisíveis"):
        names.refuse_addresses(name=name)
