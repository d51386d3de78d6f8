import logging

from celery import shared_task
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from apps.seals.certificates import NoCertificate
from apps.stages.acceptance import actions, codes, queries, sealing

logger = logging.getLogger(__name__)


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def render_term(term_pk: int) -> None:
    """Render the PDF of a drafted term; running it again changes nothing."""
    actions.render(term_pk)


@shared_task
def render_waiting_terms() -> None:
    """Render the terms that still wait for their PDF: a lost message or a dead worker leaves nothing behind."""
    for term_pk in queries.waiting_for_pdf():
        actions.render(term_pk)


@shared_task
def seal_term(term_pk: int) -> None:
    """Seal a term that everybody signed; running it again changes nothing. What fails is tried again by the clock."""
    try:
        sealing.seal(term_pk)
    except (NoCertificate, TimestampRequestError) as error:
        logger.error("Term %s waits for its seal: %s", term_pk, error)


@shared_task
def seal_waiting_terms() -> None:
    """Seal what still waits for its seal: a worker that died, a certificate or a timestamp authority that was away."""
    for term_pk in queries.waiting_for_seal():
        seal_term(term_pk)


@shared_task
def expire_terms() -> None:
    """Close the terms whose time to sign is over, and forget old codes."""
    for term_pk in queries.overdue():
        actions.expire(term_pk)
    codes.forget()
