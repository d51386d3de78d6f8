"""Who signs is chosen from the directory of people, while a signature needs an account: whoever is chosen and cannot sign in
yet is put into the directory and invited, and the form says so."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company, Kind, Membership, Person, PersonQuerySet, Purpose, Role
from apps.companies.people import actions as people
from apps.companies.people.choices import Choice, Directory, NewPerson, show_chosen
from apps.core.database.unaccented import by_name
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, NotAllowed, require
from apps.core.web.forms import attempt
from apps.core.web.search import MOST_LISTED
from apps.invitations import actions as invitations
from apps.invitations.models import Invitation, State
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.people import of_parties, suggestions_url
from apps.stages.acceptance.models import Signatory

USUAL_SIGNER, SIGNS_IN, WITHOUT_ACCESS = 2, 1, 0
"""The ``precedence`` of a person in a list of those who may sign: the highest come first."""


class WithoutAccess(Invalid):
    """Some of those who were chosen cannot sign in yet. By field: what was done about it and what is missing
    (``sentences``), and who is in the directory now (``people``)."""

    def __init__(self, sentences: Mapping[str, str], people: Mapping[str, Person]) -> None:
        first_field, sentence = next(iter(sentences.items()))
        super().__init__(sentence, field=first_field)
        self.sentences, self.people = dict(sentences), dict(people)


def directories(rollout: Rollout, *, by: User) -> dict[str, Directory]:
    """The people of each party, for the form with which ``by`` says who signs for it; read in one query. Who signs usually
    comes first (at Presence the project manager), then who can sign in, each with that ``precedence``."""
    companies = rollout.companies()
    signs = Q(purposes__contains=[Purpose.SIGNATORY]) & ~Q(company=companies[PartyRole.PRESENCE])
    manages = Q(user=rollout.project_manager_id, company=companies[PartyRole.PRESENCE])
    access = Membership.objects.filter(company=OuterRef("company"), user=OuterRef("user"))
    precedence = Case(
        When(Q(has_access=True) & (signs | manages), then=Value(USUAL_SIGNER)),
        When(has_access=True, then=Value(SIGNS_IN)),
        default=Value(WITHOUT_ACCESS),
    )
    rows = _with_open_accounts(Person.objects.filter(company__in=companies.values()))
    rows = (
        rows.in_directory().with_addresses().named().annotate(has_access=Exists(access)).annotate(precedence=precedence)
    )
    order = [F("precedence").desc(), *by_name("shown_name"), F("pk").asc()]
    number = Window(RowNumber(), partition_by=F("company"), order_by=order)
    rows = rows.annotate(number=number).filter(number__lte=MOST_LISTED + 1).order_by("number")
    by_company: dict[int, list[Person]] = {company.pk: [] for company in companies.values()}
    for person in rows:
        by_company[person.company_id].append(person)
    return {
        role: Directory(
            _with_open_accounts(of_parties(rollout, [role])),
            url=suggestions_url(rollout, [role]),
            addable=_addable(company, by),
            first_people=by_company[company.pk],
        )
        for role, company in companies.items()
    }


def usual_signer(role: str, directory: Directory) -> Person | None:
    """Who is chosen beforehand of one of ``directories``: who signs for the company usually, otherwise who comes first of
    those who can sign in; for Presence the project manager alone."""
    least = USUAL_SIGNER if role == PartyRole.PRESENCE else SIGNS_IN
    return next((person for person in directory.listed[:1] if person.precedence >= least), None)  # type: ignore[attr-defined]


def colleagues(signatory: Signatory, *, by: User) -> Directory:
    """The other people of the party's company, for the form with which ``by`` says who signs instead of ``signatory``."""
    rollout, role = signatory.rollout, signatory.role
    others = _with_open_accounts(of_parties(rollout, [role])).exclude(user=signatory.user_id)
    return Directory(others, url=suggestions_url(rollout, [role]), addable=_addable(rollout.company(role), by))


def accounts_of(
    rollout: Rollout,
    choices: Mapping[str, Choice],
    *,
    by: User,
    check: Callable[[Rollout], object],
    afterwards: str,
) -> dict[str, User]:
    """The accounts of ``choices``, which are by the field of the form.

    Whoever has no access is added to the directory and invited by ``by``, as far as they may; ``WithoutAccess`` (422) says
    for each what was done, and ``afterwards`` what to do once they came in. ``check`` raises, of the locked rollout, what is
    in the way of the action itself: then nobody is added or invited. ``TooMany`` (429) for more invitations than may be.
    """
    accounts = _with_access(choices)
    if len(accounts) == len(choices):
        return accounts
    sentences: dict[str, str] = {}
    records: dict[str, Person] = {}
    with timeline.changing(rollout) as locked:
        check(locked)
        for name, choice in choices.items():
            if name not in accounts:
                sentence, person = _invited(choice, locked, by)
                sentences[name] = f"{sentence} {afterwards}"
                if person:
                    records[name] = person
    raise WithoutAccess(sentences, records)


def attempt_choosing(
    request: HttpRequest, form: forms.Form, action: Callable[..., Any], *args: Any, **kwargs: Any
) -> bool:
    """As ``core.web.forms.attempt``. Whoever was added to the directory meanwhile is shown as chosen, no longer as somebody
    to be added."""
    if attempt(request, form, action, *args, **kwargs):
        return True
    refusal = getattr(request, "refusal", None)
    if isinstance(refusal, WithoutAccess):
        for name, sentence in refusal.sentences.items():
            if name != refusal.field:
                form.add_error(name, sentence)
        for name, person in refusal.people.items():
            show_chosen(form, name, person)
    return False


def _with_open_accounts(rows: PersonQuerySet) -> PersonQuerySet:
    """Without those whose account ended."""
    return rows.filter(Q(user=None) | Q(user__is_active=True))


def _addable(company: Company, by: User) -> list[Company]:
    return [company] if by.has_perm("companies.add_person", company) else []


def _with_access(choices: Mapping[str, Choice]) -> dict[str, User]:
    """The accounts of those who have access to their company's projects. Nothing of it is kept on the accounts: the action
    asks again under its lock."""
    people_by_name = {name: choice for name, choice in choices.items() if isinstance(choice, Person)}
    users = [person.user_id for person in people_by_name.values() if person.user_id]
    places = set(Membership.objects.filter(user__in=users).values_list("company", "user"))
    return {
        name: person.user
        for name, person in people_by_name.items()
        if person.user and (person.company_id, person.user_id) in places
    }


def _invited(choice: Choice, rollout: Rollout, by: User) -> tuple[str, Person | None]:
    """What became of ``choice``, who has no access, and their record; None where they could not be added."""
    try:
        with transaction.atomic():
            person = _record(choice, by)
            return _invite(person, rollout, by), person
    except Invalid as refusal:  # The address is of the other side, of somebody who is in already…
        return refusal.message, None if isinstance(choice, NewPerson) else choice


def _record(choice: Choice, by: User) -> Person:
    """The record of ``choice``; the form sent twice at once adds one, since the rollout is locked."""
    if isinstance(choice, NewPerson) and choice.email:
        require(by, "companies.add_person", choice.company)
        return people.with_address(
            choice.company, email=choice.email, name=choice.name, position=choice.position, phone=choice.phone
        )
    return people.person_of(choice, by=by)


def _invite(person: Person, rollout: Rollout, by: User) -> str:
    """Invite ``person`` where ``by`` may; the sentence that says so, or what is missing."""
    company, addresses = person.company, person.addresses
    values = {"name": person, "company": company}
    waiting = company.invitations.filter(accepted_at=None, revoked_at=None)
    invitation = waiting.filter(Q(person=person) | Q(email__in=addresses)).first()
    if invitation and invitation.state == State.PENDING:
        return _("%(name)s já tem um convite à espera; quem assina precisa entrar no sistema antes.") % values
    if not by.has_perm("invitations.invite", company):
        return _who_may_invite(company, values, has_address=bool(addresses))
    if invitation:
        return _sent_again(invitation, by, values)
    if not addresses:
        return (
            _(
                "%(name)s está no cadastro de %(company)s, mas sem e-mail não há como convidar; quem assina precisa entrar "
                "no sistema antes. Inclua o e-mail no cadastro."
            )
            % values
        )
    role = Role.ANALYST if company.kind == Kind.PRESENCE else Role.MEMBER
    invitations.invite(
        company, by=by, email=addresses[0], name=str(person), role=role, position=person.position, person=person,
        rollout=rollout,
    )  # fmt: skip
    return _("%(name)s recebeu um convite; quem assina precisa entrar no sistema antes.") % values


def _sent_again(invitation: Invitation, by: User, values: Mapping[str, object]) -> str:
    """A new link, since the earlier one ended."""
    try:
        invitations.send_again(invitation, by=by)
    except NotAllowed as refusal:  # A lead, whom ``by`` may not name.
        return str(refusal)
    return _("%(name)s recebeu o convite de novo; quem assina precisa entrar no sistema antes.") % values


def _who_may_invite(company: Company, values: Mapping[str, object], *, has_address: bool) -> str:
    if company.kind == Kind.PRESENCE:
        sentence = _(
            "%(name)s está no cadastro de %(company)s, mas ainda não entra no sistema, e só um gestor da Presence convida. "
            "Peça o convite."
        )
    else:
        sentence = _(
            "%(name)s está no cadastro de %(company)s, mas ainda não entra no sistema, e você não pode convidar por esta "
            "empresa. Peça o convite ao responsável dela ou a um gerente da Presence."
        )
    missing_address = "" if has_address else _("Falta também o e-mail no cadastro.")
    return f"{sentence % values} {missing_address}".strip()
