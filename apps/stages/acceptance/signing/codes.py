"""Six digits by e-mail, to a signatory: that whoever signs reads the mail of whom the term names."""

from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.proof import mailed_codes
from apps.accounts.proof.mailed_codes import MINUTES
from apps.core.mails import MailKind
from apps.core.refusals import Refusal, require
from apps.outbox import actions as outbox
from apps.stages.acceptance import queries
from apps.stages.acceptance.models import Signatory, SigningCode
from apps.stages.acceptance.signing import new_addresses

SALT = "acceptance.signing-code"
MAIL = MailKind("acceptance.code", gettext_lazy("Código para assinar"), timedelta(minutes=MINUTES))


def send(signatory: Signatory, *, by: User) -> None:
    """Mail a new code to ``signatory``, whose turn it is, at the address that the term names; the one before no longer works.

    Raises ``Refusal`` when it is not their turn, while a change of their account's address does not count, for the sixth
    code within an hour, and for one right after another (429).
    """
    with transaction.atomic():
        code = issue(signatory, by=by)
        context = {"code": code, "minutes": MINUTES, "name": by.get_short_name(), "term": signatory.term}
        subject = " ".join(render_to_string("acceptance/email/code_subject.txt", context).split())
        body = render_to_string("acceptance/email/code.txt", context)
        outbox.post(EmailMessage(subject, body, to=[signatory.email]), MAIL)


def issue(signatory: Signatory, *, by: User) -> str:
    """A new code, of which only the digest is kept. Raises what ``send`` raises."""
    require(by, "acceptance.sign", signatory)
    new_addresses.require_settled_address(by)
    with transaction.atomic():
        signatory = (
            Signatory.objects.select_for_update(of=("self",), no_key=True).select_related("term").get(pk=signatory.pk)
        )
        if not queries.has_turn(signatory) or queries.is_over(signatory.term):
            raise Refusal(_("Este termo não está aberto para a sua assinatura."))
        return mailed_codes.issue(
            signatory.codes.all(), signatory.codes.create, salt=SALT, bound_to=_bound_to(signatory, by)
        )


def spend(signatory: Signatory, *, by: User, code: str) -> SigningCode:
    """Use up the newest code of ``signatory``, and return it. Raises ``Invalid`` on ``code``, see ``mailed_codes.spend``."""
    return mailed_codes.spend(signatory.codes.all(), salt=SALT, bound_to=_bound_to(signatory, by), code=code)


def forget() -> int:
    """Drop the codes of yesterday and before; how many."""
    return mailed_codes.forget(SigningCode)


def _bound_to(signatory: Signatory, by: User) -> str:
    return f"{signatory.pk}:{by.pk}"
