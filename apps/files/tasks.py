import logging

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.jobs import Job
from apps.files import actions, antivirus, orphans, previews, queries

logger = logging.getLogger(__name__)
SCAN = Job(
    "files.scan",
    _("Verificação de vírus de um arquivo"),
    _("Não foi possível verificar este arquivo, e ele continua em quarentena"),
    task="apps.files.tasks.scan_file",
    model="files.StoredFile",
    away=(antivirus.Unavailable,),
)
DRAW = Job(
    "files.draw",
    _("Imagens das páginas de um arquivo"),
    _("Não foi possível desenhar as páginas deste arquivo"),
    task="apps.files.tasks.draw_file",
    model="files.StoredFile",
)


@shared_task(soft_time_limit=120, time_limit=150)
def scan_file(file_pk: str) -> None:
    """Look into one file that came in; twice does no harm."""
    work.do(SCAN, file_pk, actions.scan)


@shared_task
def scan_waiting_files() -> None:
    """What a lost message or an absent clamd left in quarantine."""
    work.do_all(SCAN, queries.in_quarantine(), actions.scan)


@shared_task(soft_time_limit=60, time_limit=90)
def draw_file(file_pk: str) -> None:
    """Draw the pictures of one file; twice does no harm."""
    work.do(DRAW, file_pk, previews.draw)


@shared_task
def draw_waiting_files() -> None:
    """What a lost message left without its pictures."""
    work.do_all(DRAW, queries.to_be_drawn(), previews.draw, most=20)


@shared_task
def sweep_orphans() -> None:
    """Daily: move the bytes that no row names into the bin. One that does not dare is an error in the log."""
    try:
        orphans.sweep()
    except orphans.NotSwept as error:
        logger.error("Nothing was swept. %s", error)


@shared_task(soft_time_limit=60, time_limit=90)
def sweep_orphan(name: str) -> None:
    """Look again at one name that could not be deleted, or one folder (with ``/`` at its end) that could not be read."""
    orphans.again(name)
