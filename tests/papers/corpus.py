"""Texts that people paste, each of which once left its column, its line or its page."""

URL = (
    "https://painel.exemplo.com.br/relatorios/integracao/pedidos/exportacao?de=2026-10-01T00:00:00-03:00&ate="
    "2026-10-31T23:59:59-03:00&colunas=pedido,sku,quantidade,valor,frete,desconto,juros,bandeira,nsu,autorizacao&t=nenhum"
)
LONG_WORD = (
    "RuaDasPalmeirasImperiaisDoJardimBotanicoNumeroMilDuzentosETrintaEQuatroBlocoCApartamentoQuinhentosEDois" * 3
)
LINES = "\n".join(f"Linha {number} de uma ata que alguém colou inteira." for number in range(1, 201))
TABLE = "\n".join("\t".join(f"c{row}x{column}" for column in range(1, 61)) for row in range(1, 6))
TEXTS = {
    "url": URL,
    "long word": LONG_WORD,
    "no spaces, capitals": "W" * 400,
    "200 lines": LINES,
    "60 columns": TABLE,
    "emoji": "Loja 🛒 da Ana — promoção 50% 👩🏽‍💻🎉✅ ❤️",
    "other scripts": "店舗の在庫 / ร้านค้า / متجر / חנות / 가게 / Магазин",
    "Chinese without a space": "库存同步失败请联系技术支持" * 20,
    "right to left beside money": "المتجر R$ 250,00 المبلغ 1h30",
    "overridden direction": "pedido \u202e0001\u202c invertido \u2067isolado\u2069 \u200f\u200e",
    "combining": "e\u0301 ao lado de é, a\u0303o, c\u0327a\u0303",
    "piled accents": (
        "Z\u0351\u036f\u0307\u0360\u0332"
        "a\u0306\u0301\u0341\u0340\u0308l\u0317\u0320\u0325\u032d\u0330g\u033b\u0353\u0359o"
    ) * 8,
    "no width": "\u200e\u200btexto com\u2060 espaços\ufeff de largura zero\u200b\u00ad",
    "markup": "<script>alert(1)</script> & \"aspas\" 'simples' {client} {0} %s %(x)s <b>",
    "control": "a\x00b\x1b[31m\x07 fim \u2028linha\u2029parágrafo",
    "spaces": "muito" + " " * 300 + "longe" + "\u00a0" * 200 + "ainda",
    "formula": '=HYPERLINK("http://exemplo.com.br";"clique")',
    "ligatures and rare": "ﬁm ﬂor ½ № ™ € ′ ″ → ⇒ ≥ ≤ ± ∞ • ● ▪ ☑ ☒ ✓ ✗ © ® ª º § ¶",
}  # fmt: skip
"""By what is the matter with it."""
EVERYTHING = "\n".join(TEXTS.values())
"""For a field that takes as much as one likes."""


def within(length: int) -> list[str]:
    """Each of them on one line and cut, for a field of at most ``length`` characters that takes no line breaks."""
    return [" ".join(text.split("\n"))[:length].replace("\x00", "") for text in TEXTS.values()]
