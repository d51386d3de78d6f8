from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from apps.outbox import actions


class OutboxBackend(BaseEmailBackend):
    """Django's and every library's way of sending: the message waits in the outbox, and a worker sends it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(bool(actions.keep(message)) for message in email_messages)
