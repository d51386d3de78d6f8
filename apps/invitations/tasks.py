from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.jobs import Job
from apps.invitations import actions, queries
from apps.outbox import actions as outbox

ANNOUNCE = Job(
    "invitations.announce",
    _("Aviso sobre um novo responsável"),
    _("Não foi possível avisar sobre um novo responsável da empresa"),
    task="apps.invitations.tasks.announce_lead",
    model="invitations.Invitation",
)


@shared_task(soft_time_limit=60, time_limit=90)
def mail_invitation(invitation_pk: int) -> None:
    """Send an invitation's link; running it again sends nothing."""
    work.do(actions.MAIL, invitation_pk, actions.mail)


@shared_task(soft_time_limit=120, time_limit=150)
def announce_lead(invitation_pk: int) -> None:
    """Tell of a lead who was invited or came in; running it again tells nobody twice."""
    work.do(ANNOUNCE, invitation_pk, actions.announce)


@shared_task
def announce_waiting_leads() -> None:
    """Tell of those that a lost message or a dead worker left behind."""
    work.do_all(ANNOUNCE, queries.leads_to_announce(), actions.announce)


@shared_task
def mail_waiting_invitations() -> None:
    """Send what a lost message or a dead worker left behind."""
    outbox.send_in_turn((actions.MAIL, queries.waiting_for_mail(), actions.mail))
