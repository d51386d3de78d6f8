"""Invite a person, and let them in."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from apps.accounts import actions as accounts
from apps.accounts.models import AddressChange, User
from apps.companies import actions as companies
from apps.companies.mergers import CompanyMerge
from apps.companies.models import Company, Membership, Role, forget_roles_of
from apps.companies.people import actions as people
from apps.companies.people.choices import Choice, NewPerson
from apps.core import clock, names
from apps.core.background import queue, work
from apps.core.database import conflicts
from apps.core.jobs import Job
from apps.core.mails import PAUSES, MailKind
from apps.core.network import mailboxes
from apps.core.refusals import Invalid, NotAllowed, Refusal, require
from apps.invitations import events
from apps.invitations.models import LIFETIME, Invitation, State
from apps.limits import actions as limits
from apps.outbox import actions as outbox
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.parties import PartyChange

_SALT = "invitation"

MAIL = Job(
    "invitations.mail",
    gettext_lazy("E-mail de um convite"),
    gettext_lazy("Não foi possível enviar o e-mail deste convite"),
    task="apps.invitations.tasks.mail_invitation",
    model="invitations.Invitation",
    pauses_while_away=PAUSES,
    reaches_people=True,
)
OF_A_LEAD = MailKind("invitations.lead", gettext_lazy("Aviso sobre um novo responsável"))

# Mails with links, in a day.
BY_ONE_PERSON = limits.Limit("invitations-by", ((40, limits.DAY),))
FOR_ONE_COMPANY = limits.Limit("invitations-for", ((80, limits.DAY),))
TO_ONE_ADDRESS = limits.Limit("invitations-to", ((5, limits.DAY),))


def invite(
    company: Company,
    *,
    by: User,
    email: str,
    name: str,
    role: str,
    position: str = "",
    person: Choice | None = None,
    rollout: Rollout | None = None,
) -> Invitation:
    """Offer ``email`` a place in ``company`` and send the link, valid for seven days and for one use.

    ``person`` is who is invited, of the company's directory; without one it is who has the address there, or somebody new.

    Raises ``Invalid`` for a role of another kind of company, for somebody who is already in, and while an
    earlier invitation of the same address waits (send that again), for oneself and for somebody of the other side
    (Presence's people belong to Presence alone), and for names that carry an address, which would stand in our mail.
    ``TooMany`` (429) for more than a person, a company or an address may in a day. A lead is named by a lead or a Presence
    manager (``NotAllowed``), and is announced to the other leads and on the company's open rollouts.
    """
    require(by, "invitations.invite", company)
    companies.refuse_unfit_role(company, role)
    if role == Role.LEAD and not by.has_perm("invitations.invite_lead", company):
        raise NotAllowed(
            _("Quem convida um responsável é outro responsável da empresa; o primeiro, um gestor da Presence.")
        )
    names.refuse_addresses(name=name, position=position)
    email = mailboxes.comparable(email)
    if email == by.email:
        raise Invalid(_("Ninguém convida a si mesmo."), field="email")
    companies.refuse_other_side(company, email)
    if Membership.objects.filter(company=company, user__email=email).exists():
        raise Invalid(_("Esta pessoa já faz parte de %(company)s.") % {"company": company}, field="email")
    if rollout is not None and not rollout.parties.filter(company=company).exists():
        raise Invalid(_("%(company)s não participa deste projeto.") % {"company": company})
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        if company.invitations.filter(email=email, accepted_at=None, revoked_at=None).exists():
            raise Invalid(_("Já existe um convite para este e-mail. Envie-o de novo."), field="email")
        if isinstance(person, NewPerson):
            person = people.register(company, name=name, position=position, emails=[email], phone=person.phone)
        elif person is None:
            person = people.with_address(company, email=email, name=name, position=position)
        invitation = Invitation.objects.create(
            company=company, person=person, rollout=rollout, email=email, name=name, role=role, position=position,
            invited_by=by,
        )  # fmt: skip
        if rollout is not None and role != Role.LEAD:
            with timeline.changing(rollout, even_closed=True) as locked:
                timeline.record(locked, events.Invited(company=str(company), invitation=invitation.pk), by)
        _limit_mails(invitation, by)
        _announce_after_commit(invitation)
        _mail_after_commit(invitation)
    return invitation


def send_again(invitation: Invitation, *, by: User) -> None:
    """A new link for seven more days; the earlier one dies. Whoever sends it vouches for it from now on.

    Raises ``NotAllowed`` (403) for a lead whom they may not name, and ``TooMany`` (429) as ``invite`` does.
    """
    require(by, "invitations.manage", invitation)
    if not _may_still_invite(by, invitation):
        raise NotAllowed(
            _("Quem convida um responsável é outro responsável da empresa; o primeiro, um gestor da Presence.")
        )
    with transaction.atomic():
        invitation = _waiting(invitation)
        invitation.serial += 1
        invitation.expires_at = clock.now() + LIFETIME
        invitation.invited_by = by
        invitation.save(update_fields=["serial", "expires_at", "invited_by"])
        work.renew(MAIL.name, invitation.pk)
        _limit_mails(invitation, by)
        _mail_after_commit(invitation)


def revoke(invitation: Invitation, *, by: User) -> None:
    """Take the offer back; its link says so from now on."""
    require(by, "invitations.manage", invitation)
    with transaction.atomic():
        invitation = _waiting(invitation)
        invitation.revoked_at = clock.now()
        invitation.save(update_fields=["revoked_at"])
        outbox.settle(MAIL, invitation.pk, sent=False)


def token(invitation: Invitation) -> str:
    """What stands in the link: signed, and good for the latest sending only."""
    return signing.dumps([invitation.pk, invitation.serial], salt=_SALT, compress=False)


@dataclass(frozen=True)
class Opened:
    """An invitation as its link finds it. ``replaced``: a later link was sent."""

    invitation: Invitation
    replaced: bool


def open_link(text: str) -> Opened | None:
    """The invitation behind a link; None when the link was tampered with or never existed."""
    try:
        pk, serial = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    invitation = Invitation.objects.select_related("company", "invited_by", "rollout").filter(pk=pk).first()
    return Opened(invitation, serial != invitation.serial) if invitation else None


def accept(invitation: Invitation, *, by: User) -> Membership:
    """``by`` takes the place. Only the invited address may; the first to press wins, a second press is refused."""
    if by.email != invitation.email:
        raise NotAllowed(_("Este convite é para outro e-mail."))
    if by.pk == invitation.invited_by_id:
        raise NotAllowed(_("Ninguém aceita o próprio convite."))
    with transaction.atomic():
        invitation = _waiting(invitation)
        if invitation.state == State.EXPIRED:
            raise Refusal(_("Este convite venceu."))
        if not _may_still_invite(invitation.invited_by, invitation):
            raise Refusal(_("Quem fez este convite não pode mais convidar por esta empresa. Peça um convite novo."))
        membership = companies.join(
            invitation.company, by, role=invitation.role, position=invitation.position, person=invitation.person
        )
        invitation.accepted_at, invitation.accepted_by = clock.now(), by
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        forget_roles_of(by)
        _announce_after_commit(invitation)
        if invitation.rollout is not None and invitation.role != Role.LEAD:
            with timeline.changing(invitation.rollout, even_closed=True) as rollout:
                joined = events.Joined(company=str(invitation.company), invitation=invitation.pk)
                timeline.record(rollout, joined, by)
        return membership


def accept_as_new_person(invitation: Invitation, *, name: str, password: str = "", terms: bool = False) -> User:
    """Make the invited person's account and take the place; without a password they enter by e-mailed codes."""
    with transaction.atomic():
        user = accounts.register(email=invitation.email, name=name, password=password, terms=terms)
        accept(invitation, by=user)
    return user


def mail(invitation_pk: int) -> None:
    """Send the link of the invitation, once a sending: running it again sends nothing. Nobody waits for the mail server: what
    was not noted, since the worker was killed in between, is sent once more. The link is written here and kept nowhere."""
    invitation = Invitation.objects.select_related("company").get(pk=invitation_pk)
    if invitation.mailed_serial == invitation.serial or invitation.state != State.PENDING:
        outbox.settle(MAIL, invitation_pk, sent=False)
        return
    context = {
        "invitation": invitation,
        "link": settings.SITE_URL + reverse("invitations:open", args=[token(invitation)]),
    }
    with override(settings.LANGUAGE_CODE):
        subject = " ".join(render_to_string("invitations/email/subject.txt", context).split())
        body = render_to_string("invitations/email/body.txt", context)
    outbox.deliver(EmailMessage(subject, body, to=[invitation.email]))
    conflicts.do_again(lambda: _note_mailed(invitation))


@transaction.atomic
def _note_mailed(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(mailed_serial=invitation.serial)
    outbox.settle(MAIL, invitation.pk, sent=True)


@dataclass(frozen=True)
class Announcement:
    """What is told of a lead who was invited (``joined`` is false) or came in; ``field`` remembers that it was."""

    field: str
    event: type[events.LeadInvited] | type[events.LeadJoined]
    joined: bool


INVITED_LEAD = Announcement("invited_announced_at", events.LeadInvited, joined=False)
JOINED_LEAD = Announcement("joined_announced_at", events.LeadJoined, joined=True)


def announce(invitation_pk: int) -> None:
    """Tell the other leads of the company, by e-mail, and its open rollouts, on their timelines, that somebody was invited
    as a lead or became one. Each is told once: running it again adds nothing, and a rollout that cannot be told keeps
    nobody else from it. A worker does it, since a company may have hundreds of rollouts. Raises the first error of a rollout.
    """
    errors: list[Exception] = []
    invitation = Invitation.objects.select_related("company", "invited_by", "accepted_by").get(pk=invitation_pk)
    for announcement in _to_announce(invitation):
        failures = _tell_the_rollouts(invitation, announcement)
        _mail_the_other_leads(invitation, announcement)
        if not failures:
            setattr(invitation, announcement.field, clock.now())
            invitation.save(update_fields=[announcement.field])
        errors += failures
    if errors:
        raise errors[0]


def _to_announce(invitation: Invitation) -> list[Announcement]:
    if invitation.role != Role.LEAD:
        return []
    due = [INVITED_LEAD, JOINED_LEAD] if invitation.accepted_at else [INVITED_LEAD]
    return [announcement for announcement in due if getattr(invitation, announcement.field) is None]


def _tell_the_rollouts(invitation: Invitation, announcement: Announcement) -> list[Exception]:
    """Record it once on each open rollout of the company; the errors of those on which that failed."""
    errors: list[Exception] = []
    actor = invitation.accepted_by if announcement.joined else invitation.invited_by
    for rollout in Rollout.objects.open().filter(parties__company=invitation.company).distinct().order_by("pk"):
        try:
            with timeline.changing(rollout, even_closed=True) as locked:
                if not locked.events.filter(kind=announcement.event.kind, data__invitation=invitation.pk).exists():
                    event = announcement.event(company=str(invitation.company), invitation=invitation.pk)
                    timeline.record(locked, event, actor)
        except Exception as error:
            errors.append(error)
    return errors


def _mail_the_other_leads(invitation: Invitation, announcement: Announcement) -> None:
    """Put a mail to each lead who was not told yet into the outbox."""
    people = User.objects.filter(
        memberships__company=invitation.company, memberships__role=Role.LEAD, is_active=True
    ).exclude(pk__in=[invitation.invited_by_id, invitation.accepted_by_id or 0])
    with transaction.atomic():
        for person in people:
            mailed = f"{announcement.field}:{person.pk}"
            if mailed in invitation.announced_to:
                continue
            context = {
                "invitation": invitation,
                "person": person,
                "joined": announcement.joined,
                "link": settings.SITE_URL + reverse("companies:detail", args=[invitation.company_id]),
            }
            with override(person.language):
                subject = " ".join(render_to_string("invitations/email/lead_subject.txt", context).split())
                body = render_to_string("invitations/email/lead_body.txt", context)
            outbox.post(EmailMessage(subject, body, to=[person.email]), OF_A_LEAD)
            invitation.announced_to.append(mailed)
        invitation.save(update_fields=["announced_to"])


def _may_still_invite(person: User, invitation: Invitation) -> bool:
    """An invitation is worth as much as whoever vouches for it: they may have left, or lost their role."""
    permission = "invitations.invite_lead" if invitation.role == Role.LEAD else "invitations.invite"
    return person.is_active and person.has_perm(permission, invitation.company)


def revoke_after_undoing(change: AddressChange) -> None:
    """Take back what a hand invited that was not the account's owner's (``accounts.address_changes.undo``)."""
    if change.undone_at:
        Invitation.objects.filter(
            invited_by=change.user, invited_at__gte=change.at - timedelta(days=1), accepted_at=None, revoked_at=None
        ).update(revoked_at=change.undone_at)


def revoke_of_former_company(change: PartyChange) -> None:
    """What was offered to people of a company for the sake of a rollout that it has left."""
    if change.leaves:
        pending = change.rollout.invitations.filter(company=change.before, accepted_at=None, revoked_at=None)
        pending.update(revoked_at=clock.now())


def move_to_merged_company(merge: CompanyMerge) -> None:
    """The invitations of a record that goes are those of the one that stays; of two that wait for one address, its own."""
    waiting = merge.into.invitations.filter(accepted_at=None, revoked_at=None).values("email")
    doubled = merge.merged.invitations.filter(accepted_at=None, revoked_at=None, email__in=waiting)
    doubled.update(revoked_at=clock.now())
    merge.merged.invitations.update(company=merge.into)


def _waiting(invitation: Invitation) -> Invitation:
    """The invitation, locked; refused once it was accepted or revoked. An expired one still waits."""
    locked = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company", "rollout")
        .get(pk=invitation.pk)
    )
    if locked.state == State.ACCEPTED:
        raise Refusal(_("Este convite já foi usado."))
    if locked.state == State.REVOKED:
        raise Refusal(_("Este convite foi cancelado."))
    return locked


def _announce_after_commit(invitation: Invitation) -> None:
    if invitation.role == Role.LEAD:
        queue.after_commit("apps.invitations.tasks.announce_lead", invitation.pk)


def _limit_mails(invitation: Invitation, by: User) -> None:
    """Count one more mail that ``by`` has sent; within the transaction, so that only what is sent counts."""
    limits.take(BY_ONE_PERSON, by.pk)
    limits.take(FOR_ONE_COMPANY, invitation.company_id)
    limits.take(TO_ONE_ADDRESS, invitation.email)


def _mail_after_commit(invitation: Invitation) -> None:
    outbox.expect(MAIL, [(invitation.pk, invitation.email, None)])
    queue.after_commit(MAIL.task, invitation.pk)
