from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core import work
from apps.invitations import actions, queries

MAIL = work.kind(
    "invitations.mail",
    _("E-mail de um convite"),
    _("Não foi possível enviar o e-mail deste convite"),
    task="apps.invitations.tasks.mail_invitation",
    model="invitations.Invitation",
)


@shared_task(soft_time_limit=60, time_limit=90)
def mail_invitation(invitation_pk: int) -> None:
    """Send an invitation's link; running it again sends nothing."""
    work.do(MAIL, invitation_pk, actions.mail)


@shared_task
def mail_waiting_invitations() -> None:
    """Send what a lost message or a dead worker left behind."""
    work.do_all(MAIL, queries.waiting_for_mail(), actions.mail)
