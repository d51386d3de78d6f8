"""What a platform's API must be able to do for an integration with the ERP, and which operations seem to do it.

An operation is judged by its method, its path, what it is called, and the fields it takes. It is a reading of names: what
is found may do something else, and what is missing may go by another name.
"""

import re
import unicodedata
from dataclasses import dataclass

WRITES = ("POST", "PUT", "PATCH")
PRODUCT = r"products?|produtos?|skus?|stockkeepingunit|variants?|variations?|variac(?:ao|oes)"
STOCK = r"stocks?|estoques?|inventory|inventories|inventario|saldos?|availability|quantity|quantities"
ORDER = r"orders?|pedidos?|sales|vendas?"
INVOICE = r"invoices?|nfe?|nfs|notas?|fiscal|fatura\w*|danfe|xml"
TRACK = r"track\w*|rastre\w*|fulfil\w*|shipments?|despachos?|dispatch\w*"
SHIP = r"shipping|envios?|entregas?"  # In a path they speak of shipping; in a title, of sending anything.
NOT_TRACK = r"zones?|methods?|rates?|polic\w*|calculat\w*|cotac\w*|quotes?|simulat\w*|carriers?|fretes?"
STATUS = r"status\w*|situac\w*|state|handling|close|open|complete|approve|invoice"


@dataclass(frozen=True)
class Operation:
    """``title`` is what it is called, ``fields`` the names of what it takes, all in plain lower-case words."""

    method: str
    path: str
    title: str = ""
    fields: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path[:160]}"

    @property
    def steps(self) -> list[str]:
        """The fixed parts of the path as words."""
        return [plain(step) for step in _parts(self.path) if not _is_place(step)]

    @property
    def last(self) -> str:
        return self.steps[-1] if self.steps else ""

    @property
    def of_one(self) -> bool:
        """It ends at one record: ``/orders/{id}``."""
        parts = _parts(self.path)
        return bool(parts) and _is_place(parts[-1])


def plain(text: str) -> str:
    """``createOrderNota`` and ``Pedido/Situação`` as words: ``create order nota``, ``pedido situacao``."""
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", text))


def _parts(path: str) -> list[str]:
    return [re.sub(r"\.(json|xml)$", "", step) for step in path.split("/") if step]


def _is_place(step: str) -> bool:
    return bool(re.fullmatch(r"\{.*\}|\{\{.*\}\}|:\w+|<.*>|\d+|\(.*\)", step)) or step.startswith("{")


def _has(pattern: str, text: str) -> bool:
    return re.search(rf"\b(?:{pattern})\b", text) is not None


def serves(operation: Operation) -> list[tuple[str, str]]:
    """The ``(process, capability)`` that the operation seems to serve; empty for what has nothing to do with them."""
    method, last, title, fields = operation.method, operation.last, operation.title, operation.fields
    path = " ".join(operation.steps)
    writes, words = method in WRITES, f"{path} {title}"
    order = _has(ORDER, path) or (not _has(PRODUCT, path) and _has(ORDER, title))
    # "estoque" under a product speaks of stock; "items" of an order are no products.
    product = _has(PRODUCT, last) and not order and not _has(STOCK, path)
    search = _has("search|busca\\w*|consult\\w*|list\\w*|query", words)
    served = {
        ("products", "create"): product and method == "POST" and not search,
        ("products", "update"): product and method in ("PUT", "PATCH"),
        ("products", "read"): product and (method == "GET" or (method == "POST" and search)),
        ("products", "images"): writes and not order
        and ((_has("images?|imagens?|imagem|fotos?|photos?|media|pictures?|stockkeepingunit file|files?", last)
             and _has(PRODUCT, words)) or (product and _has("images?|imagens?|imagem|fotos?|pictures?", fields))),
        ("products", "prices"): writes and not order
        and (_has("prices?|pricing|precos?", words) or (product and _has("prices?|precos?", fields))),
        ("stock", "update"): writes and not order
        and (_has(STOCK, path) or _has(STOCK, title) or (product and _has(STOCK, fields))),
        ("stock", "read"): method == "GET" and not order and (_has(STOCK, path) or _has(STOCK, title)),
        ("orders", "list"): order and method == "GET" and not operation.of_one
        and _has(f"{ORDER}|feed|search|list\\w*", last),
        ("orders", "read"): order and method == "GET" and operation.of_one and _has(ORDER, last),
        ("orders", "status"): order and writes
        and (_has(STATUS, last) or (method in ("PUT", "PATCH") and _has(ORDER, last))),
        ("orders", "cancel"): order and (writes or method == "DELETE") and _has("cancel\\w*", words),
        ("invoicing", "invoice"): writes
        and (_has(INVOICE, words) or (order and _has("invoice|nfe?|nota fiscal|chave acesso", fields))),
        ("invoicing", "tracking"): writes
        and (_has(TRACK, words) or _has(SHIP, path) or _has("track\\w*|rastre\\w*", fields)) and not _has(NOT_TRACK, words),
    }  # fmt: skip
    return [key for key, yes in served.items() if yes]


# What each process is asked for, in the order in which it is shown.
EXPECTED: dict[str, tuple[str, ...]] = {
    "products": ("create", "update", "read", "images", "prices"),
    "stock": ("update", "read"),
    "orders": ("list", "read", "status", "cancel"),
    "invoicing": ("invoice", "tracking"),
}
