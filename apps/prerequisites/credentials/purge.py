"""Secrets that are of no use any more are destroyed, and the timeline certifies it.

A closed rollout keeps its secrets for ``PURGE_CREDENTIALS_DAYS`` more days, unless a project manager purges them sooner.
The deliveries stay, with the instant at which each of their secrets was destroyed.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company
from apps.core import canonical, clock
from apps.core.background import queue
from apps.core.localized import Localized
from apps.core.process import PartyRole
from apps.core.refusals import Refusal, require
from apps.prerequisites import events
from apps.prerequisites.models import PurgeCertificate, Submission
from apps.rollouts import timeline
from apps.rollouts.models import Event, Rollout
from apps.vault import actions as vault
from apps.vault.models import Secret


def after() -> timedelta:
    """How long a closed rollout keeps its secrets."""
    return timedelta(days=settings.PURGE_CREDENTIALS_DAYS)


def purge(rollout: Rollout, *, by: User) -> Event:
    """Destroy every secret of a closed rollout now. Returns the event that certifies it.

    Raises ``Refusal`` (409) while the rollout is open and when nothing is kept.
    """
    require(by, "prerequisites.purge", rollout)
    with timeline.changing(rollout, even_closed=True) as locked:
        if locked.is_open:
            raise Refusal(_("As credenciais ainda estão em uso: expurgue-as depois de concluir ou cancelar o projeto."))
        certificate = _purge(locked, by)
        if certificate is None:
            raise Refusal(_("Não há mais credenciais guardadas neste projeto."))
        return certificate


def purge_due(rollout_pk: int) -> Event | None:
    """Destroy every secret of a rollout whose time has come; None when it has not, or when nothing is kept."""
    with timeline.changing(Rollout(pk=rollout_pk), even_closed=True) as locked:
        if locked.closed_at is None or locked.closed_at > clock.now() - after():
            return None
        return _purge(locked, None)


def purge_open(locked: Rollout, by: User, *, client: Company) -> Event | None:
    """Destroy every secret of a rollout that goes on, since a company leaves it that could read them; None where it holds
    none. ``client`` is the client until then. Belongs into the transaction of that action, which has locked it."""
    return _purge(locked, by, client)


def drop_superseded(accepted: Submission) -> None:
    """Destroy what earlier deliveries of the item held and ``accepted`` does not: it has no use any more.

    Part of the acceptance, in its transaction; no event of its own.
    """
    earlier = Submission.objects.filter(prerequisite=accepted.prerequisite_id, number__lt=accepted.number)
    _destroy(_holding(earlier), keep={secret.pk for secret in accepted.secrets.all()})


def holds_secrets(rollout: Rollout) -> bool:
    return Secret.objects.filter(pk__in=_of(rollout).values("secrets")).exists()


def certificates(rollout: Rollout) -> QuerySet[Event]:
    """The events that certify a purge of ``rollout``, the first one first."""
    purges = rollout.events.filter(kind=events.Purged.kind)
    related = ("actor", "rollout__project_manager", "rollout__platform", "purge_certificate__pdf")
    return purges.select_related(*related).order_by("sequence")


def _of(rollout: Rollout) -> Any:
    return Submission.objects.filter(prerequisite__rollout=rollout)


def _holding(submissions: Any) -> list[Submission]:
    rows = submissions.exclude(secrets=None).distinct().order_by("prerequisite__position", "number")
    return list(rows.select_related("prerequisite").prefetch_related("secrets"))


def _purge(rollout: Rollout, by: User | None, client: Company | None = None) -> Event | None:
    """``rollout`` comes from ``changing``: the secrets, the notes on the deliveries and the event are one transaction."""
    submissions = _holding(_of(rollout))
    destroyed = _destroy(submissions)
    if not destroyed:
        return None
    secrets_of: dict[int, set[str]] = {}
    titles: dict[int, Localized] = {}
    for submission in submissions:
        item = submission.prerequisite
        titles[item.pk] = item.title
        secrets_of.setdefault(item.pk, set()).update(str(secret.pk) for secret in submission.secrets.all())
    purged = events.Purged(
        items=[{"title": dict(titles[pk]), "secrets": len(secrets)} for pk, secrets in secrets_of.items()],
        secrets=len(destroyed),
        sha256=canonical.sha256(destroyed),
        days=settings.PURGE_CREDENTIALS_DAYS,
        closed_at=rollout.closed_at,
    )
    return certify(rollout, purged, by, client)


def certify(rollout: Rollout, purged: events.Purged, by: User | None, client: Company | None = None) -> Event:
    """Record ``purged`` in the timeline of ``rollout``, which is locked, with the names that its certificate keeps.
    ``client`` is who that was until then, where it is another now."""
    certifying = timeline.record(rollout, purged, by)
    names = names_of(certifying, client or rollout.company(PartyRole.CLIENT))
    names.save()
    undrawn = PurgeCertificate.objects.filter(pk=names.pk, pdf=None)
    queue.after_commit("apps.prerequisites.tasks.seal_certificate", names.pk, when=undrawn.exists)
    return certifying


def names_of(event: Event, client: Company) -> PurgeCertificate:
    """How what the certificate of ``event`` names is called today, not yet saved; ``client`` was the client then."""
    return PurgeCertificate(
        event=event,
        title=f"{client} × {event.rollout.platform}",
        client_legal_name=client.legal_name,
        client_cnpj=client.cnpj,
        purged_by_name=event.actor.name if event.actor and event.actor.erased_at is None else "",
    )


def _destroy(submissions: Iterable[Submission], keep: Collection[UUID] = ()) -> list[tuple[str, str, str]]:
    """Destroy the secrets of ``submissions``, except ``keep``, and note it on each; what ``vault.destroy`` tells."""
    instant = canonical.instant(clock.now())
    secret_keys: set[UUID] = set()
    for submission in submissions:
        destroyed = [secret for secret in submission.secrets.all() if secret.pk not in keep]
        secret_keys |= {secret.pk for secret in destroyed}
        if destroyed:
            submission.purged |= {secret.field: instant for secret in destroyed}
            submission.save(update_fields=["purged"])
    return vault.destroy(secret_keys)
