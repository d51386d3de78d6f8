"""Heads that somebody kept: from an e-mail, a document or the API; they hold whatever happened to the database since."""

import email
import email.policy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.rollouts.models import AnchorSheet, Event, Rollout

SHOWN = 32
"""So many hex digits of a hash (128 bits) stand in an e-mail: nobody finds another chain that begins alike."""
HEAD = re.compile(r"\bINT-(\d{4,9}),[^\n:]{0,60}?(\d{1,9}): ([0-9a-f]{32,64})\b")
SHEET = re.compile(r"\b(?:Âncora|Anchor): [^\d\n]{0,10}(\d{1,9}), ([0-9a-f]{32,64})\b")


@dataclass(frozen=True)
class SavedHead:
    """That the event ``sequence`` of the rollout ``rollout`` had a hash that begins with ``hash``; of a sheet of anchors
    ``rollout`` is None and ``sequence`` its number."""

    rollout: int | None
    sequence: int
    hash: str


def read(content: bytes) -> list[SavedHead]:
    """The heads in a saved e-mail, a text, or a document in JSON (see ``_in_answer``); none where there are none."""
    try:
        document = json.loads(content)
    except ValueError:
        return list(dict.fromkeys(head for text in _texts(content) for head in _in_text(text)))
    return list(_in_answer(document)) if isinstance(document, dict) else []


def problems(heads: list[SavedHead]) -> Iterator[str]:
    """Where the timelines here are not those that the heads are of."""
    for head in heads:
        if head.rollout is None:
            sheet = AnchorSheet.objects.filter(number=head.sequence).first()
            if sheet is None:
                yield f"anchor sheet #{head.sequence} is missing: the file has it"
            elif not sheet.sha256.startswith(head.hash):
                yield f"anchor sheet #{head.sequence} is not the one in the file"
            continue
        code = Rollout(pk=head.rollout).code
        event = Event.objects.filter(rollout=head.rollout, sequence=head.sequence).first()
        if event is None:
            yield f"{code}: event #{head.sequence} is missing: the file has it"
        elif not event.hash.startswith(head.hash):
            yield f"{code}: event #{head.sequence} is not the one in the file"


def _texts(content: bytes) -> Iterator[str]:
    """The content as it is, and the body of the e-mail that it may be."""
    yield content.decode(errors="replace")
    try:
        message = email.message_from_bytes(content, policy=email.policy.default)
        body = message.get_body(("plain",))
        yield str(body.get_content()) if body else ""
    except (ValueError, LookupError, KeyError):  # A saved file may only look like an e-mail.
        return


def _in_text(text: str) -> Iterator[SavedHead]:
    for match in HEAD.finditer(text):
        yield SavedHead(int(match[1]), int(match[2]), match[3])
    for match in SHEET.finditer(text):
        yield SavedHead(None, int(match[1]), match[2])


def _in_answer(document: dict[str, Any]) -> Iterator[SavedHead]:
    """The head in what ``GET /api/rollouts/{id}/timeline/`` answered, in ``manifest.json`` of a dossier, in a statement or in
    what lies in a term (``termo.json``, ``assinaturas.json``)."""
    code = re.match(r"INT-(\d{4,9})\b", str(_code(document)))
    carried = document["timeline"] if isinstance(document.get("timeline"), dict) else {}
    sequence = carried.get("sequence", document.get("version", document.get("events")))
    head = carried.get("hash", document.get("head"))
    if code and isinstance(sequence, int) and sequence and isinstance(head, str) and re.fullmatch("[0-9a-f]{64}", head):
        yield SavedHead(int(code[1]), sequence, head)


def _code(document: dict[str, Any]) -> Any:
    """The code of the rollout, wherever such a document has it."""
    rollout = document.get("rollout", document.get("project", document.get("term")))
    return rollout.get("code") if isinstance(rollout, dict) else rollout
