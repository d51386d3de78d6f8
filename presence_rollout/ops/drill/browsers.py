"""A person at a browser during the drill: whatever is away, they wait, look again and press the button again."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import lxml.html

from presence_rollout.ops.drill.journal import Journal
from presence_rollout.ops.visitor import Answer, Form, Visitor

PAUSE = 0.5
"""Seconds before somebody tries again."""
SIGN_IN = "/conta/login/"


class Stopped(Exception):
    """The drill is over: nobody goes on."""


@dataclass(frozen=True)
class Surroundings:
    """What everybody at work shares. ``code_for`` reads the newest code that was mailed to an address."""

    ports: list[int]
    journal: Journal
    scene: dict[str, Any]
    code_for: Callable[[str], str]
    stopping: threading.Event
    waits: list[tuple[float, float]] = field(default_factory=list)
    """When each answer came, and how many seconds it took."""

    def wait(self, seconds: float = PAUSE) -> None:
        if self.stopping.wait(seconds):
            raise Stopped


class Browser(Visitor):
    """``signed_in`` browsers that are sent to the sign-in page lost their session, which is a loss like any other."""

    def __init__(self, surroundings: Surroundings, number: int, host: int = 7) -> None:
        super().__init__(surroundings.ports[number % len(surroundings.ports)])
        self.surroundings, self.journal = surroundings, surroundings.journal
        self.place = f"203.0.113.{host}"
        self.address = ""

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """As a proxy does, it asks the other web process where the first takes no connection. Without any answer the status
        is 0. Answers that are failures are in the journal."""
        started = time.monotonic()
        ports = self.surroundings.ports
        answer = Answer(0, http.client.HTTPMessage(), b"")
        for _port in ports:
            try:
                answer = super().send(method, path, body, **{"x_forwarded_for": self.place} | headers)
                break
            except ConnectionRefusedError:
                self.port = ports[(ports.index(self.port) + 1) % len(ports)]
            except (OSError, http.client.HTTPException):
                break
        seconds = round(time.monotonic() - started, 3)
        self.surroundings.waits.append((time.monotonic(), seconds))
        if not answer.status or answer.status >= 500:
            self.journal.write("answer", status=answer.status, path=f"{method} {path}", seconds=seconds)
        return answer

    def page(self, path: str) -> Answer:
        """The page, however long it takes."""
        while True:
            answer = self.get(path)
            if answer.status == 200:
                return answer
            if self.address and answer.leads_to.startswith(SIGN_IN):
                self.journal.write("lost", kind="session", mark=self.address)
                self.sign_in(self.address)
            elif answer.status and answer.status < 500:
                raise RuntimeError(f"{path} answers {answer.status} {answer.leads_to}")
            self.surroundings.wait()

    def write(self, kind: str, mark: str, form: Form, *, twice: bool = False) -> bool:
        """Send a form until the application answers; whether it was done. ``twice`` presses the button twice at once."""
        self.journal.write("sent", kind=kind, mark=mark)
        while True:
            answers = self._send_at_once(form, 2 if twice else 1)
            if any(answer.status == 302 and not answer.leads_to.startswith(SIGN_IN) for answer in answers):
                self.journal.write("acknowledged", kind=kind, mark=mark)
                return True
            if all(answer.status and answer.status < 500 for answer in answers):
                self.journal.write("refused", kind=kind, mark=mark, text=_words_of(answers[0]))
                return False
            self.surroundings.wait()

    def sign_in(self, address: str, patience: float = 90) -> bool:
        """By a mailed code; whether that came in time. The code asked for and the sign-in are writes both."""
        self.address, self.cookies = "", {}
        earlier = self.surroundings.code_for(address)
        form = self.filled(self.page(f"{SIGN_IN}code/"), f"{SIGN_IN}code/", email=address)
        while True:
            # Nobody is known yet, so that each request is one of its own.
            self.journal.write("sent", kind="code", mark=address)
            answer = self.send_form(form)
            if answer.status == 302:
                break
            if answer.status and answer.status < 500:
                self.journal.write("refused", kind="code", mark=address, text=_words_of(answer))
                return False
            self.surroundings.wait()
        self.journal.write("acknowledged", kind="code", mark=address)
        deadline = time.monotonic() + patience
        while (code := self.surroundings.code_for(address)) == earlier:
            if time.monotonic() > deadline:
                return False
            self.surroundings.wait(0.2)
        confirm = f"{SIGN_IN}code/confirm/"
        form = self.filled(self.page(confirm), confirm, code=code)
        while True:
            answer = self.send_form(form)
            if answer.status == 302 and answer.leads_to.startswith(SIGN_IN):
                # It was taken, and the answer with the session never came: who is sent back begins anew.
                return self.sign_in(address, patience)
            if answer.status == 302:
                break
            if answer.status and answer.status < 500:
                self.journal.write("refused", kind="sign-in", mark=address, text=_words_of(answer))
                return False
            self.surroundings.wait()
        self.address = address
        return True

    def is_signed_in(self) -> bool:
        """Whether the first page is still theirs."""
        while True:
            answer = self.get("/projetos/")
            if answer.status and answer.status < 500:
                return answer.status == 200
            self.surroundings.wait()

    def _send_at_once(self, form: Form, times: int) -> list[Answer]:
        answers: list[Answer] = []
        presses = [threading.Thread(target=lambda: answers.append(self.send_form(form))) for _time in range(times)]
        for press in presses:
            press.start()
        for press in presses:
            press.join()
        return answers


def _words_of(answer: Answer) -> str:
    """What a person reads first in a refusal."""
    words = f"{answer.status} {answer.leads_to}"
    if answer.body:
        errors = lxml.html.fromstring(answer.text).xpath("//main//*[contains(@class, 'error') or @role='alert']")
        words += " " + " ".join(" ".join(error.text_content().split()) for error in errors[:3])
    return words[:300]
