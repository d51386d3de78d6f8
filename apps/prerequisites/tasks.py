from celery import shared_task

from apps.prerequisites import actions, purge, queries


@shared_task
def probe_submission(submission_pk: int) -> None:
    """Try a delivered credential at its platform; another note is made each time."""
    actions.probe(submission_pk)


@shared_task
def look_into_document(submission_pk: int) -> None:
    """Read a delivered document or link; the evidence is written anew each time."""
    actions.look_into(submission_pk)


@shared_task
def look_into_the_unread() -> None:
    """What a lost message, or the virus scanner's quarantine, left unread."""
    for submission_pk in queries.documents_to_read():
        actions.look_into(submission_pk)


@shared_task
def probe_the_untried() -> None:
    """What a lost message left without an answer."""
    for submission_pk in queries.credentials_to_probe(untried=True):
        actions.probe(submission_pk)


@shared_task
def probe_open_rollouts() -> None:
    """Daily: try the credentials that open rollouts rely on."""
    for submission_pk in queries.credentials_to_probe():
        probe_submission.delay(submission_pk)


@shared_task
def purge_rollout(rollout_pk: int) -> None:
    """Destroy the secrets of a rollout that was closed long enough ago; a second time finds nothing."""
    purge.purge_due(rollout_pk)


@shared_task
def purge_closed_rollouts() -> None:
    """Daily: one task a rollout, so that one that fails holds up no other."""
    for rollout_pk in queries.rollouts_to_purge():
        purge_rollout.delay(rollout_pk)
