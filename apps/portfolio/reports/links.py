"""The links by which a client reads the newest report without signing in."""

import hashlib
import secrets
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from apps.accounts.models import User
from apps.companies.models import Kind, Membership, Role
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.core.web import retries
from apps.portfolio.models import ReportLink
from apps.portfolio.reports import events
from apps.rollouts import timeline
from apps.rollouts.models import FormerParty, Rollout
from apps.rollouts.numbering import next_number

DAYS = (30, 90, 180)
"""For how many days a link may be made."""
MOST_LINKS = 10
"""So many work at once for a rollout."""
A_MINUTE = timedelta(minutes=1)
MAKERS = Membership.objects.filter(
    Q(company__kind=Kind.PRESENCE, role__in=[Role.MANAGER, Role.PROJECT_MANAGER])
    | ~Q(company__kind=Kind.PRESENCE) & Q(role=Role.LEAD)
)
"""The places with which one makes links."""
A_SECOND_CLICK = timedelta(seconds=10)
"""Whoever makes another link so soon never saw the first: the answer to the second click took its place."""


@sensitive_variables("secret")
def make(rollout: Rollout, *, by: User, days: int, by_hand: bool = False) -> tuple[ReportLink, str]:
    """A new link, good for ``days`` days, and its secret, which is never seen again. Raises ``Invalid`` for another number
    of days than one of ``DAYS``, ``Refusal`` beyond ``MOST_LINKS`` and for a closed rollout. ``by_hand``: on a page, where
    what they made ``A_SECOND_CLICK`` ago, and nobody opened, ends with it."""
    require(by, "portfolio.share_report", rollout)
    with timeline.changing(rollout) as locked:
        if days not in DAYS:
            raise Invalid(_("Escolha por quanto tempo o link vale."), field="days")
        if by_hand:
            _end_unseen(locked, by)
        if working(ReportLink.objects.filter(rollout=locked)).count() >= MOST_LINKS:
            raise Refusal(_("Este projeto já tem %(most)d links públicos. Encerre um deles.") % {"most": MOST_LINKS})
        last_day = clock.today() + timedelta(days=days)
        secret = secrets.token_urlsafe(32)
        link = ReportLink.objects.create(
            rollout=locked,
            number=next_number(locked, locked.report_links),
            membership=_membership(locked, by),
            made_by=by,
            made_at=clock.now(),
            expires_at=clock.instant_of(last_day + timedelta(days=1)),
            digest=digest_of(secret),
        )
        timeline.record(locked, events.LinkMade(number=link.number, until=last_day), by)
        return link, secret


def revoke(link: ReportLink, *, by: User) -> None:
    """End ``link`` at once, also in a closed rollout. Twice ends it once."""
    require(by, "portfolio.share_report", link)
    with timeline.changing(link.rollout, even_closed=True) as locked:
        row = ReportLink.objects.select_for_update(no_key=True).get(pk=link.pk)
        if row.revoked_at is None:
            _end(locked, row, by)


@sensitive_variables("secret")
def opened(secret: str) -> ReportLink | None:
    """The working link of ``secret``, with its rollout, and note that it was used; None for any other, whatever the cause."""
    link = working(ReportLink.objects.filter(digest=digest_of(secret))).select_related("rollout__platform").first()
    if link is not None:
        now = clock.now()
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - A_MINUTE)
        with retries.only_counting():
            ReportLink.objects.filter(stale, pk=link.pk).update(last_used_at=now)
    return link


def working(links: QuerySet[ReportLink]) -> QuerySet[ReportLink]:
    """Those of ``links`` that let somebody in now."""
    return with_ends(links).filter(revoked_at=None, expires_at__gt=clock.now(), may_share=True, client_left=False)


def with_ends(links: QuerySet[ReportLink]) -> QuerySet[ReportLink]:
    """``links`` with ``client_left``: another company took the client's place after the link was made; and ``may_share``: who
    made it still has a place with which one makes links (``portfolio.share_report``)."""
    later_changes = FormerParty.objects.filter(
        rollout=OuterRef("rollout"), role=PartyRole.CLIENT, until__gte=OuterRef("made_at")
    )
    return links.annotate(client_left=Exists(later_changes), may_share=Exists(MAKERS.filter(pk=OuterRef("membership"))))


def why_ended(link: ReportLink) -> str:
    """Why a link that came ``with_ends`` lets nobody in any more, in the reader's language; empty while it does."""
    if link.revoked_at:
        return _("encerrado")
    if link.client_left:  # type: ignore[attr-defined]
        return _("terminou com a troca do cliente")
    if link.membership_id is None:
        return _("terminou com a saída de quem o criou")
    if not link.may_share:  # type: ignore[attr-defined]
        return _("terminou com a mudança de papel de quem o criou")
    return _("vencido") if link.expires_at <= clock.now() else ""


def of_rollout(rollout: Rollout) -> list[ReportLink]:
    """All links of ``rollout``, those that were used last first."""
    rows = with_ends(ReportLink.objects.filter(rollout=rollout)).select_related("made_by")
    return list(rows.order_by(F("revoked_at").asc(nulls_first=True), "-number"))


def last_day(link: ReportLink) -> date:
    """Presence's day at whose end it ends."""
    return clock.day_of(link.expires_at - timedelta(seconds=1))


def path_of(secret: str) -> str:
    return reverse("portfolio:public_report", args=[secret])


def digest_of(secret: str) -> str:
    """What is stored of a secret. It is long and random, so its plain SHA-256 cannot be searched for."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


def _end_unseen(locked: Rollout, by: User) -> None:
    """End what ``by`` made just now and nobody opened."""
    recent = ReportLink.objects.filter(rollout=locked, made_by=by, made_at__gt=clock.now() - A_SECOND_CLICK)
    for link in recent.filter(last_used_at=None, revoked_at=None):
        _end(locked, link, by)


def _end(locked: Rollout, link: ReportLink, by: User) -> None:
    link.revoked_at, link.revoked_by = clock.now(), by
    link.save(update_fields=["revoked_at", "revoked_by"])
    timeline.record(locked, events.LinkRevoked(number=link.number), by)


def _membership(rollout: Rollout, user: User) -> Membership:
    """The place of ``user`` at Presence, or at the client, with which the link ends."""
    at_presence = Q(company__kind=Kind.PRESENCE)
    at_client = Q(company=rollout.company(PartyRole.CLIENT))
    places = Membership.objects.filter(at_presence | at_client, user=user)
    return places.select_for_update(of=("self",), no_key=True).get()
