"""A browser as the production server meets it: behind the proxy that ends HTTPS, with cookies, without scripts."""

import http.client
import secrets
from contextlib import suppress
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import lxml.html

HOST = "rollout.example.com"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def leads_to(self) -> str:
        """The path of a redirect."""
        return urlsplit(self.headers["Location"] or "").path

    @property
    def main(self) -> str:
        """What a person reads in the page."""
        return " ".join(lxml.html.fromstring(self.text).xpath("//main")[0].text_content().split())


@dataclass(frozen=True)
class Form:
    """A form as it is sent, once or again: where to, and what."""

    path: str
    body: bytes
    content_type: str


class Visitor:
    def __init__(self, port: int, language: str = "pt-BR") -> None:
        self.port, self.language = port, language
        self.cookies: dict[str, str] = {}

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request and its answer; ``headers`` in Python's spelling: ``accept_encoding="br"``."""
        sent = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7",
            "Referer": f"https://{HOST}{path}",
            "Accept-Language": self.language,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **{name.replace("_", "-").title(): value for name, value in headers.items()},
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # What is too much is answered before it has come.
                connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            for cookie in SimpleCookie(line).values():
                self.cookies[cookie.key] = cookie.value
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, b"", **headers)

    def post(self, path: str, **fields: str) -> Answer:
        """A form's fields, sent to ``path`` as they are."""
        return self.send_form(Form(path, urlencode(fields).encode(), "application/x-www-form-urlencoded"))

    def send_form(self, form: Form) -> Answer:
        return self.send("POST", form.path, form.body, content_type=form.content_type)

    def submit(self, page: str, action: str = "", **fields: str) -> Answer:
        """Open ``page``, fill its form (the first that posts to ``action``, when given) and send it."""
        shown = self.get(page)
        assert shown.status == 200, f"{page} answers {shown.status}, {shown.leads_to}"
        return self.fill(shown, page, action, **fields)

    def fill(self, shown: Answer, page: str, action: str = "", **fields: str) -> Answer:
        """The same on a page that is open already."""
        return self.send_form(self.filled(shown, page, action, None, **fields))

    def filled(
        self, shown: Answer, page: str, action: str = "", file: tuple[str, str, bytes] | None = None, **fields: str
    ) -> Form:
        """The form of a page that is open already, filled; with ``file`` (field, name, content) as one that holds files."""
        forms = lxml.html.fromstring(shown.text).xpath("//main//form[@method='post']")
        form = next(form for form in forms if action in (form.get("action") or page))
        values = {name: value for name, value in form.fields.items() if isinstance(value, str)} | fields
        path = form.get("action") or page
        if file is None:
            return Form(path, urlencode(values).encode(), "application/x-www-form-urlencoded")
        boundary = secrets.token_hex(16)
        heads = [f'name="{name}"\r\n\r\n{value}' for name, value in values.items() if name != file[0]]
        heads.append(f'name="{file[0]}"; filename="{file[1]}"\r\nContent-Type: text/plain\r\n\r\n')
        parts = "".join(f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n" for head in heads)
        body = parts.removesuffix("\r\n").encode() + file[2] + f"\r\n--{boundary}--\r\n".encode()
        return Form(path, body, f"multipart/form-data; boundary={boundary}")
