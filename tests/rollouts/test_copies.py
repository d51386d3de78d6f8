"""A new project is prepared from another: the form has its data, and what was chosen is taken over, nothing else."""

import pytest
from django.urls import reverse

from apps.core import workdays
from apps.core.process import PartyRole, Stage
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import actions, copies, planning, timeline
from apps.rollouts.copies import Part
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.models import Rollout
from apps.stages.homologation.script import actions as scripts
from tests.blueprints import shipped
from tests.companies.factories import CompanyFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    """One with a model, a worksheet, accepted contacts of the client, an analyst, a case of its own and a plan of its own."""
    shipped.load()
    cast = RolloutFactory()
    people = cast.people
    rollout = actions.create_rollout(
        by=people["pm"], client=cast.company("client"), platform=cast.platform, scope="Pedidos",
        platform_company=cast.company("platform"), integrator=cast.company("integrator"), project_manager=people["pm"],
    )  # fmt: skip
    rollout.people = people
    corrections.assign_analyst(rollout, by=people["pm"], membership=people["analyst"].memberships.get())
    kickoff = rollout.kickoff
    kickoff.model = kickoff.offered_models[0]["key"]
    kickoff.save()
    kickoff.rows.create(sheet="payments", cells={"platform_method": "Pix"})
    kickoff.rows.create(sheet="decisions", cells={"text": "Ficou para depois"})
    contact = rollout.prerequisites.get(key="contacts_client")
    Prerequisite.objects.filter(pk=contact.pk).update(state="accepted")
    contact.submissions.create(
        number=1, values={"contacts": [{"kind": "technical", "name": "Rita", "email": "r@x.com.br"}]},
        submitted_by=people["client"], decision="accepted",
    )  # fmt: skip
    script = rollout.script
    process = script.processes[0]["key"]
    scripts.add_case(
        script, by=people["pm"], process=process, title={"pt": "Vale-presente"}, preconditions={"pt": ""},
        steps=[{"pt": "Comprar"}], expected={"pt": "Pago"}, evidence={"pt": ""}, obligation="mandatory", depends=[],
        actors=["client"],
    )  # fmt: skip
    starts = planning.starts(rollout)
    longer = workdays.shift(starts["completed"], 5)
    planning.change(rollout, by=people["pm"], dates={"completed": longer})
    return Rollout.objects.get(pk=rollout.pk)


@pytest.fixture
def browser(source, client_for):
    return client_for(source.project_manager)


def address(source):
    return f"{reverse('rollouts:new')}?source={source.pk}"


def data_of(page, **changed):
    """What the form begins with, all parts ticked, and the scope written anew."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    values = {name: getattr(value, "pk", value) for name, value in values.items() if value not in (None, "")}
    return {**values, "scope": "Pedidos", "parts": Part.values, **changed}


def test_what_tells_of_the_other_client_is_taken_over_on_purpose_alone(browser, source):
    form = browser.get(address(source)).context["form"]
    assert set(form["parts"].value()) == {Part.CONTACTS, Part.ANALYSTS, Part.PLAN}
    assert not form["scope"].value()


def test_the_form_has_the_data_of_the_project_and_opens_one_like_it(browser, source):
    page = browser.get(address(source))
    assert source.code in page.content.decode()
    answer = browser.post(address(source), data_of(page))
    copy = Rollout.objects.exclude(pk=source.pk).latest("pk")
    assert answer.status_code == 302
    assert copy.get_absolute_url() in answer.url
    assert (copy.companies(), copy.platform, copy.scope) == (source.companies(), source.platform, "Pedidos")
    assert (copy.stage, copy.previous) == (Stage.KICKOFF, None)
    assert [row.membership for row in copy.analysts.all()] == [row.membership for row in source.analysts.all()]
    assert copy.integration_model == copy.kickoff.model == source.kickoff.model
    assert copy.kickoff.rows.get(sheet="payments").cells == {"platform_method": "Pix"}
    assert copy.prerequisites.get(key="contacts_client").state == "accepted"
    own_case = copy.script.cases.get(is_own=True)
    assert (own_case.title, own_case.standing) == ({"pt": "Vale-presente"}, "never_run")
    assert [case.position for case in copy.script.cases.all()] == list(range(1, copy.script.cases.count() + 1))
    before, after = planning.starts(source), planning.starts(copy)
    assert workdays.between(before["go_live"], before["completed"]) == workdays.between(
        after["go_live"], after["completed"]
    )


def test_the_timeline_of_the_new_one_names_the_other_and_the_chain_holds(browser, source):
    browser.post(address(source), data_of(browser.get(address(source))))
    copy = Rollout.objects.exclude(pk=source.pk).latest("pk")
    assert [event.kind for event in copy.events.all()] == ["rollouts.created", "rollouts.copied"]
    assert copy.events.last().describe() == f"preparou este projeto a partir de {source.code}"
    assert copy.events.last().data["parts"] == sorted(Part.values)
    assert timeline.verify(copy) is None
    assert source.events.filter(kind="rollouts.copied").count() == 0


def test_decisions_credentials_deliveries_and_hours_stay_where_they_are(browser, source):
    item = source.prerequisites.get(key="homologation_environment")
    Prerequisite.objects.filter(pk=item.pk).update(state="accepted")
    Submission.objects.create(prerequisite=item, number=1, text="https://x", submitted_by=source.project_manager)
    browser.post(address(source), data_of(browser.get(address(source))))
    copy = Rollout.objects.exclude(pk=source.pk).latest("pk")
    assert not copy.kickoff.rows.filter(sheet="decisions").exists()
    assert {item.key for item in copy.prerequisites.filter(submissions__isnull=False)} == {"contacts_client"}
    assert set(copy.prerequisites.exclude(key="contacts_client").values_list("state", flat=True)) == {"pending"}
    assert not copy.time_entries.exists()
    assert not copy.meetings.exists()


def test_contacts_of_another_company_do_not_come_along(browser, source):
    other = CompanyFactory(kind="client")
    browser.post(address(source), data_of(browser.get(address(source)), client=other.pk))
    copy = Rollout.objects.exclude(pk=source.pk).latest("pk")
    assert copy.company(PartyRole.CLIENT) == other
    assert copy.prerequisites.get(key="contacts_client").state == "pending"
    assert not Submission.objects.filter(prerequisite__rollout=copy).exists()


def test_what_is_not_chosen_is_not_taken_over(browser, source):
    browser.post(address(source), data_of(browser.get(address(source)), parts=[]))
    copy = Rollout.objects.exclude(pk=source.pk).latest("pk")
    assert not copy.analysts.exists()
    assert copy.kickoff.model == ""
    assert not copy.script.cases.filter(is_own=True).exists()
    assert copy.prerequisites.get(key="contacts_client").state == "pending"


def test_the_next_case_of_its_own_has_a_number_of_its_own_also_after_one_was_taken_out(browser, source):
    browser.post(address(source), data_of(browser.get(address(source))))
    copy = Rollout.objects.exclude(pk=source.pk).latest("pk")
    copied = copy.script.cases.get(is_own=True)
    fields = {
        "title": {"pt": "Troca"}, "preconditions": {"pt": ""}, "steps": [{"pt": "Trocar"}], "expected": {"pt": "Trocado"},
        "evidence": {"pt": ""}, "obligation": "mandatory", "depends": [], "actors": ["client"],
    }  # fmt: skip
    by = source.project_manager
    second = scripts.add_case(copy.script, by=by, process=copied.process, **fields)
    assert (copied.code[-3:], second.code[-3:]) == ("X01", "X02")
    scripts.remove_case(copied, by=by)
    scripts.remove_case(second, by=by)
    assert scripts.add_case(copy.script, by=by, process=copied.process, **fields).code[-3:] == "X03"


@pytest.mark.parametrize("query", ["?source=", "?source=x", "?source=999999", "?source=-1"])
def test_one_that_is_not_there_is_not_found(browser, query):
    assert browser.get(reverse("rollouts:new") + query).status_code == 404


@pytest.mark.parametrize("who", ["client", "integrator", "platform", "analyst"])
def test_only_who_may_open_projects_may(source, client_for, who):
    person = RolloutFactory().people[who]
    assert client_for(person).get(address(source)).status_code == 403


def test_what_was_typed_is_still_there_after_a_refusal_and_after_registering_a_company(browser, source):
    data = data_of(browser.get(address(source)), scope="Pedidos e notas", parts=["cases"], client="")
    page = browser.post(address(source), data)
    assert page.status_code == 422
    assert "Pedidos e notas" in page.content.decode()
    page = browser.post(address(source), {**data, "new_company": "client"})
    assert page.context["form"]["parts"].value() == ["cases"]
    assert source.code in page.content.decode()


def test_the_project_page_leads_to_it_for_who_may(browser, source, client_for):
    assert address(source) in browser.get(source.get_absolute_url()).content.decode()
    client = source.company(PartyRole.CLIENT).memberships.first().user
    assert address(source) not in client_for(client).get(source.get_absolute_url()).content.decode()


def test_a_manager_who_left_is_not_proposed(source, client_for):
    other = RolloutFactory().people["manager"]
    type(other).objects.filter(pk=source.project_manager_id).update(is_active=False)
    page = client_for(other).get(address(source))
    assert page.context["form"]["project_manager"].value() == other.pk


def test_a_stage_that_took_no_day_in_the_plan_is_as_long_as_usual(source):
    days = planning.starts(source)
    planning.keep(source, dict.fromkeys(["kickoff", "development", "training"], days["homologation"]))
    copy = RolloutFactory()
    planning.plan_the_stages(copy)
    copies.copy_plan_lengths(copy, Rollout.objects.get(pk=source.pk))
    plan, usual = planning.starts(copy), planning.usual_lengths()
    assert workdays.between(plan["development"], plan["training"]) == usual["development"] > 1
    assert workdays.between(plan["go_live"], plan["completed"]) == workdays.between(days["go_live"], days["completed"])
