from celery import shared_task

from apps.invitations import actions, queries


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def mail_invitation(invitation_pk: int) -> None:
    """Send an invitation's link; running it again sends nothing."""
    actions.mail(invitation_pk)


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def announce_lead(invitation_pk: int) -> None:
    """Tell of a lead who was invited or came in; running it again tells nobody twice."""
    actions.announce(invitation_pk)


@shared_task
def announce_waiting_leads() -> None:
    """Tell of those that a lost message or a dead worker left behind."""
    for invitation_pk in queries.leads_to_announce():
        actions.announce(invitation_pk)


@shared_task
def mail_waiting_invitations() -> None:
    """Send what a lost message or a dead worker left behind."""
    for invitation_pk in queries.waiting_for_mail():
        actions.mail(invitation_pk)
