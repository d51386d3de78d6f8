from celery import shared_task

from apps.prerequisites import evidence, purge, queries


@shared_task
def probe_submission(submission_pk: int) -> None:
    """Try a delivered credential at its platform; another note is made each time."""
    evidence.probe(submission_pk)


@shared_task
def look_at_environment(submission_pk: int) -> None:
    """Look at a delivered environment; another note is made each time."""
    evidence.look_at(submission_pk)


@shared_task
def look_into_document(submission_pk: int) -> None:
    """Read a delivered document or link; the evidence is written anew each time."""
    evidence.look_into(submission_pk)


@shared_task
def look_into_the_unread() -> None:
    """What a lost message, or the virus scanner's quarantine, left unread."""
    for submission_pk in queries.documents_to_read():
        evidence.look_into(submission_pk)


@shared_task
def probe_the_untried() -> None:
    """What a lost message, or a day on which nothing ran, left without an answer."""
    for submission_pk in queries.credentials_to_probe(untried=True):
        evidence.probe(submission_pk)
    for submission_pk in queries.environments_to_look_at(unseen=True):
        evidence.look_at(submission_pk)


@shared_task
def probe_open_rollouts() -> None:
    """Daily: try the credentials, environments and links that open rollouts rely on."""
    for submission_pk in queries.credentials_to_probe():
        probe_submission.delay(submission_pk)
    for submission_pk in queries.environments_to_look_at():
        look_at_environment.delay(submission_pk)
    for submission_pk in queries.links_to_open():
        look_into_document.delay(submission_pk)


@shared_task
def purge_rollout(rollout_pk: int) -> None:
    """Destroy the secrets of a rollout that was closed long enough ago; a second time finds nothing."""
    purge.purge_due(rollout_pk)


@shared_task
def purge_closed_rollouts() -> None:
    """Daily: one task a rollout, so that one that fails holds up no other."""
    for rollout_pk in queries.rollouts_to_purge():
        purge_rollout.delay(rollout_pk)
