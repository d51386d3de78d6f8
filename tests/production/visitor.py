"""A browser as the production server meets it: behind the proxy that ends HTTPS, with cookies, without scripts."""

import http.client
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


class Visitor:
    def __init__(self, port: int, language: str = "pt-BR") -> None:
        self.port, self.language, self.cookies = port, language, {}

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
        return self.send("GET", path, **headers)

    def post(self, path: str, **fields: str) -> Answer:
        """A form's fields, sent to ``path`` as they are."""
        return self.send("POST", path, urlencode(fields).encode(), content_type="application/x-www-form-urlencoded")

    def submit(self, page: str, action: str = "", **fields: str) -> Answer:
        """Open ``page``, fill its form (the first that posts to ``action``, when given) and send it."""
        shown = self.get(page)
        assert shown.status == 200, f"{page} answers {shown.status}, {shown.leads_to}"
        return self.fill(shown, page, action, **fields)

    def fill(self, shown: Answer, page: str, action: str = "", **fields: str) -> Answer:
        """The same on a page that is open already."""
        forms = lxml.html.fromstring(shown.text).xpath("//main//form[@method='post']")
        form = next(form for form in forms if action in (form.get("action") or page))
        filled = {name: value for name, value in form.fields.items() if value is not None}
        return self.post(form.get("action") or page, **filled | fields)
