"""What was written and what was answered, on the disk before anything else happens: it outlives whatever is killed.

A write is ``sent`` under its mark, and ``acknowledged`` when the application said that it was done. What came back with a
question is ``refused``. Between two of these lines the outcome is open: it may be there once, or not at all.
"""

import json
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Journal:
    """Lines of JSON in a file, each on the disk when ``write`` returns. Seconds are of the machine's monotonic clock."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.path = path

    def write(self, what: str, **details: Any) -> None:
        line = json.dumps({"what": what, "at": round(time.monotonic(), 3), **details}, ensure_ascii=False)
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def lines(self) -> Iterator[dict[str, Any]]:
        with self.path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)

    def acknowledged_since(self, instant: float) -> set[str]:
        """The kinds of writes that were acknowledged since."""
        return {line["kind"] for line in self.lines() if line["what"] == "acknowledged" and line["at"] >= instant}


@dataclass(frozen=True)
class Outage:
    """A fault, and the seconds from its beginning until everything could be written again. ``statuses`` are what an answer
    may be meanwhile besides the usual; 0 is no answer at all."""

    name: str
    begun: float
    healed: float
    statuses: frozenset[int] = frozenset()

    def excuses(self, status: int, at: float) -> bool:
        return status in self.statuses and self.begun <= at <= self.healed


@dataclass
class Account:
    """What a journal and what the database holds come to."""

    acknowledged: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """5xx, and requests without an answer, outside of the outages that excuse them."""

    mails_sent_again: int = 0

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.acknowledged.items()))
        counts = {
            "lost": self.lost,
            "doubled": self.doubled,
            "refused": self.refused,
            "5xx outside outages": self.failures,
        }
        outcome = ", ".join(f"{title} {len(lines)}" for title, lines in counts.items())
        mails = f", mails sent again {self.mails_sent_again}" if self.mails_sent_again else ""
        return f"acknowledged {self.acknowledged.total()} ({kinds}), {outcome}{mails}"

    def count_mails(self, received: Mapping[str, int], recorded: Mapping[str, int], again: int) -> None:
        """Compare how many messages each address was sent with how many are recorded as sent. Of what was sent and not
        recorded so many may be sent ``again``."""
        surplus = Counter(received)
        surplus.subtract(recorded)
        self.lost += [f"mail to {address}" for address, count in surplus.items() for _mail in range(-count)]
        twice = [address for address, count in surplus.items() for _mail in range(count)]
        self.mails_sent_again = len(twice)
        if len(twice) > again:
            self.doubled += [f"mail to {address}" for address in twice]

    @property
    def holds(self) -> bool:
        return bool(self.acknowledged) and not (self.lost or self.doubled or self.refused or self.failures)


def settle(lines: Iterable[Mapping[str, Any]], stored: Mapping[str, int], outages: Iterable[Outage]) -> Account:
    """Compare the lines of a journal with how often each mark is ``stored``: what was acknowledged is there once, and
    nothing is there more often than that. A mark that was sent as ``most`` several (mails) may be there as often."""
    account = Account()
    most: dict[str, int] = defaultdict(int)
    outages = list(outages)
    for line in lines:
        match line["what"]:
            case "sent":
                most[line["mark"]] += line.get("count", 1)
            case "acknowledged":
                account.acknowledged[line["kind"]] += 1
                if not stored.get(line["mark"]):
                    account.lost.append(f"{line['kind']} {line['mark']}")
            case "refused":
                account.refused.append(f"{line['kind']} {line['mark']}: {line['text']}")
            case "lost":
                account.lost.append(f"{line['kind']} {line['mark']}")
            case "answer":
                if not any(outage.excuses(line["status"], line["at"]) for outage in outages):
                    account.failures.append(f"{line['status'] or 'no answer'} {line['path']}")
    account.doubled += [f"{mark}: {count} times" for mark, count in stored.items() if count > max(1, most[mark])]
    return account
