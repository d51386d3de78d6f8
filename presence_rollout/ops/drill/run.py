"""The drill from its beginning to its verdict."""

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from presence_rollout.ops.drill import faults
from presence_rollout.ops.drill.browsers import Surroundings
from presence_rollout.ops.drill.faults import Fault
from presence_rollout.ops.drill.installation import Installation
from presence_rollout.ops.drill.journal import Account, Journal, Outage, settle
from presence_rollout.ops.drill.writers import KINDS, SignIns, Writer

MOST_SECONDS = 210
"""Of faults: with the time to heal and the verdict after it, a drill takes five minutes from the first write at most. What
would take longer is not begun, which is a failure."""
HEALED_WITHIN = 60
"""Seconds after a fault for everything to work again."""
ANSWERED_WITHIN = 20
"""Seconds for any page: nothing that is frozen holds one for longer."""
MAIL_WORKERS = 2
"""``--concurrency`` of the queue that sends."""
DISK = "48m"
VERIFIED_BY = (
    ("verify_timeline",), ("verify_requirements",), ("reconcile_hours",), ("reconcile_homologation",), ("verify_files",),
)  # fmt: skip
"""Commands that find what does not fit together, and then end with another code than these."""
HOLDS = (0, 3)
"""3: it holds, but nobody vouches for a seal: this installation has no certificate."""


def chosen(words: Sequence[str] | None) -> list[Fault]:
    """The faults whose names hold one of ``words``; all of them without any."""
    return [fault for fault in faults.FAULTS if not words or any(word in fault.name for word in words)]


def drill(folder: Path, chosen_faults: Sequence[Fault], *, disk: bool) -> int:
    """Run it in ``folder``, and print what came of it; 0 when all is as it should be. ``disk`` says whether a file system
    may be mounted there."""
    with production(folder, disk=disk) as installation:
        say(
            "a production is started: PostgreSQL, Redis, a mail server, two web processes, a worker for each queue, beat"
        )
        work = Work(installation, Journal(folder / "journal"))
        work.begin()
        for fault in chosen_faults:
            if fault.cause is faults.fill_disk and not disk:
                say(f"{fault.name:<24} not tried: this machine lets nobody mount a disk that could be filled")
            elif work.seconds + fault.seconds > MOST_SECONDS:
                work.problems.append(f"{fault.name}: not begun, {MOST_SECONDS} s were over")
            else:
                work.suffer(fault)
        work.end()
        return report(work.account(), work.problems + what_does_not_fit(installation))


@contextmanager
def production(
    folder: Path, *, disk: bool = False, workers: int | None = None, pooled: bool = False
) -> Iterator[Installation]:
    """One in ``folder`` that nothing was started of; what was started is ended behind it."""
    installation = Installation(folder, workers, pooled)
    try:
        if disk:
            options = ["-t", "tmpfs", "-o", f"size={DISK},mode=700", "drill"]
            subprocess.run(["mount", *options, installation.files], check=True)
        yield installation
    finally:
        installation.stop()


class Work:
    """Everybody at work in an installation, and what was done to it. ``problems`` are those that no count shows."""

    def __init__(self, installation: Installation, journal: Journal) -> None:
        self.installation, self.journal = installation, journal
        self.stopping = threading.Event()
        self.writers: list[Writer] = []
        self.outages: list[Outage] = []
        self.suffered: list[Fault] = []
        self.problems: list[str] = []
        self._begun = 0.0

    def begin(self) -> None:
        """Start everything, and go on until every kind of write was acknowledged once: only then anything is broken."""
        shown = self.installation.start()
        ports, code_for = self.installation.ports, self.installation.code_for
        self.surroundings = Surroundings(ports, self.journal, shown, code_for, self.stopping)
        self.writers = [kind(self.surroundings, number) for number, kind in enumerate(KINDS)]
        self.kinds = {writer.kind for writer in self.writers}
        for writer in self.writers:
            writer.start()
        if not self._wait_for(self.kinds, time.monotonic(), 2 * HEALED_WITHIN):
            raise RuntimeError(f"Before any fault not everything could be written. {self._failures()}")
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since everything could be written."""
        return time.monotonic() - self._begun

    def suffer(self, fault: Fault) -> None:
        """Have it happen, and wait until everything works again."""
        begun = time.monotonic()
        self.suffered.append(fault)
        with faults.caused(fault, self.installation):
            goes_on = set() if fault.stops is None else self.kinds - fault.stops
            if not self._wait_for(goes_on, begun, fault.seconds + HEALED_WITHIN / 2):
                still = ", ".join(sorted(goes_on - self._since(begun)))
                self.problems.append(f"{fault.name}: meanwhile nothing was written of {still}")
        over = time.monotonic()
        healed = self._wait_for(self.kinds, over, HEALED_WITHIN)
        now = time.monotonic()
        self.outages.append(Outage(fault.name, begun, now, fault.statuses))
        if not healed:
            missing = ", ".join(sorted(self.kinds - self._since(over)))
            self.problems.append(f"{fault.name}: not healed within {HEALED_WITHIN} s ({missing}). {self._failures()}")
        slowest = max((seconds for at, seconds in self.surroundings.waits if at >= begun), default=0.0)
        if slowest > ANSWERED_WITHIN:
            self.problems.append(f"{fault.name}: somebody waited {slowest:.1f} s for an answer")
        outcome = "healed in" if healed else "NOT HEALED after"
        say(f"{fault.name:<24} {outcome} {now - over:4.1f} s, slowest answer {slowest:4.1f} s")

    def end(self) -> None:
        """Everybody finishes what they are at, and looks whether they are still signed in; then the application ends too."""
        self.stopping.set()
        for writer in self.writers:
            writer.join()
            if writer.failure:
                self.problems.append(f"{writer.kind}: {writer.failure!r}")
            if isinstance(writer, SignIns):
                for browser in writer.signed_in:
                    if not browser.is_signed_in():
                        self.journal.write("lost", kind="session", mark=browser.address)
        self.installation.stop_application()

    def account(self) -> Account:
        """What the journal and the database come to, as it is now."""
        stored = self.installation.scene("count")
        account = settle(self.journal.lines(), stored["marks"], self.outages)
        again = MAIL_WORKERS * sum(fault.sends_again for fault in self.suffered)
        account.count_mails(self.installation.received_mails(), stored["mails"], again)
        return account

    def _wait_for(self, kinds: set[str], since: float, seconds: float) -> bool:
        """Whether writes of all these kinds are acknowledged after ``since``, waiting so long at most."""
        deadline = time.monotonic() + seconds
        while not kinds <= self._since(since):
            if time.monotonic() > deadline or any(writer.failure for writer in self.writers):
                return False
            time.sleep(0.2)
        return True

    def _since(self, instant: float) -> set[str]:
        return self.journal.acknowledged_since(instant)

    def _failures(self) -> str:
        return "; ".join(f"{writer.kind}: {writer.failure!r}" for writer in self.writers if writer.failure)


def what_does_not_fit(installation: Installation) -> list[str]:
    """What the commands that compare everything with everything find in the end."""
    outcomes = {words[0]: installation.manage(*words) for words in VERIFIED_BY}
    return [
        f"{name}: {(done.stdout + done.stderr).strip()[-500:]}"
        for name, done in outcomes.items()
        if done.returncode not in HOLDS
    ]


def report(account: Account, problems: Sequence[str]) -> int:
    """Print what is wrong, then the counts in one line; 0 where nothing is."""
    for line in (*account.lost, *account.doubled, *account.refused, *account.failures, *problems):
        print(f"✗ {line}", flush=True)
    print(f"{account}, other problems {len(problems)}", flush=True)
    return 0 if account.holds and not problems else 1


def say(text: str) -> None:
    print(f"· {text}", flush=True)
