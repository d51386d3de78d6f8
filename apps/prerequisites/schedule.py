"""When the application looks by itself at what was delivered: credentials are tried, environments and links are opened, each
once a day for as long as the rollout relies on it (``Submission.next_probe_at``).

The deliveries to one host are spread over the day, each at a time of its own, and no two of them are looked at at once: a
client's platform is not asked for everything together, also not after an outage of ours.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast

from apps.core import clock
from apps.core.background import locks
from apps.core.models import UnfinishedWork
from apps.prerequisites import kinds
from apps.prerequisites.credentials import destinations, probes
from apps.prerequisites.evidence.links import host_of
from apps.prerequisites.models import Prerequisite, Submission, SubmissionFile

MOST = 1_000
"""How many deliveries whose time has come are weighed at once."""
DAY = timedelta(days=1)
SWEEP = timedelta(minutes=1)
"""From one look at what is due to the next."""
ASKED_AGAIN = timedelta(hours=1)
"""A link that was handed to its task and not read since is handed over again."""
JOBS = ("prerequisites.probe", "prerequisites.environment", "prerequisites.document")


@dataclass
class Due:
    """The keys of the deliveries to be looked at now, at most one of a host."""

    credentials: list[int] = field(default_factory=list)
    environments: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)


def due() -> Due:
    """What is to be looked at now, the longest waiting first. What nobody relies on any more is looked at no more, what
    cannot be tried today is weighed again tomorrow. With nothing to do this is one query.

    Where more waits than is weighed at once, the others of a host step back by a minute each: many of one host keep no
    other waiting.
    """
    now = clock.now()
    chosen, waiting, over, again = Due(), Counter[str](), [], []
    rows = _rows(now)
    for submission in rows:
        keys = _keys(submission, chosen)
        if keys is None:
            over.append(submission.pk)
        elif not _can_be_looked_at(submission):
            submission.next_probe_at = next_time(submission)
            again.append(submission)
        elif not (host := host_of_delivery(submission)) or not waiting[host]:
            waiting[host] += 1
            keys.append(submission.pk)
            if keys is chosen.links:  # Read by a task of another queue, whose message may be lost.
                submission.next_probe_at = now + ASKED_AGAIN
                again.append(submission)
        elif len(rows) == MOST:
            submission.next_probe_at = now + waiting[host] * SWEEP
            waiting[host] += 1
            again.append(submission)
    if over:
        Submission.objects.filter(pk__in=over).update(next_probe_at=None)
    if again:
        Submission.objects.bulk_update(again, ["next_probe_at"])
    return chosen


@contextmanager
def looking(submission: Submission) -> Iterator[bool]:
    """Whether nobody else looks at something on the same host now; who does not stays due. When the block is over without an
    error, the next time is tomorrow."""
    host = host_of_delivery(submission)
    with locks.alone(f"host {host or submission.pk}") as alone:
        yield alone
        if alone:
            Submission.objects.filter(pk=submission.pk).update(next_probe_at=next_time(submission))


def next_time(submission: Submission) -> datetime:
    """Tomorrow, at the second of the day that is the delivery's own: those of a host are spread over all of it."""
    digest = sha256(f"{host_of_delivery(submission)} {submission.pk}".encode()).digest()
    second = int.from_bytes(digest[:8]) % int(DAY.total_seconds())
    return datetime.combine(clock.today(UTC) + DAY, time(), UTC) + timedelta(seconds=second)


def host_of_delivery(submission: Submission) -> str:
    """The host that is asked about ``submission``; empty where none is known."""
    if kinds.of(submission.prerequisite).gathering != kinds.CREDENTIAL_PROBE:
        return host_of(submission.link)
    try:
        stated = probes.destination(submission.prerequisite, submission.values)
    except Exception:
        return ""  # What cannot be judged is tried, where its failure is noted and holds up no other.
    return next(iter(destinations.hosts_of(stated)), "")


def _rows(now: datetime) -> list[Submission]:
    """Those whose time has come, without those that a worker is at, that wait after a failure or were given up."""
    others = UnfinishedWork.objects.filter(kind__in=JOBS, key=Cast(OuterRef("pk"), CharField()))
    busy = others.filter(Q(next_try_at=None) | Q(next_try_at__gt=now))
    newer = Submission.objects.filter(prerequisite=OuterRef("prerequisite"), number__gt=OuterRef("number"))
    rows = Submission.objects.filter(Q(next_probe_at__lte=now) & ~Exists(busy)).annotate(
        is_replaced=Exists(newer), has_files=Exists(SubmissionFile.objects.filter(submission=OuterRef("pk")))
    )
    return list(rows.select_related("prerequisite__rollout__platform").order_by("next_probe_at", "pk")[:MOST])


def _keys(submission: Submission, chosen: Due) -> list[int] | None:
    """Where ``submission`` belongs in ``chosen``; None when it is looked at no more."""
    item = submission.prerequisite
    counts = item.state in (Prerequisite.State.SUBMITTED, Prerequisite.State.ACCEPTED)
    if submission.is_replaced or not counts or not item.rollout.is_open:  # type: ignore[attr-defined]
        return None
    gathering = kinds.of(item).gathering
    if gathering == kinds.CREDENTIAL_PROBE:
        return chosen.credentials
    if gathering == kinds.ENVIRONMENT_CHECK:
        return chosen.environments
    is_link = gathering == kinds.DOCUMENT_READING and submission.link and not submission.has_files  # type: ignore[attr-defined]
    return chosen.links if is_link else None


def _can_be_looked_at(submission: Submission) -> bool:
    """Something can be said of a credential; a link was read before, which another sweep sees to."""
    gathering = kinds.of(submission.prerequisite).gathering
    if gathering == kinds.DOCUMENT_READING:
        return bool(submission.evidence)
    return gathering != kinds.CREDENTIAL_PROBE or can_be_tried(submission)


def can_be_tried(submission: Submission) -> bool:
    """What cannot be judged is tried, where its failure is noted and holds up no other."""
    try:
        return bool(probes.of(submission.prerequisite).steps) or probes.equals_other_environment(submission)
    except Exception:
        return True
