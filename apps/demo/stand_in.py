"""A server that plays every platform of the demonstration, so that what looks at them shows green and red for real.

- A credential that begins with ``demo-`` works, one that holds ``sem-permissao`` lacks a permission, any other is refused,
  as is one that was revoked (``revogad``). With ``producao`` in it the shop says that it is a real one.
- ``/~host/path`` is the address ``https://host/path`` of somebody who exists nowhere (``.example``): ``homolog.…`` is a test
  environment, ``docs.…/api`` an OpenAPI document, ``docs.…/privado`` leads to a sign-in page, ``fora.…`` is down, anything
  else a shop open to the world.
"""

import json
from base64 import b64decode
from binascii import Error
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

STANDARD = {"host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "content-type"}

TEST_PAGE = """<!doctype html><html lang="pt-BR"><head><title>Homologação</title><meta name="robots" content="noindex"></head>
<body><h1>Ambiente de homologação</h1><p>Pedidos feitos aqui não são entregues.</p></body></html>"""
SHOP_PAGE = """<!doctype html><html lang="pt-BR"><head><title>Loja</title></head><body><h1>Ofertas da semana</h1>
<p>Frete grátis acima de R$ 199.</p></body></html>"""
SIGN_IN = """<!doctype html><html lang="pt-BR"><head><title>Entrar</title></head><body><form><input name="user">
<input name="password" type="password"></form></body></html>"""


def _takes(*names: str) -> dict:
    properties = {name: {"type": "string"} for name in names}
    return {"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}}


# An honest platform's document, in which two things that the integration needs are not there.
API = {
    "openapi": "3.0.3",
    "info": {"title": "API da loja de demonstração", "version": "2"},
    "paths": {
        "/products": {
            "get": {"summary": "Listar produtos"},
            "post": {"summary": "Criar produto", "requestBody": _takes("name", "price", "images")},
        },
        "/products/{id}": {
            "get": {"summary": "Consultar produto"},
            "put": {"summary": "Alterar produto", "requestBody": _takes("name", "price", "images")},
        },
        "/stock/{sku}": {"get": {"summary": "Consultar saldo"}, "put": {"summary": "Atualizar saldo"}},
        "/orders": {"get": {"summary": "Listar pedidos"}},
        "/orders/{id}": {"get": {"summary": "Consultar pedido"}, "patch": {"summary": "Mudar situação"}},
        "/orders/{id}/tracking": {"post": {"summary": "Enviar código de rastreio"}},
    },
}


class Platform(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request_text = " ".join(
            _readable(value) for name, value in self.headers.items() if name.lower() not in STANDARD
        )
        request_text += unquote(self.path) + self.rfile.read(length).decode(errors="replace")
        if self.path.startswith("/~"):
            self._somebody(*self.path[2:].partition("/")[::2])
        elif "sem-permissao" in request_text:
            self._answer(403, {"error": "forbidden"})
        elif "demo-" not in request_text or "revogad" in request_text:
            self._answer(401, {"error": "unauthorized"})
        elif self.path.endswith("/PingServer"):
            self._answer(200, {"api": self.path.split("/")[-2], "state": "Running"})
        elif self.path.endswith("/auth"):
            self._answer(201, {"access_token": "demo-access"})
        elif self.path.endswith("/shop.json"):
            self._answer(200, {"shop": {"plan_name": "basic" if "producao" in request_text else "partner_test"}})
        else:
            self._answer(200, {"stand_in": True})

    do_POST = do_GET

    def _somebody(self, host: str, path: str) -> None:
        if host.startswith("fora."):
            self._answer(503, "")
        elif path == "login":
            self._answer(200, SIGN_IN)
        elif path == "privado":
            self._answer(302, "", {"Location": f"/~{host}/login"})
        elif path == "api":
            self._answer(200, API)
        else:
            self._answer(200, TEST_PAGE if host.startswith("homolog.") else SHOP_PAGE)

    def _answer(self, status: int, content: dict | str, headers: dict[str, str] | None = None) -> None:
        is_page = isinstance(content, str)
        body = (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if is_page else "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: credentials pass here."""


def _readable(value: str) -> str:
    if not value.startswith("Basic "):
        return value
    try:
        return b64decode(value.removeprefix("Basic ")).decode(errors="replace")
    except Error:
        return value


def server(port: int) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", port), Platform)
