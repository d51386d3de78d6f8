from celery import shared_task

from apps.stages.kickoff import actions, queries


@shared_task
def render_minutes(minutes_pk: int) -> None:
    """Make the PDF of a published version of the minutes; twice makes one."""
    actions.render_minutes(minutes_pk)


@shared_task
def render_waiting_minutes() -> None:
    """What a lost message left without its PDF."""
    for minutes_pk in queries.minutes_without_pdf():
        actions.render_minutes(minutes_pk)
