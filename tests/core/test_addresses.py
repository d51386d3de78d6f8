"""An address is read as a browser would read it, or refused; hosts are compared label by label in one form."""

import pytest

from apps.core.network import addresses
from apps.core.network.addresses import BadAddress


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("https://lojaaçaí.com.br/", "https://xn--lojaaa-0ua3c.com.br/"),
        ("https://LOJA.com.br.:443/a b?q=ç#parte", "https://loja.com.br/a%20b?q=%C3%A7"),
        ("  https://loja.com.br  ", "https://loja.com.br/"),
        ("https://a。b．com｡br/", "https://a.b.com.br/"),
        ("https://ＬＯＪＡ.com.br/", "https://loja.com.br/"),
        ("http://loja.com.br:8080/x", "http://loja.com.br:8080/x"),
        ("http://loja.com.br:443/", "http://loja.com.br:443/"),
        ("https://minha_loja.com.br/", "https://minha_loja.com.br/"),
        ("https://r3---sn.loja.com.br/", "https://r3---sn.loja.com.br/"),
        ("https://xn--fa-hia.de/", "https://xn--fa-hia.de/"),
        ("https://faß.de/", "https://xn--fa-hia.de/"),
        ("https://１２７.0.0.1/", "https://127.0.0.1/"),
        ("https://[::FFFF:10.0.0.1]:8443/", "https://[::ffff:a00:1]:8443/"),
        ("https://loja.com.br/100%25?a=[1]&b=%zz", "https://loja.com.br/100%25?a=[1]&b=%zz"),
    ],
)
def test_one_form_for_each_place(typed, read):
    assert str(addresses.parse(typed)) == read
    assert str(addresses.parse(read)) == read


@pytest.mark.parametrize(
    "typed",
    [
        "", "x", "//loja.com.br", "ftp://loja.com.br/", "javascript:alert(1)", "https://", "https:///x", "https://:443/",
        "https://ana@loja.com.br/", "https://ana:senha@loja.com.br/", "https://@loja.com.br/", "https://a@b@c/",
        "https://loja.com.br\\.mal.com/", "https://mal.com\\@loja.com.br/", "https://loja .com.br/",
        "https://loja\t.com.br/", "https://loja.com.br/\r\nHost: x", "https://loja.com.br/\0", "https://lo%6aja.com.br/",
        "https://loja..com.br/", "https://.loja.com.br/", "https://loja.com.br../", "https://-loja.com.br/",
        "https://loja.com.br:0/", "https://loja.com.br:99999/", "https://loja.com.br:x/", "https://loja.com.br:٣/",
        "https://℀.com/", "https://i❤.ws/", "https://xn--zz--zz.com/", "https://\u202eloja.com.br/",
        f"https://{'a' * 64}.com/", f"https://{'ç' * 62}.com/", f"https://{'a.' * 130}com/", f"https://{'ç' * 5_000}/",
        "https://[::1", "https://[::1]x/", "https://x[::1]/", "https://[fe80::1%25eth0]/", "https://[loja]/", "https://2130706433/",
        "https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/", "https://1.2.3.4.5/", "https://\ud800.com/",
        "https://loja.com.br/\ud800", "https://loja.com.br/" + "x" * 9_000,
    ],
)  # fmt: skip
def test_anything_else_is_refused_and_never_repeated(typed):
    with pytest.raises(BadAddress) as refused:
        addresses.parse(typed)
    assert len(typed) < 4 or typed not in str(refused.value)


@pytest.mark.parametrize(
    ("reference", "onward"),
    [
        ("/b", "https://loja.com.br/b"), ("//outra.com.br", "https://outra.com.br/"), ("?q=1", "https://loja.com.br/a?q=1"),
        ("/catálogo", "https://loja.com.br/cat%C3%A1logo"), ("https://açaí.com.br", "https://xn--aa-4iaz.com.br/"),
    ],
)  # fmt: skip
def test_a_redirect_is_read_from_where_it_came(reference, onward):
    assert str(addresses.joined(addresses.parse("https://loja.com.br/a"), reference)) == onward


@pytest.mark.parametrize("reference", ["http://[", "//[x", "https://ana@loja.com.br/", "file:///etc/passwd", "//\x00"])
def test_a_redirect_to_nowhere_is_refused(reference):
    with pytest.raises(BadAddress):
        addresses.joined(addresses.parse("https://loja.com.br/a"), reference)


@pytest.mark.parametrize(
    ("typed", "within"),
    [
        ("loja.myshopify.com", True), ("LOJA.MyShopify.com", True), ("loja.myshopify.com.", True),
        ("loja.myshopify。com", True), ("ação.myshopify.com", True),
        ("myshopify.com", False), ("evilmyshopify.com", False), ("x.myshopify.com.evil.com", False),
        ("a.b.myshopify.com", False), ("myshopify.com.evil", False), ("loja.myshopify.com.br", False),
        ("loja.myshopıfy.com", False), ("loja-myshopify.com", False),
    ],
)  # fmt: skip
def test_a_pattern_is_matched_label_by_label(typed, within):
    assert addresses.is_within(addresses.host_name(typed), "*.myshopify.com") is within


def test_a_pattern_without_a_star_is_that_host_alone():
    assert addresses.is_within("api.awsli.com.br", "api.awsli.com.br")
    assert not addresses.is_within("x.api.awsli.com.br", "api.awsli.com.br")
    assert not addresses.is_within("awsli.com.br", "api.awsli.com.br")
