from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.jobs import Job
from apps.seals.certificates import NoCertificate, NoTimestamp
from apps.stages.acceptance import actions, queries
from apps.stages.acceptance.sealing import actions as sealing

RENDER = Job(
    "acceptance.render",
    _("PDF do termo de aceite"),
    _("Não foi possível gerar o PDF deste termo"),
    task="apps.stages.acceptance.tasks.render_term",
    model="acceptance.AcceptanceTerm",
)
SEAL = Job(
    "acceptance.seal",
    _("Selo do termo de aceite"),
    _("Não foi possível selar este termo"),
    task="apps.stages.acceptance.tasks.seal_term",
    model="acceptance.AcceptanceTerm",
    away=(NoCertificate, NoTimestamp),
)
EXPIRE = Job(
    "acceptance.expire",
    _("Vencimento do prazo para assinar o termo de aceite"),
    _("Não foi possível registrar o vencimento do prazo para assinar"),
    task="apps.stages.acceptance.tasks.expire_term",
    model="acceptance.AcceptanceTerm",
)


@shared_task
def render_term(term_pk: int) -> None:
    """Render the PDF of a drafted term; running it again changes nothing."""
    work.do(RENDER, term_pk, actions.render)


@shared_task
def render_waiting_terms() -> None:
    """Render the terms that still wait for their PDF: a lost message or a dead worker leaves nothing behind."""
    work.do_all(RENDER, queries.waiting_for_pdf(), actions.render)


@shared_task(soft_time_limit=120, time_limit=150)
def seal_term(term_pk: int) -> None:
    """Seal a term that everybody signed; running it again changes nothing."""
    work.do(SEAL, term_pk, sealing.seal)


@shared_task
def seal_waiting_terms() -> None:
    """Seal what still waits for its seal: a worker that died, a certificate or a timestamp authority that was away."""
    work.do_all(SEAL, queries.waiting_for_seal(), sealing.seal)


@shared_task(soft_time_limit=60, time_limit=90)
def expire_term(term_pk: int) -> None:
    """Close a term whose time to sign is over."""
    work.do(EXPIRE, term_pk, actions.expire)


@shared_task
def expire_terms() -> None:
    """Close the terms whose time to sign is over."""
    work.do_all(EXPIRE, queries.overdue(), actions.expire)
