from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import machine_clock, queue, work
from apps.core.jobs import Job
from apps.prerequisites import gathering as evidence
from apps.prerequisites import queries, schedule
from apps.prerequisites.credentials import certificate, purge
from apps.seals.certificates import NoCertificate

PROBE = Job(
    "prerequisites.probe",
    _("Teste de uma credencial na plataforma"),
    _("Não foi possível testar esta credencial na plataforma"),
    task="apps.prerequisites.tasks.probe_submission",
    model="prerequisites.Submission",
)
LOOK = Job(
    "prerequisites.environment",
    _("Verificação de um ambiente"),
    _("Não foi possível verificar este ambiente"),
    task="apps.prerequisites.tasks.look_at_environment",
    model="prerequisites.Submission",
)
READ = Job(
    "prerequisites.document",
    _("Leitura de um documento ou link"),
    _("Não foi possível ler este documento"),
    task="apps.prerequisites.tasks.look_into_document",
    model="prerequisites.Submission",
)
PURGE = Job(
    "prerequisites.purge",
    _("Expurgo das credenciais do projeto"),
    _("Não foi possível expurgar as credenciais deste projeto"),
    task="apps.prerequisites.tasks.purge_rollout",
    model="rollouts.Rollout",
)
CERTIFICATE = Job(
    "prerequisites.certificate",
    _("PDF do certificado de expurgo"),
    _("Não foi possível gerar o PDF deste certificado"),
    task="apps.prerequisites.tasks.seal_certificate",
    model="prerequisites.PurgeCertificate",
    away=(NoCertificate,),
)


@shared_task(soft_time_limit=90, time_limit=120)
def probe_submission(submission_pk: int) -> None:
    """Try a delivered credential at its platform; another note is made each time."""
    work.do(PROBE, submission_pk, evidence.probe)


@shared_task(soft_time_limit=90, time_limit=120)
def look_at_environment(submission_pk: int) -> None:
    """Look at a delivered environment; another note is made each time."""
    work.do(LOOK, submission_pk, evidence.check_environment)


@shared_task(soft_time_limit=120, time_limit=150)
def look_into_document(submission_pk: int) -> None:
    """Read a delivered document or link; the evidence is written anew each time."""
    work.do(READ, submission_pk, evidence.read_document)


@shared_task
def read_unread_documents() -> None:
    """What a lost message, or the virus scanner's quarantine, left unread."""
    work.do_all(READ, queries.documents_to_read(), evidence.read_document)


@shared_task
def gather_due_evidence() -> None:
    """The credentials, environments and links that open rollouts rely on, each once a day at its time; and what a lost
    message, or a day on which nothing ran, left without an answer."""
    due = schedule.due()
    if due.credentials:
        work.do_all(PROBE, due.credentials, evidence.probe)
    if due.environments:
        work.do_all(LOOK, due.environments, evidence.check_environment)
    for submission_pk in due.links:
        queue.send(READ.task, submission_pk)


@shared_task
def purge_rollout(rollout_pk: int) -> None:
    """Destroy the secrets of a rollout that was closed long enough ago; a second time finds nothing."""
    work.do(PURGE, rollout_pk, purge.purge_due)


@shared_task
def purge_closed_rollouts() -> None:
    """Daily: one task a rollout."""
    machine_clock.require_agreement()
    for rollout_pk in queries.rollouts_to_purge():
        queue.send(PURGE.task, rollout_pk)


@shared_task(soft_time_limit=120, time_limit=150)
def seal_certificate(certificate_pk: int) -> None:
    """Make the sealed PDF of a purge's certificate; twice makes one."""
    work.do(CERTIFICATE, certificate_pk, certificate.draw)


@shared_task
def seal_waiting_certificates() -> None:
    """What a lost message, or a seal that was away, left without its PDF; and the names that older versions did not keep."""
    certificate.write_missing()
    work.do_all(CERTIFICATE, certificate.waiting(), certificate.draw)
