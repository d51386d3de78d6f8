"""Who writes what during the drill: each kind of write is a person at a browser, who does it again and again."""

import itertools
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

from presence_rollout.ops.drill import scene
from presence_rollout.ops.drill.browsers import Browser, Stopped, Surroundings

BETWEEN = 0.4
"""Seconds between two writes of one person."""
DOUBLE_CLICKS = 4
"""Every so many writes the button is pressed twice."""
LINES = 400
"""Of an uploaded file: some 10 KB."""


def content_of(mark: str) -> bytes:
    """A file whose first line is its mark."""
    return "\n".join([mark, *(f"{mark} linha {line}" for line in range(LINES))]).encode()


class Writer(threading.Thread, ABC):
    """``failure`` is what ended it, if something did."""

    kind: str
    person: str

    def __init__(self, surroundings: Surroundings, number: int) -> None:
        super().__init__(daemon=True)
        self.surroundings, self.number = surroundings, number
        self.room = f"/projetos/{surroundings.scene['rollout']}/"
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            browser = self.begin()
            for number in itertools.count(1):
                self.write(browser, f"{scene.PREFIX}{self.kind}-{number:04d}", number)
                self.surroundings.wait(BETWEEN)
        except Stopped:
            pass
        except Exception as error:
            self.failure = error

    def begin(self) -> Browser:
        browser = Browser(self.surroundings, self.number)
        while not browser.sign_in(self.person):
            pass
        return browser

    @abstractmethod
    def write(self, browser: Browser, mark: str, number: int) -> None:
        """Write once what is then looked for by ``mark``; ``number`` counts the writes of this writer."""

    def send(self, browser: Browser, mark: str, number: int, page: str, action: str = "", **fields: object) -> bool:
        form = browser.filled(browser.page(page), page, action, **fields)  # type: ignore[arg-type]
        return browser.write(self.kind, mark, form, twice=number % DOUBLE_CLICKS == 0)


class Hours(Writer):
    kind, person = "hours", "analista@presence.demo"

    def write(self, browser: Browser, mark: str, number: int) -> None:
        fields = {"activity": "homologation", "minutes": "1m", "note": mark}
        self.send(browser, mark, number, f"{self.room}horas/", f"{self.room}horas/apontar/", **fields)


class Results(Writer):
    kind, person = "result", "gerente@presence.demo"

    def write(self, browser: Browser, mark: str, number: int) -> None:
        cases = self.surroundings.scene["cases"]
        page = f"{self.room}homologacao/casos/{cases[number % len(cases)]}/"
        self.send(browser, mark, number, page, page, outcome="passed", evidence_text=mark)


class Comments(Writer):
    kind, person = "comment", "integrador@conecta.demo"

    def write(self, browser: Browser, mark: str, number: int) -> None:
        page = f"{self.room}homologacao/nc/{self.surroundings.scene['nonconformity']}/"
        self.send(browser, mark, number, page, f"{page}mensagem/", text=mark)


class Uploads(Writer):
    kind, person = "upload", "gerente2@presence.demo"

    def write(self, browser: Browser, mark: str, number: int) -> None:
        shown = self.surroundings.scene
        page = f"{self.room}homologacao/casos/{shown['case']}/"
        action = f"{self.room}homologacao/resultados/{shown['result']}/evidencia/"
        self.send(browser, mark, number, page, action, file=("attachments", f"{mark}.txt", content_of(mark)))


class Deliveries(Writer):
    """Presence asks the client for something, and the client delivers it."""

    kind, person, client = "delivery", "gestora@presence.demo", "cliente@aurora.demo"

    def begin(self) -> Browser:
        self.client_browser = Browser(self.surroundings, self.number)
        while not self.client_browser.sign_in(self.client):
            pass
        return super().begin()

    def write(self, browser: Browser, mark: str, number: int) -> None:
        page = f"{self.room}pre-requisitos/"
        fields = {"title": f"{mark}-asked", "owner": "client", "kind": "document"}
        if not self.send(browser, f"{mark}-asked", 1, f"{page}novo/", f"{page}novo/", **fields):
            return
        browser = self.client_browser
        shown = browser.page(page)
        # The newest stands last.
        action = re.findall(r"/projetos/\d+/pre-requisitos/\d+/entregar/", shown.text)[-1]
        file = ("file", f"{mark}.txt", content_of(mark))
        form = browser.filled(shown, page, action, file=file, text=mark)
        browser.write(self.kind, mark, form, twice=number % DOUBLE_CLICKS == 0)


class SignIns(Writer):
    """One person after the other signs in by a mailed code, which takes the queue, a worker and the mail server."""

    kind = "sign-in"

    def __init__(self, surroundings: Surroundings, number: int) -> None:
        super().__init__(surroundings, number)
        self.people: Iterator[int] = itertools.cycle(range(scene.PEOPLE))
        self.signed_in: list[Browser] = []

    def begin(self) -> Browser:
        return Browser(self.surroundings, self.number)

    def write(self, browser: Browser, mark: str, number: int) -> None:
        person = next(self.people)
        visitor = Browser(self.surroundings, number, host=20 + person % 200)
        if visitor.sign_in(scene.address(person), patience=20):
            self.surroundings.journal.write("acknowledged", kind=self.kind, mark=visitor.address)
            self.signed_in.append(visitor)


KINDS: list[Callable[[Surroundings, int], Writer]] = [Hours, Results, Comments, Uploads, Deliveries, SignIns]
