from celery import shared_task

from apps.prerequisites import actions, queries


@shared_task
def probe_submission(submission_pk: int) -> None:
    """Try a delivered credential at its platform; another note is made each time."""
    actions.probe(submission_pk)


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
