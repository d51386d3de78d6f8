"""What people do with companies and with who belongs to them; their directory is in ``people.actions``.

None of it belongs to one rollout's timeline.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.address_changes import vouch_for_address
from apps.accounts.models import User
from apps.accounts.sessions import end_sessions
from apps.companies.models import (
    COMPANY_ROLES,
    PRESENCE_ROLES,
    Company,
    Kind,
    Membership,
    Person,
    Role,
    on_the_other_side,
)
from apps.companies.people import actions as people
from apps.core import names, plugins
from apps.core.network.mailboxes import MailboxFormField
from apps.core.refusals import Invalid, Refusal, require


def add_company(*, by: User, **fields) -> Company:
    """A new company. Raises ``Invalid`` when a second Presence is asked for, and for a name that carries an address."""
    require(by, "companies.add")
    names.refuse_addresses(trade_name=fields["trade_name"])
    if fields["kind"] == Kind.PRESENCE and Company.objects.filter(kind=Kind.PRESENCE).exists():
        raise Invalid(_("A empresa Presence já está cadastrada."), field="kind")
    return Company.objects.create(**fields)


def first_manager(*, email: str, name: str, legal_name: str, cnpj: str) -> User:
    """The manager whom an empty installation begins with, and Presence where it is not there yet.

    Whoever may run commands on the server vouches for the address. Raises ``Refusal`` once there is a manager, who
    invites the others, and ``ValidationError`` for an address or a CNPJ that is none.
    """
    with transaction.atomic():
        presence = Company.objects.select_for_update(no_key=True).filter(kind=Kind.PRESENCE).first()
        if presence is None:
            presence = Company(kind=Kind.PRESENCE, trade_name="Presence", legal_name=legal_name, cnpj=cnpj)
            presence.full_clean()
            presence.save()
        if has_manager():
            raise Refusal(_("A Presence já tem um gestor, que convida as demais pessoas."))
        user = User(email=MailboxFormField().clean(email), name=name)
        user.full_clean(exclude=["password"])
        user = User.objects.create_user(user.email, name=user.name)
        vouch_for_address(user)
        join(presence, user, role=Role.MANAGER)
        return user


def has_manager() -> bool:
    """Presence has somebody who invites the others."""
    managers = Membership.objects.filter(company__kind=Kind.PRESENCE, role=Role.MANAGER, user__is_active=True)
    return managers.exists()


def change_company(company: Company, *, by: User, **fields) -> Company:
    """Correct a company's data. Its kind and CNPJ are Presence's to change; a lead's form does not carry them.

    What was signed, closed or published goes on saying what it said. Raises ``Invalid`` for a new name that carries an
    address, and what the apps raise that follow it (``Plugin.company_changed``).
    """
    require(by, "companies.change", company)
    kind = fields.get("kind", company.kind)
    before = Company.objects.values_list("kind", flat=True).get(pk=company.pk)
    if kind != before and Kind.PRESENCE in (kind, before):
        raise Invalid(_("Uma empresa não passa a ser a Presence, nem deixa de ser."), field="kind")
    if fields.get("trade_name", company.trade_name) != company.trade_name:
        names.refuse_addresses(trade_name=fields["trade_name"])
    for name, value in fields.items():
        setattr(company, name, value)
    with transaction.atomic():
        company.save()
        for plugin in plugins.plugins():
            for follow in plugin.company_changed:
                follow(company, by)
    return company


def refuse_unfit_role(company: Company, role: str) -> None:
    """Raise ``Invalid`` unless ``role`` is one of the company's kind: manager, project manager, analyst at Presence;
    lead, member elsewhere."""
    if role not in (PRESENCE_ROLES if company.kind == Kind.PRESENCE else COMPANY_ROLES):
        raise Invalid(_("Este papel não existe em empresas deste tipo."), field="role")


def refuse_other_side(company: Company, email: str) -> None:
    """Raise ``Invalid`` (422) when the person with ``email`` belongs to Presence and ``company`` does not, or the reverse."""
    if on_the_other_side(company, email=email):
        raise Invalid(
            _("Pessoas da Presence não fazem parte de outra empresa, nem o contrário: ninguém fica dos dois lados."),
            field="email",
        )


def join(company: Company, user: User, *, role: str, position: str = "", person: Person | None = None) -> Membership:
    """Give ``user`` a place in ``company``. Whoever calls this has asked who may; a second place is refused, and one on the
    other side of Presence's agreements. In the directory they become ``person``, or who has their address there, or somebody
    new. The account's row is locked, so that two places taken at once see each other."""
    refuse_unfit_role(company, role)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        refuse_other_side(company, user.email)
        if Membership.objects.filter(user=user, company=company).exists():
            raise Invalid(_("%(name)s já faz parte desta empresa.") % {"name": user}, field="email")
        people.belongs_to_account(company, user, person=person, position=position)
        return Membership.objects.create(user=user, company=company, role=role)


def remove_person(membership: Membership, *, by: User) -> None:
    """Take a person's place in a company away and end their open sessions; what they did stays on the record, and they stay
    in the directory, inactive."""
    require(by, "companies.manage_people", membership.company)
    if membership.user_id == by.pk:
        raise Invalid(_("Você não pode remover a si mesmo."))
    with transaction.atomic():
        # Whoever is being given something to hold is locked by who gives it, so that it is seen here.
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.user_id)
        refuse_leaving(membership)
        membership.delete()
        people.leave(membership.company, membership.user)
        end_sessions(membership.user)


def refuse_leaving(membership: Membership) -> None:
    """Raise ``Refusal`` (409), with the list and the page on which it is handed over, while somebody holds what nobody would
    have after them (``Plugin.leaving``)."""
    for plugin in plugins.plugins():
        for holdings in plugin.leaving:
            if held := holdings(membership):
                raise Refusal(
                    _("%(name)s ainda responde por isto. Passe a outra pessoa antes.") % {"name": membership.user},
                    details=held.items,
                    way_out=(str(held.button), held.url),
                )
