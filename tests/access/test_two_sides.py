"""Nobody stands on both sides of an agreement: each row of the table is one agreement with its two halves.

Whoever did the first half changes companies and tries the second; then somebody else of that company does it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.companies.models import Role
from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import NotAllowed
from apps.hours.agreement import actions as agreement_actions
from apps.meetings import actions as meetings
from apps.prerequisites import actions as prerequisites
from apps.rollouts.models import Rollout
from apps.stages.acceptance import actions as acceptance
from apps.stages.acceptance.sealing import evidence
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import elsewhere
from apps.stages.golive import actions as golive
from apps.stages.golive import windows
from apps.stages.golive.models import Release
from apps.stages.homologation.execution import actions as homologation
from apps.stages.homologation.execution import reservations
from apps.stages.homologation.nonconformities import actions as nonconformities
from apps.stages.homologation.script import actions as script_actions
from apps.stages.kickoff import actions as kickoff
from apps.stages.kickoff import amendments, worksheet
from tests.acceptance.factories import a_draft, opened, signatory, signs
from tests.companies.factories import MembershipFactory, a_person
from tests.golive.factories import WindowFactory, a_rollout_going_live, all_say_go
from tests.homologation.factories import NonconformityFactory, NonconformityFixFactory
from tests.homologation.test_homologation import case, make_script, report
from tests.hours.factories import ContestFactory, ExtraHoursRequestFactory, TimeEntryFactory
from tests.kickoff.factories import KickoffFactory, published
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


def moves_to(person: User, rollout: Rollout, party: str) -> User:
    """``person`` leaves their company and is a lead (at Presence a project manager) of the one that plays ``party``."""
    person.memberships.all().delete()
    role = Role.PROJECT_MANAGER if party == "presence" else Role.LEAD
    MembershipFactory(user=person, company=rollout.company(party), role=role)
    return User.objects.get(pk=person.pk)


@dataclass(frozen=True)
class Halves:
    """The rollout, who did the first half, the company whose turn it is, and the second half as an action of one person."""

    rollout: Rollout
    first_by: User
    second_party: str
    second: Callable[[User], object]


def extra_hours_asked_and_approved() -> Halves:
    rollout = RolloutFactory()
    request = ExtraHoursRequestFactory(rollout=rollout)
    return Halves(rollout, request.sent_by, "client", lambda by: agreement_actions.approve(request, by=by))


def extra_hours_asked_and_declined() -> Halves:
    rollout = RolloutFactory()
    request = ExtraHoursRequestFactory(rollout=rollout)
    return Halves(
        rollout, request.sent_by, "client", lambda by: agreement_actions.decline(request, by=by, reason="Não combinado")
    )


def line_contested_and_resolved() -> Halves:
    rollout = RolloutFactory()
    contest = ContestFactory(entry=TimeEntryFactory(rollout=rollout))
    return Halves(
        rollout,
        contest.opened_by,
        "presence",
        lambda by: agreement_actions.resolve(contest, by=by, corrected=False, text="Conferimos"),
    )


def line_contested_and_resolved_by_who_only_wrote_for_the_client() -> Halves:
    rollout = RolloutFactory()
    contest = ContestFactory(entry=TimeEntryFactory(rollout=rollout))
    colleague = a_person(rollout.company("client"), Role.LEAD)
    agreement_actions.write(contest, by=colleague, text="Foi meia hora mesmo")
    return Halves(
        rollout,
        colleague,
        "presence",
        lambda by: agreement_actions.resolve(contest, by=by, corrected=False, text="Conferimos"),
    )


def contest_answered_and_withdrawn() -> Halves:
    rollout = RolloutFactory()
    contest = ContestFactory(entry=TimeEntryFactory(rollout=rollout))
    agreement_actions.write(contest, by=rollout.people["analyst"], text="Conferimos, foi uma hora")
    return Halves(
        rollout, rollout.people["analyst"], "client", lambda by: agreement_actions.withdraw_contest(contest, by=by)
    )


def kickoff_scheduled_and_confirmed() -> Halves:
    kickoff_row = KickoffFactory()
    rollout = kickoff_row.rollout
    meeting = meetings.plan(
        rollout, "kickoff", by=rollout.people["pm"], planned_start=clock.now() + timedelta(days=3), planned_minutes=60
    )
    return Halves(rollout, rollout.people["pm"], "client", lambda by: meetings.answer_date(meeting, by=by, suits=True))


def training_session_scheduled_and_confirmed() -> Halves:
    rollout = at_stage(RolloutFactory(), Stage.TRAINING)
    session = meetings.plan(
        rollout, "training", by=rollout.people["analyst"], planned_start=clock.now() + timedelta(days=3),
        planned_minutes=60,
    )  # fmt: skip
    return Halves(
        rollout, rollout.people["analyst"], "client", lambda by: meetings.answer_date(session, by=by, suits=True)
    )


def _reservation(first: str) -> tuple[Rollout, object]:
    rollout = at_stage(RolloutFactory(), Stage.HOMOLOGATION)
    script = make_script(rollout)
    reservation = reservations.propose(
        case(script), by=rollout.people["integrator"], text="Fica para depois", owner="integrator",
        deadline=clock.today() + timedelta(days=9),
    )  # fmt: skip
    reservations.agree(reservation, by=rollout.people[first])
    return rollout, reservation


def reservation_agreed_by_presence_then_client() -> Halves:
    rollout, reservation = _reservation("pm")
    return Halves(rollout, rollout.people["pm"], "client", lambda by: reservations.agree(reservation, by=by))


def reservation_agreed_by_client_then_presence() -> Halves:
    rollout, reservation = _reservation("client")
    return Halves(rollout, rollout.people["client"], "presence", lambda by: reservations.agree(reservation, by=by))


def _reservation_proposed(first: str) -> tuple[Rollout, object]:
    rollout = at_stage(RolloutFactory(), Stage.HOMOLOGATION)
    reservation = reservations.propose(
        case(make_script(rollout)), by=rollout.people[first], text="Fica para depois", owner="integrator",
        deadline=clock.today() + timedelta(days=9),
    )  # fmt: skip
    return rollout, reservation


def reservation_proposed_by_presence_and_agreed_by_the_client() -> Halves:
    rollout, reservation = _reservation_proposed("pm")
    return Halves(rollout, rollout.people["pm"], "client", lambda by: reservations.agree(reservation, by=by))


def reservation_proposed_by_the_client_and_agreed_by_presence() -> Halves:
    rollout, reservation = _reservation_proposed("client")
    return Halves(rollout, rollout.people["client"], "presence", lambda by: reservations.agree(reservation, by=by))


def reservation_proposed_by_the_integrator_and_agreed_by_the_client() -> Halves:
    rollout, reservation = _reservation_proposed("integrator")
    return Halves(rollout, rollout.people["integrator"], "client", lambda by: reservations.agree(reservation, by=by))


def machine_result_reported_and_confirmed() -> Halves:
    rollout = at_stage(RolloutFactory(), Stage.HOMOLOGATION)
    script = make_script(rollout)
    script_actions.freeze(script, by=rollout.people["pm"])
    homologation.start_round(script, by=rollout.people["pm"])
    result = report(script, rollout, who="integrator", machine="CI")
    return Halves(
        rollout, rollout.people["integrator"], "client", lambda by: homologation.confirm_result(result, by=by)
    )


def correction_reported_and_verified() -> Halves:
    rollout = at_stage(RolloutFactory(), Stage.HOMOLOGATION)
    script = make_script(rollout)
    script_actions.freeze(script, by=rollout.people["pm"])
    homologation.start_round(script, by=rollout.people["pm"])
    nonconformity = NonconformityFactory(
        rollout=rollout, case=case(script), opened_by=rollout.people["pm"], state="fixed", fix_version="1.1"
    )
    NonconformityFixFactory(nonconformity=nonconformity, by=rollout.people["integrator"])
    report(script, rollout, who="analyst")
    return Halves(
        rollout, rollout.people["integrator"], "client", lambda by: nonconformities.verify_fix(nonconformity, by=by)
    )


def minutes_published_and_confirmed() -> Halves:
    kickoff_row = KickoffFactory()
    rollout = kickoff_row.rollout
    minutes = published(kickoff_row)
    return Halves(
        rollout,
        rollout.people["pm"],
        "client",
        lambda by: kickoff.answer_minutes(minutes, by=by, party="client", agrees=True),
    )


def minutes_confirmed_for_two_companies() -> Halves:
    kickoff_row = KickoffFactory()
    rollout = kickoff_row.rollout
    minutes = published(kickoff_row)
    kickoff.answer_minutes(minutes, by=rollout.people["client"], party="client", agrees=True)
    return Halves(
        rollout,
        rollout.people["client"],
        "integrator",
        lambda by: kickoff.answer_minutes(minutes, by=by, party="integrator", agrees=True),
    )


def amendment_of_the_worksheet_proposed_and_answered() -> Halves:
    kickoff_row = KickoffFactory()
    rollout = kickoff_row.rollout
    published(kickoff_row)
    row = kickoff_row.rows.filter(sheet="fields").first()
    edit = worksheet.Edit(row.pk, "rule", "x", row.version("rule"))
    worksheet.write(kickoff_row, by=rollout.people["integrator"], edits=[edit])
    return Halves(
        rollout,
        rollout.people["integrator"],
        "presence",
        lambda by: amendments.answer(kickoff_row, by=by, numbers=[1], accepts=True),
    )


def window_proposed_and_answered() -> Halves:
    rollout = a_rollout_going_live()
    window = WindowFactory(rollout=rollout)
    return Halves(
        rollout, window.proposed_by, "client", lambda by: windows.answer(window, role="client", by=by, answer="go")
    )


def window_answered_for_two_companies() -> Halves:
    rollout = a_rollout_going_live()
    window = WindowFactory(rollout=rollout)
    windows.answer(window, role="client", by=rollout.people["client"], answer="go")
    return Halves(
        rollout,
        rollout.people["client"],
        "integrator",
        lambda by: windows.answer(window, role="integrator", by=by, answer="go"),
    )


def release_confirmed_and_recorded() -> Halves:
    rollout = a_rollout_going_live()
    all_say_go(rollout)
    rollout.golive_items.update(done_at=clock.now(), done_by=rollout.people["integrator"])
    Release.objects.create(rollout=rollout, confirmed_by=rollout.people["client"], confirmed_at=clock.now())
    return Halves(rollout, rollout.people["client"], "presence", lambda by: golive.record_release(rollout, by=by))


def item_delivered_and_accepted() -> Halves:
    rollout = RolloutFactory()
    item = PrerequisiteFactory(rollout=rollout, credential=True)
    prerequisites.submit(item, by=rollout.people["client"], values={"account": "loja", "token": "segredo"})
    return Halves(rollout, rollout.people["client"], "presence", lambda by: prerequisites.accept(item, by=by))


def item_delivered_in_parts_and_accepted() -> Halves:
    rollout = RolloutFactory()
    item = PrerequisiteFactory(rollout=rollout, kind="document")
    link = "https://loja.example/manual"
    prerequisites.submit(item, by=rollout.people["client"], link=link, text="Manual")
    prerequisites.reject(item, by=rollout.people["pm"], reason="De que versão é?", wrong=["text"])
    colleague = a_person(rollout.company("client"), Role.LEAD)
    assert prerequisites.submit(item, by=colleague, text="Manual da versão 2").link == link
    return Halves(rollout, rollout.people["client"], "presence", lambda by: prerequisites.accept(item, by=by))


def signature_for_the_client_passed_to_the_integrators_signatory() -> Halves:
    term = opened(a_draft(), pdf=b"%PDF-1.7")
    rollout = term.rollout
    row = signatory(term, "client")
    return Halves(
        rollout,
        rollout.people["integrator"],
        "client",
        lambda to: signing.delegate(row, by=rollout.people["client"], to=to),
    )


def term_drafted_and_signed_for_the_client() -> Halves:
    term = opened(a_draft(), pdf=b"%PDF-1.7")

    def second(by: User) -> None:
        term.signatories.filter(role="client").update(user=by)
        signs(term, "client")

    return Halves(term.rollout, term.drafted_by, "client", second)


def term_drafted_and_signed_elsewhere_for_the_client() -> Halves:
    term = opened(a_draft(), pdf=b"%PDF-1.7")

    def second(by: User) -> None:
        term.signatories.filter(role="client").update(user=by)
        facts = {"signed_at": clock.now().isoformat(), "fingerprint": "0" * 64, "signature": "1" * 64, "cpf": ""}
        found = [(signatory(term, "client"), dict.fromkeys(evidence.CERTIFICATE_FACTS, "") | facts)]
        with (
            mock.patch.object(elsewhere, "_open"),
            mock.patch.object(elsewhere, "_content", return_value=b"%PDF-1.7 assinado"),
            mock.patch.object(elsewhere, "_facts_of_signatures"),
            mock.patch.object(elsewhere, "_signatories_with_facts", return_value=found),
        ):
            elsewhere.bring(term, by=by, file=ContentFile(b""))

    return Halves(term.rollout, term.drafted_by, "client", second)


def term_drafted_and_its_signature_passed_to_who_drafted_it() -> Halves:
    term = opened(a_draft(), pdf=b"%PDF-1.7")
    term.signatories.filter(role="presence").update(user=term.rollout.people["analyst"])
    row = signatory(term, "client")
    return Halves(
        term.rollout,
        term.drafted_by,
        "client",
        lambda to: signing.delegate(row, by=term.rollout.people["client"], to=to),
    )


AGREEMENTS = [
    extra_hours_asked_and_approved,
    extra_hours_asked_and_declined,
    line_contested_and_resolved,
    line_contested_and_resolved_by_who_only_wrote_for_the_client,
    contest_answered_and_withdrawn,
    kickoff_scheduled_and_confirmed,
    training_session_scheduled_and_confirmed,
    reservation_agreed_by_presence_then_client,
    reservation_agreed_by_client_then_presence,
    reservation_proposed_by_presence_and_agreed_by_the_client,
    reservation_proposed_by_the_client_and_agreed_by_presence,
    reservation_proposed_by_the_integrator_and_agreed_by_the_client,
    machine_result_reported_and_confirmed,
    correction_reported_and_verified,
    minutes_published_and_confirmed,
    minutes_confirmed_for_two_companies,
    amendment_of_the_worksheet_proposed_and_answered,
    window_proposed_and_answered,
    window_answered_for_two_companies,
    release_confirmed_and_recorded,
    item_delivered_and_accepted,
    item_delivered_in_parts_and_accepted,
    signature_for_the_client_passed_to_the_integrators_signatory,
    term_drafted_and_signed_for_the_client,
    term_drafted_and_signed_elsewhere_for_the_client,
    term_drafted_and_its_signature_passed_to_who_drafted_it,
]


@pytest.mark.parametrize("agreement", AGREEMENTS)
def test_who_did_one_half_is_refused_the_other_after_changing_companies(agreement):
    halves = agreement()
    turncoat = moves_to(halves.first_by, halves.rollout, halves.second_party)
    events = halves.rollout.events.count()
    with pytest.raises(NotAllowed, match="outra"):
        halves.second(turncoat)
    assert halves.rollout.events.count() == events


@pytest.mark.parametrize("agreement", AGREEMENTS)
def test_somebody_else_of_that_company_does_the_other_half(agreement):
    halves = agreement()
    role = Role.PROJECT_MANAGER if halves.second_party == "presence" else Role.LEAD
    events = halves.rollout.events.count()
    halves.second(a_person(halves.rollout.company(halves.second_party), role))
    assert halves.rollout.events.count() == events + 1


def test_one_person_is_not_chosen_to_sign_for_two_companies():
    rollout = at_stage(RolloutFactory(), Stage.ACCEPTANCE)
    person = rollout.people["client"]
    MembershipFactory(user=person, company=rollout.company("integrator"), role=Role.LEAD)
    chosen = {"client": person, "integrator": User.objects.get(pk=person.pk), "presence": rollout.people["pm"]}
    with pytest.raises(NotAllowed, match="outra empresa"):
        acceptance.draft(rollout, by=rollout.people["pm"], signatories=chosen)


def test_who_proposed_a_reservation_agrees_for_the_same_company():
    rollout, reservation = _reservation_proposed("client")
    reservations.agree(reservation, by=rollout.people["client"])
    reservation.refresh_from_db()
    assert (reservation.proposed_party, reservation.client_agreed_by) == ("client", rollout.people["client"])


def test_a_client_that_is_its_own_integrator_agrees_to_what_it_proposed():
    rollout = at_stage(RolloutFactory(), Stage.HOMOLOGATION)
    rollout.parties.filter(role="integrator").update(company=rollout.company("client"))
    script = make_script(rollout)
    reservation = reservations.propose(
        case(script), by=rollout.people["client"], text="Fica para depois", owner="integrator",
        deadline=clock.today() + timedelta(days=9),
    )  # fmt: skip
    reservations.agree(reservation, by=rollout.people["client"])
    reservation.refresh_from_db()
    assert (reservation.proposed_party, reservation.client_agreed_by) == ("integrator", rollout.people["client"])


def test_a_date_set_anew_is_confirmed_by_who_set_the_one_before():
    kickoff_row = KickoffFactory()
    rollout = kickoff_row.rollout
    plan = {"planned_start": clock.now() + timedelta(days=3), "planned_minutes": 60}
    meeting = meetings.plan(rollout, "kickoff", by=rollout.people["pm"], **plan)
    colleague = a_person(rollout.company("presence"), Role.PROJECT_MANAGER)
    meetings.change(meeting, by=colleague, **plan | {"planned_start": clock.now() + timedelta(days=4)})
    meetings.answer_date(meeting, by=moves_to(rollout.people["pm"], rollout, "client"), suits=True)
    with pytest.raises(NotAllowed, match="outra"):
        meetings.answer_date(meeting, by=moves_to(colleague, rollout, "client"), suits=True)


def test_a_new_link_leaves_who_scheduled_the_meeting():
    kickoff_row = KickoffFactory()
    rollout = kickoff_row.rollout
    plan = {"planned_start": clock.now() + timedelta(days=3), "planned_minutes": 60}
    meeting = meetings.plan(rollout, "kickoff", by=rollout.people["pm"], **plan)
    colleague = a_person(rollout.company("presence"), Role.PROJECT_MANAGER)
    meetings.change(meeting, by=colleague, **plan, link="https://example.com/sala")
    meeting.refresh_from_db()
    assert meeting.link
    assert meeting.scheduled_by == rollout.people["pm"]


def test_a_company_that_plays_two_roles_has_one_person_answer_for_both():
    rollout = a_rollout_going_live()
    rollout.parties.filter(role="integrator").update(company=rollout.company("client"))
    rollout = Rollout.objects.get(pk=rollout.pk)
    lead = rollout.company("client").memberships.get(role=Role.LEAD).user
    window = WindowFactory(rollout=rollout)
    for role in ("client", "integrator"):
        windows.answer(window, role=role, by=lead, answer="go")
    assert set(window.answers.values_list("role", flat=True)) == {"client", "integrator"}


@pytest.mark.parametrize(
    ("build", "fields"),
    [
        (extra_hours_asked_and_approved, {"state": "approved", "answered_at": clock.now()}),
        (line_contested_and_resolved, {"state": "kept", "resolved_at": clock.now()}),
    ],
)
def test_the_database_itself_refuses_one_person_in_both_halves_of_hours(build, fields):
    halves = build()
    rows, answered = (
        (halves.rollout.extra_requests, "answered_by")
        if "approved" in fields.values()
        else (halves.rollout.contests, "resolved_by")
    )
    with pytest.raises(IntegrityError, match="somebody_else"), transaction.atomic():
        rows.update(**fields, **{answered: halves.first_by})


def test_the_database_itself_refuses_one_person_in_both_halves_of_the_homologation():
    rollout, reservation = _reservation("pm")
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        rollout.reservations.update(client_agreed_by=rollout.people["pm"])
