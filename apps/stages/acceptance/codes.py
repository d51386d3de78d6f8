"""Six digits by e-mail, to a signatory, for ten minutes: that whoever signs reads the mail of whom the term names."""

import secrets
from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.refusals import Invalid, Refusal, require
from apps.stages.acceptance import queries
from apps.stages.acceptance.models import Signatory, SigningCode

MINUTES = 10
TRIES = 5
PER_HOUR = 5
PAUSE = timedelta(seconds=30)


def send(signatory: Signatory, *, by: User) -> None:
    """Mail a new code to ``signatory``, whose turn it is; the one before no longer works.

    Raises ``Refusal`` when it is not their turn, for the sixth code within an hour, for one right after another (429), and
    when the mail server does not take it.
    """
    code = issue(signatory, by=by)
    context = {"code": code, "minutes": MINUTES, "name": by.get_short_name(), "term": signatory.term}
    subject = " ".join(render_to_string("acceptance/email/code_subject.txt", context).split())
    body = render_to_string("acceptance/email/code.txt", context)
    try:
        EmailMessage(subject, body, to=[by.email], headers={"Auto-Submitted": "auto-generated"}).send()
    except OSError as error:
        signatory.codes.filter(used_at=None).delete()
        raise Refusal(_("O código não pôde ser enviado agora. Tente de novo em alguns minutos."), status=503) from error


def issue(signatory: Signatory, *, by: User) -> str:
    """A new code, of which only the digest is kept. Raises what ``send`` raises."""
    require(by, "acceptance.sign", signatory)
    with transaction.atomic():
        signatory = Signatory.objects.select_for_update(of=("self",)).select_related("term").get(pk=signatory.pk)
        if not queries.has_turn(signatory) or queries.is_over(signatory.term):
            raise Refusal(_("Este termo não está aberto para a sua assinatura."))
        now = clock.now()
        recent = signatory.codes.filter(created_at__gt=now - timedelta(hours=1))
        if recent.filter(created_at__gt=now - PAUSE).exists():
            raise Refusal(_("Um código acabou de ser enviado. Espere meio minuto antes de pedir outro."), status=429)
        if recent.count() >= PER_HOUR:
            raise Refusal(_("Muitos códigos pedidos. Aguarde uma hora e peça outro."), status=429)
        code = f"{secrets.randbelow(1_000_000):06d}"
        signatory.codes.create(
            digest=_digest(signatory, by, code), created_at=now, expires_at=now + timedelta(minutes=MINUTES)
        )
        return code


def spend(signatory: Signatory, *, by: User, code: str) -> None:
    """Use up the newest code of ``signatory``. A wrong one counts even when everything after it is undone.

    Raises ``Invalid`` on ``code`` (422) when it is wrong, used, older than ten minutes, or was tried five times.
    """
    typed = "".join(each for each in code if each.isdecimal())
    with transaction.atomic():
        newest = signatory.codes.select_for_update().last()
        stands = newest is not None and newest.used_at is None and newest.expires_at > clock.now()
        if newest is None or not stands or newest.tries >= TRIES:
            raise Invalid(_("Este código não vale mais. Peça outro."), field="code")
        newest.tries += 1
        fits = constant_time_compare(newest.digest, _digest(signatory, by, typed))
        newest.used_at = clock.now() if fits else None
        newest.save(update_fields=["tries", "used_at"])
    if not fits:
        raise Invalid(_("Código incorreto. Confira o último e-mail que recebeu."), field="code")


def forget() -> int:
    """Drop the codes of yesterday and before; how many."""
    return SigningCode.objects.filter(expires_at__lt=clock.now() - timedelta(days=1)).delete()[0]


def _digest(signatory: Signatory, by: User, code: str) -> str:
    """Bound to the signature and the person; without the installation's secret a million tries tell nothing."""
    salt = "acceptance.signing-code"
    return salted_hmac(salt, f"{signatory.pk}:{by.pk}:{code}", algorithm="sha256").hexdigest()
