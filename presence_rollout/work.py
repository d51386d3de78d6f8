"""What the workers do: the queue of each task, and when the clock asks for which (docs/work.md)."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

CONFIGURATION = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "timezone": "UTC",
    "worker_hijack_root_logger": False,
    "worker_prefetch_multiplier": 1,
    "task_acks_late": True,
    # What kills its process is not handed over again at once and for ever: attempts are counted
    # (apps/core/background/work.py), and the scheduled task comes back to what is left.
    "task_reject_on_worker_lost": False,
    "task_create_missing_queues": False,
    "task_default_queue": "upkeep",
    "broker_connection_retry_on_startup": True,
    # Within a page: the periodic task is the further attempt (core/background/queue.py).
    "task_publish_retry": False,
}
"""How Celery works, in every installation; what one may change is in ``settings``."""

# Queues apart, each with processes of its own (docs/production.md): a document that takes its time delays no notice.
QUEUES = [
    Queue(name, Exchange(name), routing_key=name) for name in ("notices", "documents", "probes", "seals", "upkeep")
]
ROUTES = {
    "apps.notices.tasks.*": {"queue": "notices"},
    "apps.outbox.tasks.*": {"queue": "notices"},
    "apps.invitations.tasks.*": {"queue": "notices"},
    "apps.stages.acceptance.tasks.render_*": {"queue": "documents"},
    "apps.stages.golive.tasks.*": {"queue": "documents"},
    "apps.stages.kickoff.tasks.*": {"queue": "documents"},
    "apps.stages.homologation.tasks.*": {"queue": "documents"},
    "apps.hours.tasks.*": {"queue": "documents"},
    "apps.files.tasks.scan_*": {"queue": "documents"},
    "apps.files.tasks.draw_*": {"queue": "documents"},
    "apps.portfolio.tasks.draft_*": {"queue": "upkeep"},
    "apps.prerequisites.tasks.look_into_*": {"queue": "documents"},
    "apps.prerequisites.tasks.read_*": {"queue": "documents"},
    "apps.prerequisites.tasks.gather_*": {"queue": "probes"},
    "apps.prerequisites.tasks.look_at_*": {"queue": "probes"},
    "apps.prerequisites.tasks.probe_*": {"queue": "probes"},
    "apps.stages.acceptance.tasks.*": {"queue": "seals"},
    "apps.rollouts.tasks.refresh_*": {"queue": "upkeep"},
    "apps.rollouts.tasks.*": {"queue": "seals"},
    "apps.prerequisites.tasks.purge_*": {"queue": "upkeep"},
    "apps.prerequisites.tasks.seal_*": {"queue": "seals"},
    "apps.prerequisites.tasks.keep_*": {"queue": "seals"},
    "apps.accounts.tasks.*": {"queue": "upkeep"},
    "apps.files.tasks.sweep_*": {"queue": "upkeep"},
    "apps.portfolio.tasks.forecast_*": {"queue": "upkeep"},
    "apps.portfolio.tasks.add_up_*": {"queue": "upkeep"},
    "apps.portfolio.tasks.draw_*": {"queue": "documents"},
}

SCHEDULE: dict[str, dict[str, object]] = {
    # What a lost message left behind (broker away, worker killed) is found again.
    "render-waiting-terms": {"task": "apps.stages.acceptance.tasks.render_waiting_terms", "schedule": 60},
    "seal-waiting-terms": {"task": "apps.stages.acceptance.tasks.seal_waiting_terms", "schedule": 60},
    "expire-terms": {"task": "apps.stages.acceptance.tasks.expire_terms", "schedule": 600},
    "anchor-asked-rollouts": {"task": "apps.rollouts.tasks.anchor_asked_rollouts", "schedule": 60},
    "anchor-changed-rollouts": {
        "task": "apps.rollouts.tasks.anchor_changed_rollouts",
        "schedule": crontab(hour="4-8", minute=30),
    },
    "refresh-what-time-changed": {"task": "apps.rollouts.tasks.refresh_what_time_changed", "schedule": 60},
    "refresh-unchecked-rollouts": {
        "task": "apps.rollouts.tasks.refresh_unchecked_rollouts",
        "schedule": crontab(hour="4-8", minute="*/10"),
    },
    # Once a day for each open project, and where a message of a change was lost.
    "forecast-waiting-rollouts": {"task": "apps.portfolio.tasks.forecast_waiting_rollouts", "schedule": 300},
    "draw-waiting-clocks": {"task": "apps.portfolio.tasks.draw_waiting_clocks", "schedule": 60},
    "add-up-waiting-rollouts": {"task": "apps.portfolio.tasks.add_up_waiting_rollouts", "schedule": 300},
    "make-waiting-dossiers": {"task": "apps.stages.golive.tasks.make_waiting_dossiers", "schedule": 10},
    "render-waiting-minutes": {"task": "apps.stages.kickoff.tasks.render_waiting_minutes", "schedule": 60},
    "draw-waiting-reports": {"task": "apps.stages.homologation.tasks.draw_waiting_reports", "schedule": 60},
    "render-waiting-statements": {"task": "apps.hours.tasks.render_waiting_statements", "schedule": 60},
    "scan-waiting-files": {"task": "apps.files.tasks.scan_waiting_files", "schedule": 60},
    "draw-waiting-files": {"task": "apps.files.tasks.draw_waiting_files", "schedule": 60},
    "sweep-orphans": {"task": "apps.files.tasks.sweep_orphans", "schedule": crontab(hour=6, minute=30)},
    "purge-credentials": {
        "task": "apps.prerequisites.tasks.purge_closed_rollouts",
        "schedule": crontab(hour=7, minute=0),
    },
    "seal-waiting-certificates": {"task": "apps.prerequisites.tasks.seal_waiting_certificates", "schedule": 60},
    "look-into-unread-documents": {"task": "apps.prerequisites.tasks.read_unread_documents", "schedule": 60},
    "gather-due-evidence": {"task": "apps.prerequisites.tasks.gather_due_evidence", "schedule": 60},
    "forget-what-expired": {"task": "apps.accounts.tasks.forget_what_expired", "schedule": crontab(hour=6, minute=0)},
    "send-waiting-mails": {"task": "apps.outbox.tasks.send_waiting_mails", "schedule": 20},
    # Somebody reads a credential: its owner hears of it at once.
    "tell-of-events": {"task": "apps.notices.tasks.send_notices", "schedule": 20},
    # From eight in the morning in São Paulo; the later ones find what a worker that was away left.
    "remind-of-due-dates": {"task": "apps.notices.tasks.remind", "schedule": crontab(hour="11-14", minute=10)},
    # On Monday from six in the morning in São Paulo; the other hours and days find what a worker that was away left.
    "draft-status-reports": {
        "task": "apps.portfolio.tasks.draft_reports_of_the_week",
        "schedule": crontab(day_of_week="mon-fri", hour="9-12", minute=20),
    },
    "draw-waiting-status-reports": {"task": "apps.portfolio.tasks.draw_waiting_status_reports", "schedule": 60},
    "announce-waiting-leads": {"task": "apps.invitations.tasks.announce_waiting_leads", "schedule": 300},
    "mail-waiting-invitations": {"task": "apps.invitations.tasks.mail_waiting_invitations", "schedule": 300},
}

TITLES = {
    "render-waiting-terms": _("PDF dos termos de aceite"),
    "seal-waiting-terms": _("Selo dos termos assinados"),
    "expire-terms": _("Prazo de assinatura dos termos"),
    "anchor-asked-rollouts": _("Âncoras pedidas dos históricos"),
    "anchor-changed-rollouts": _("Âncoras da noite"),
    "refresh-what-time-changed": _("Pendências que mudam com a hora"),
    "refresh-unchecked-rollouts": _("Conferência das pendências"),
    "forecast-waiting-rollouts": _("Previsão dos projetos em andamento"),
    "draw-waiting-clocks": _("PDF dos dias por parte"),
    "add-up-waiting-rollouts": _("Números dos projetos concluídos para a comparação"),
    "make-waiting-dossiers": _("Dossiês dos projetos"),
    "render-waiting-minutes": _("PDF das atas"),
    "draw-waiting-reports": _("Relatórios de homologação"),
    "render-waiting-statements": _("PDF dos fechamentos de horas"),
    "scan-waiting-files": _("Verificação de vírus dos arquivos"),
    "draw-waiting-files": _("Imagens das páginas dos arquivos"),
    "sweep-orphans": _("Arquivos sem dono"),
    "purge-credentials": _("Expurgo das credenciais"),
    "seal-waiting-certificates": _("Certificados de expurgo"),
    "look-into-unread-documents": _("Leitura dos documentos entregues"),
    "gather-due-evidence": _("Testes de credenciais e ambientes"),
    "forget-what-expired": _("Exclusão de dados com prazo vencido"),
    "send-waiting-mails": _("Envio dos e-mails na fila"),
    "tell-of-events": _("Avisos do que aconteceu nos projetos"),
    "remind-of-due-dates": _("Lembretes dos prazos"),
    "draft-status-reports": _("Rascunhos dos relatórios da semana"),
    "draw-waiting-status-reports": _("PDF dos relatórios de situação"),
    "announce-waiting-leads": _("Avisos sobre novos responsáveis"),
    "mail-waiting-invitations": _("E-mails dos convites"),
}
"""What each entry does, as the page on the state of the system says it."""

for _entry in SCHEDULE.values():
    # Of a sweep that nobody came to, the next one does the work: they do not pile up while the workers are away. What comes
    # at hours of the day waits for some of them.
    _seconds = _entry["schedule"]
    _entry["options"] = {"expires": max(60, _seconds) if isinstance(_seconds, int) else 6 * 3600}
