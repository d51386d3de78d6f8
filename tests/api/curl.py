"""Understands the ``curl`` commands of our documentation well enough to send them with Django's client."""

import re
import shlex
from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


@dataclass
class Command:
    url: str = ""
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    form: list[tuple[str, str]] = field(default_factory=list)
    body: str | None = None


def commands(text: str, variables: dict[str, str]) -> list[Command]:
    """Every command of ``text``, with its ``$VARIABLES`` filled in."""
    commands = re.findall(r"^curl .*?(?<!\\)$", text, re.MULTILINE | re.DOTALL)
    return [parse(command, variables) for command in commands]


def parse(command: str, variables: dict[str, str]) -> Command:
    words = shlex.split(command.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    read = Command()
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            read.url = filled(word, variables)
        elif word == "-H":
            name, _colon, value = filled(words.pop(0), variables).partition(": ")
            read.headers[name] = value
        elif word == "-F":
            name, _equals, value = words.pop(0).partition("=")
            read.form.append((name, value))
        elif word in ("-d", "--data-binary"):
            read.body = words.pop(0)
        else:
            raise AssertionError(f"{word}: this curl option is not understood here")
    read.method = "POST" if read.form or read.body is not None else "GET"
    return read


def filled(word: str, variables: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda match: variables[match[1]], word)


def send(command: Command, files: dict[str, bytes]):
    """The answer to ``command``; ``@name`` is read from ``files``."""
    path = re.sub(r"^https?://[^/]+", "", command.url)
    client = Client(enforce_csrf_checks=True)
    headers = {name.lower(): value for name, value in command.headers.items()}
    if command.form:
        data: dict[str, list] = {}
        for name, value in command.form:
            is_file = value.startswith("@")
            data.setdefault(name, []).append(SimpleUploadedFile(value[1:], files[value[1:]]) if is_file else value)
        return client.post(path, data, headers=headers)
    if command.body is not None:
        kind = headers.pop("content-type")
        body = files[command.body[1:]] if command.body.startswith("@") else command.body
        return client.generic("POST", path, body, kind, headers=headers)
    return client.get(path, headers=headers)
