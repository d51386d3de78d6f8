"""Two records of one company become one: everything that refers to the second refers to the first, in one transaction."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company, Kind, Membership, Person, Role
from apps.companies.people import actions as directory
from apps.core import clock, cnpj, plugins
from apps.core.database.unaccented import are_alike
from apps.core.refusals import Invalid, Refusal, require, stated


@dataclass(frozen=True)
class CompanyMerge:
    """``merged`` is the record that goes, ``into`` the one that stays, in the transaction in which ``by`` makes them one.
    Both are locked; every app moves what it keeps of ``merged``."""

    merged: Company
    into: Company
    by: User
    reason: str


def wording(company: Company) -> str:
    """A record as the timelines name it: with the CNPJ that no other has."""
    return f"{company.trade_name} ({cnpj.show(company.cnpj)})"


def merge(merged: Company, *, into: Company, by: User, reason: str) -> None:
    """Make ``into`` the one record of the company: its CNPJ, names and address stay, and people, rollouts and invitations of
    ``merged`` become its own. What was closed and signed under ``merged`` goes on naming it as it did.

    Raises ``Invalid`` (422) for records of different kinds, for Presence, for a record and itself, and without a reason;
    ``Refusal`` (409) where either was merged already. Each rollout concerned has the event on its timeline.
    """
    require(by, "companies.merge")
    reason = stated(reason)
    if merged.pk == into.pk:
        raise Invalid(_("Escolha o outro cadastro da mesma empresa."), field="into")
    with transaction.atomic():
        rows = Company.objects.select_for_update(no_key=True).filter(pk__in=[merged.pk, into.pk]).order_by("pk")
        locked = {row.pk: row for row in rows}
        merged, into = locked[merged.pk], locked[into.pk]
        if merged.merged_into_id or into.merged_into_id:
            raise Refusal(_("Um destes cadastros já foi unido a outro. Atualize a página."))
        if merged.kind != into.kind or merged.kind == Kind.PRESENCE:
            raise Invalid(_("Só se unem dois cadastros do mesmo tipo de empresa, fora a Presence."), field="into")
        _move_people(merged, into)
        merge = CompanyMerge(merged, into, by, reason)
        # From the top floor down: what is above may find its rows by what is below.
        for plugin in reversed(plugins.plugins()):
            for move in plugin.companies_merged:
                move(merge)
        merged.merged_into, merged.merged_at, merged.merged_by, merged.merged_reason = into, clock.now(), by, reason
        merged.save(update_fields=["merged_into", "merged_at", "merged_by", "merged_reason"])
        Company.objects.filter(merged_into=merged).update(merged_into=into)


def _move_people(merged: Company, into: Company) -> None:
    """Places and the directory. Who has a place in both keeps one, the higher of the two, and what hangs on the
    other place hangs on it."""
    places = {row.user_id: row for row in into.memberships.all()}
    for membership in merged.memberships.all():
        place = places.get(membership.user_id)
        if place is None:
            Membership.objects.filter(pk=membership.pk).update(company=into)
            continue
        if membership.role == Role.LEAD and place.role != Role.LEAD:
            Membership.objects.filter(pk=place.pk).update(role=Role.LEAD)
        move_references(membership, place)
        membership.delete()
    people = {row.user_id: row for row in into.people.filter(merged_into=None).exclude(user=None)}
    for other in merged.people.filter(user__in=people, merged_into=None).select_related("user"):
        person = people[other.user_id]
        Person.objects.filter(pk=other.pk).update(user=None, name=str(other.user))  # One record has the account.
        directory.join_records(person, Person.objects.get(pk=other.pk))
    _join_doubles(merged, into)
    merged.people.update(company=into)


def _join_doubles(merged: Company, into: Company) -> None:
    """People of both who have an address in common, and a name that can be of one person, become one record."""
    standing = into.people.filter(merged_into=None)
    by_address = {address: person for person in standing for address in person.addresses}
    for other in merged.people.filter(merged_into=None):
        person = next((by_address[address] for address in other.addresses if address in by_address), None)
        if person and not (person.user and other.user) and are_alike(str(person), str(other)):
            directory.join_records(person, other)


def move_references(before: Membership, after: Membership) -> None:
    """What refers to the place ``before`` refers to ``after``; what would refer to it twice is dropped."""
    for relation in Membership._meta.related_objects:
        rows = relation.related_model._default_manager.filter(**{relation.field.name: before})
        for row in rows:
            setattr(row, relation.field.name, after)
            try:
                with transaction.atomic():
                    row.save(update_fields=[relation.field.name])
            except IntegrityError:
                continue  # The other place has the same already: this one goes with its membership.
