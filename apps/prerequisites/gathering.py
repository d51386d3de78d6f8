"""What the application finds out about a delivery by itself, and keeps. Evidence for the reviewer; it decides nothing,
except that a credential which worked and stopped working goes back to its owner."""

from datetime import timedelta
from typing import Any

from apps.core import clock
from apps.prerequisites import actions, kinds, schedule
from apps.prerequisites.credentials import probes
from apps.prerequisites.evidence import api_docs, documents, environments
from apps.prerequisites.models import EnvironmentCheck, Probe, Submission

REFUSED = (Probe.Outcome.WRONG, Probe.Outcome.LACKING)
APART = timedelta(hours=1)
"""Two refusals nearer than this are one: a platform in trouble, a message that came twice."""


def probe(submission_pk: int) -> Probe | None:
    """Try the delivered credential at its platform and keep the answer; None when there is nothing to try, and while another
    of the same host is tried.

    An accepted credential that worked before goes back to its owner when it is refused twice, an hour apart at least; at
    once when the platform says that it is wrong and the probe is trusted.
    """
    submission = _delivered(submission_pk)
    if not submission.prerequisite.rollout.is_open:
        return None
    with schedule.looking(submission) as alone:
        return _probe(submission) if alone else None


def _probe(submission: Submission) -> Probe | None:
    if (result := probes.ask(submission)) is None:
        return None
    worked = submission.probes.filter(outcome__in=[Probe.Outcome.VALID, Probe.Outcome.ELSEWHERE]).last()
    before = submission.last_probe
    probe = Probe.objects.create(submission=submission, outcome=result.outcome, status=result.status, why=result.why)
    if worked and result.outcome in REFUSED:
        again = before is not None and before.outcome in REFUSED and before.at <= clock.now() - APART
        if again or (result.outcome == Probe.Outcome.WRONG and probes.is_trusted(submission.prerequisite)):
            actions.take_back(submission, Submission.Stopped(result.outcome))
    return probe


def check_environment(submission_pk: int) -> EnvironmentCheck | None:
    """Look at the address of a delivered environment and keep what was found; None when the rollout is closed, and while
    another of its host is looked at."""
    submission = _delivered(submission_pk)
    if (
        kinds.of(submission.prerequisite).gathering != kinds.ENVIRONMENT_CHECK
        or not submission.prerequisite.rollout.is_open
    ):
        return None
    with schedule.looking(submission) as alone:
        if not alone:
            return None
        observation = environments.look(submission)
        return EnvironmentCheck.objects.create(
            submission=submission,
            status=observation.status,
            certificate_until=observation.certificate_until,
            findings=observation.findings,
        )


def read_document(submission_pk: int) -> dict[str, Any]:
    """Read a delivered document or link and keep what was found (see ``documents``), with ``at``.

    A link that once showed something and does no more keeps that, with ``died`` beside it: what was found now.
    """
    submission = _delivered(submission_pk)
    with schedule.looking(submission) as alone:
        return _read(submission) if alone else {}


def _read(submission: Submission) -> dict[str, Any]:
    if files := _files(submission):
        evidence = documents.joined([documents.of_content(content) for content in files])
    elif submission.link:
        evidence = documents.of_link(submission.link)
    else:
        return {}
    evidence["at"] = clock.now().isoformat()
    before = submission.evidence
    if before.get("found") in ("coverage", "document", "shell") and evidence["found"] in (
        "unreachable",
        "sign_in",
        "empty",
    ):
        evidence = {**before, "died": evidence}
    submission.evidence = evidence
    submission.save(update_fields=["evidence"])
    return evidence


def _delivered(submission_pk: int) -> Submission:
    return Submission.objects.select_related("prerequisite__rollout__platform").get(pk=submission_pk)


def _files(submission: Submission) -> list[bytes]:
    """What was uploaded and may be read by now."""
    contents = []
    for file in submission.files:
        if file.can_be_read:
            with file.content.open("rb") as stored:
                contents.append(stored.read(4 * api_docs.MAX_BYTES))
    return contents
