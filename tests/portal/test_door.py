"""What each person meets first, and how they settle it there."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.companies.models import Role
from apps.core import clock
from apps.core.process import Gate, PartyRole, Stage
from apps.portal import desk, queries
from apps.portal.models import Draft
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.models import Prerequisite, Probe
from apps.rollouts.models import Rollout
from apps.stages.golive import actions as golive
from tests.companies.factories import MembershipFactory, UserFactory, a_person
from tests.golive.factories import ChecklistItemFactory, WindowFactory, all_say_go
from tests.meetings.factories import MeetingFactory
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.asking import rules_of_the_test
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


def keys(matters):
    return [matter.key for matter in matters]


def matters(user, *groups):
    """What ``user`` meets on their first page, of ``groups`` or all."""
    return [
        item for group in queries.Door(user).groups if group.key in (groups or queries.GROUPS) for item in group.matters
    ]


def address(view, item, **kwargs):
    return reverse(f"portal:{view}", args=[item.rollout_id, f"prerequisite:{item.key}"])


@pytest.fixture
def item():
    return PrerequisiteFactory()


@pytest.fixture
def client_browser(client_for, item):
    return client_for(item.rollout.people["client"])


class TestTheClientsDoor:
    def test_what_blocks_comes_before_what_can_wait(self):
        later = PrerequisiteFactory(gate=Gate.START_GO_LIVE)
        blocking = PrerequisiteFactory(rollout=later.rollout)
        door = queries.Door(later.rollout.people["client"])
        assert keys(matters(door.user)) == [f"prerequisite:{blocking.key}", f"prerequisite:{later.key}"]
        assert [matter.blocking for matter in matters(door.user)] == [True, False]

    def test_what_waits_for_review_is_no_longer_the_clients(self, item):
        prerequisites.submit(item, by=item.rollout.people["client"], text="x")
        assert matters(item.rollout.people["client"]) == []

    def test_what_a_passed_gate_let_through_is_not_asked_but_what_came_back_is(self, item):
        at_stage(item.rollout, Stage.TRAINING)
        door = queries.Door(item.rollout.people["client"])
        assert keys(matters(door.user)) == []
        Prerequisite.objects.filter(pk=item.pk).update(state="rejected")
        assert keys(matters(item.rollout.people["client"])) == [f"prerequisite:{item.key}"]

    def test_the_platforms_items_may_be_sent_by_the_client_and_stand_apart(self):
        theirs = PrerequisiteFactory(owner="platform")
        door = queries.Door(theirs.rollout.people["client"])
        assert keys(matters(door.user, "partners")) == [f"prerequisite:{theirs.key}"]
        assert door.only_one is None
        assert keys(matters(theirs.rollout.people["platform"], "company")) == [f"prerequisite:{theirs.key}"]
        assert matters(theirs.rollout.people["integrator"], "partners") == []

    def test_the_page_shows_the_form_and_what_the_others_do(self, item, client_browser):
        page = client_browser.get("/").content.decode()
        assert str(item.title) in page
        assert address("matter", item) in page
        assert "O projeto espera isto" in page
        assert "cuida de" in page  # Presence and the integrator owe things of their own.

    def test_with_nothing_to_do_the_page_says_so(self, client_for):
        rollout = RolloutFactory()
        assert "Nada espera por vocês agora" in client_for(rollout.people["client"]).get("/").content.decode()

    def test_without_a_project_the_page_says_so(self, client_for):
        assert "Nenhum projeto em andamento" in client_for(UserFactory()).get("/").content.decode()

    def test_a_closed_rollout_asks_nothing(self, item):
        at_stage(item.rollout, Stage.CANCELLED)
        assert queries.Door(item.rollout.people["client"]).projects == []

    def test_who_stands_on_several_sides_meets_all_of_them(self, item, client_for):
        person = item.rollout.people["client"]
        other = PrerequisiteFactory(owner="integrator")
        MembershipFactory(user=person, company=other.rollout.company("integrator"), role=Role.MEMBER)
        found = keys(matters(type(person).objects.get(pk=person.pk)))
        assert {f"prerequisite:{item.key}", f"prerequisite:{other.key}"} <= set(found)


class TestArriving:
    def test_a_single_open_matter_is_landed_on(self, item, client_browser):
        assert client_browser.get(reverse("portal:arrive")).url == address("matter", item)

    def test_several_lead_to_the_first_page(self, item, client_browser):
        PrerequisiteFactory(rollout=item.rollout)
        assert client_browser.get(reverse("portal:arrive")).url == "/"

    def test_what_a_colleague_took_does_not_count(self, item, client_for):
        rollout = item.rollout
        client_for(rollout.people["client_member"]).post(
            address("assign", item), {"to": rollout.people["client_member"].memberships.get().pk}
        )
        assert client_for(rollout.people["client"]).get(reverse("portal:arrive")).url == "/"
        assert client_for(rollout.people["client_member"]).get(reverse("portal:arrive")).url == address("matter", item)

    @pytest.mark.parametrize("who", ["manager", "pm", "analyst"])
    def test_presence_arrives_at_its_desk(self, who, item, client_for):
        assert client_for(item.rollout.people[who]).get(reverse("portal:arrive")).url == "/"


class TestSettlingInPlace:
    def test_delivering_brings_one_back_to_the_first_page(self, item, client_browser):
        answer = client_browser.post(address("matter", item), {"text": "Ambiente dedicado"}, follow=True)
        assert answer.redirect_chain == [("/", 302)]
        assert f"Entregue: {item.title}." in answer.content.decode()
        assert Prerequisite.objects.get(pk=item.pk).state == "submitted"

    def test_what_is_wrong_is_said_at_the_form_and_what_was_typed_stays(self, client_for):
        item = PrerequisiteFactory(credential=True)
        answer = client_for(item.rollout.people["client"]).post(address("matter", item), {"value_account": "aurora"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="aurora"' in page
        assert "obrigatório" in page

    def test_a_settled_matter_says_so_and_leads_back(self, item, client_browser):
        prerequisites.submit(item, by=item.rollout.people["client"], text="x")
        answer = client_browser.post(address("matter", item), {"text": "de novo"}, follow=True)
        assert "já foi resolvida" in answer.content.decode()
        assert item.submissions.count() == 1

    @pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("integrator", 302)])
    def test_others_do_not_meet_it(self, who, status, item, client_for):
        answer = client_for(item.rollout.people[who]).post(address("matter", item), {"text": "x"})
        assert answer.status_code == status
        assert item.submissions.count() == 0

    def test_the_integrator_gives_its_date_and_is_not_asked_why_it_changed(self, client_for):
        rollout = RolloutFactory()
        browser = client_for(rollout.people["integrator"])
        url = reverse("portal:matter", args=[rollout.pk, "development:due_date"])
        assert 'name="reason"' not in browser.get(url).content.decode()
        browser.post(url, {"date": (clock.today() + timedelta(days=9)).isoformat()})
        assert rollout.due_dates.count() == 1

    def test_the_integrator_declares_the_delivery(self, client_for):
        rollout = at_stage(RolloutFactory(), Stage.DEVELOPMENT)
        url = reverse("portal:matter", args=[rollout.pk, "development:delivery"])
        client_for(rollout.people["integrator"]).post(url, {"version": "1.0.0", "notes": "Tudo"})
        assert rollout.deliveries.get().version == "1.0.0"

    def test_go_or_no_go_is_said_on_the_first_page_by_the_lead(self, client_for):
        rollout = at_stage(RolloutFactory(), Stage.GO_LIVE)
        window = WindowFactory(rollout=rollout)
        url = reverse("portal:matter", args=[rollout.pk, "golive:answer:1:client"])
        assert client_for(rollout.people["client_member"]).post(url, {"answer": "go"}).status_code == 403
        client = client_for(rollout.people["client"])
        assert client.post(url, {"answer": "no_go"}).status_code == 422
        assert client.post(url, {"answer": "go"}).status_code == 302
        assert window.answers.get().role == "client"

    def test_what_only_a_lead_may_settle_is_so_for_them_alone(self):
        rollout = at_stage(RolloutFactory(), Stage.GO_LIVE)
        answerable = {
            name: next(
                item.is_answerable for item in matters(rollout.people[name]) if item.key == "golive:confirmation"
            )
            for name in ("client", "client_member")
        }
        assert answerable == {"client": True, "client_member": False}

    def test_only_the_clients_lead_can_confirm_the_operation(self, client_for):
        rollout = at_stage(RolloutFactory(), Stage.GO_LIVE)
        all_say_go(rollout)
        url = reverse("portal:matter", args=[rollout.pk, "golive:confirmation"])
        page = client_for(rollout.people["client_member"]).get(url).content.decode()
        assert "Só a pessoa responsável" in page
        assert client_for(rollout.people["client_member"]).post(url).status_code == 403
        assert client_for(rollout.people["client"]).post(url).status_code == 302
        assert rollout.release.confirmed_by == rollout.people["client"]

    def test_the_operation_is_not_to_be_confirmed_before_it_can_be(self, client_for):
        rollout = at_stage(RolloutFactory(), Stage.GO_LIVE)
        item = ChecklistItemFactory(rollout=rollout, title="Ligar os pedidos", owner="integrator")
        all_say_go(rollout)
        url = reverse("portal:matter", args=[rollout.pk, "golive:confirmation"])
        browser = client_for(rollout.people["client"])
        page = browser.get(url).content.decode()
        assert "Integrador: Ligar os pedidos" in page
        assert "Confirmo a operação" not in page
        assert reverse("golive:room", args=[rollout.pk]) in browser.post(url).url
        golive.check_item(item, by=rollout.people["analyst"], note="feito")
        page = browser.get(url).content.decode()
        assert "Confirmo a operação" in page
        assert "Ainda falta" not in page

    def test_a_point_that_the_platform_must_prove_is_not_to_be_ticked_before_it_did(self, client_for, monkeypatch):
        rollout = at_stage(RolloutFactory(), Stage.GO_LIVE)
        credentials = PrerequisiteFactory(rollout=rollout, key="production_credentials", gate="start_go_live")
        ChecklistItemFactory(rollout=rollout, key="keys", owner="client", proof="probe")
        url = reverse("portal:matter", args=[rollout.pk, "golive:item:keys"])
        browser = client_for(rollout.people["client"])
        assert "Está feito" in browser.get(url).content.decode(), "There is no way to ask the platform: a note says it."
        monkeypatch.setattr(golive.probes, "of", lambda _item: SimpleNamespace(steps=[1]))
        page = browser.get(url).content.decode()
        assert "ainda não foram entregues e aceitas" in page
        assert "Está feito" not in page
        prerequisites.submit(credentials, by=rollout.people["client"], text="Pronto")
        prerequisites.accept(credentials, by=rollout.people["pm"])
        assert "ainda não foram testadas" in browser.get(url).content.decode()
        Probe.objects.create(submission=credentials.last, outcome="valid", status=200)
        assert "Está feito" in browser.get(url).content.decode()


class TestWhatCameBack:
    """A rejection points at the very field and asks only for that again."""

    @pytest.fixture
    def returned(self):
        item = PrerequisiteFactory(credential=True)
        people = item.rollout.people
        prerequisites.submit(item, by=people["client"], values={"account": "aurora", "token": "segredo-antigo"})
        prerequisites.reject(item, by=people["pm"], reason="O token venceu", wrong=["token"])
        return item

    def test_only_the_wrong_field_is_asked_and_the_rest_is_shown_as_kept(self, returned, client_for):
        page = client_for(returned.rollout.people["client"]).get(address("matter", returned)).content.decode()
        assert "O token venceu" in page
        assert 'name="value_token"' in page
        assert 'name="value_account"' not in page
        assert "aurora" in page
        assert "segredo-antigo" not in page

    def test_sending_it_keeps_the_other_fields(self, returned, client_for):
        client_for(returned.rollout.people["client"]).post(address("matter", returned), {"value_token": "novo"})
        last = Prerequisite.objects.get(pk=returned.pk).last
        assert last.number == 2
        assert last.values["account"] == "aurora"
        assert last.secrets.get().pk != returned.submissions.get(number=1).secrets.get().pk

    def test_the_wrong_field_cannot_be_left_blank(self, returned, client_for):
        answer = client_for(returned.rollout.people["client"]).post(address("matter", returned), {})
        assert answer.status_code == 422
        assert returned.submissions.count() == 1

    def test_a_document_that_stands_is_kept_when_only_the_note_was_wrong(self, client_for):
        item = PrerequisiteFactory(kind="document")
        people = item.rollout.people
        upload = SimpleUploadedFile("api.pdf", b"%PDF-1.7 api")
        prerequisites.submit(item, by=people["client"], file=upload, text="versão errada")
        prerequisites.reject(item, by=people["pm"], reason="Qual versão?", wrong=["text"])
        browser = client_for(people["client"])
        assert 'type="file"' not in browser.get(address("matter", item)).content.decode()
        browser.post(address("matter", item), {"text": "v2"})
        first, second = item.submissions.all()
        assert second.files == first.files
        assert second.text == "v2"

    def test_one_contact_can_come_back_alone(self, client_for):
        item = PrerequisiteFactory(kind="contact")
        people = item.rollout.people
        row = {"name": "Rita", "position": "", "email": "rita@x.com.br", "phone": ""}
        both = [{"kind": "technical", **row}, {"kind": "decision", **row}]
        prerequisites.submit(item, by=people["client"], contacts=both)
        prerequisites.reject(item, by=people["pm"], reason="Rita não decide", wrong=["decision"])
        client_for(people["client"]).post(
            address("matter", item), {"decision_1_name": "Ana", "decision_1_email": "ana@x.com.br"}
        )
        names = {row["kind"]: row["name"] for row in Prerequisite.objects.get(pk=item.pk).last.contacts()}
        assert names == {"technical": "Rita", "decision": "Ana"}

    def test_the_reviewer_ticks_the_fields_in_the_room(self, client_for):
        item = PrerequisiteFactory(credential=True)
        people = item.rollout.people
        prerequisites.submit(item, by=people["client"], values={"account": "a", "token": "b"})
        url = reverse("prerequisites:reject", args=[item.rollout_id, item.pk])
        client_for(people["pm"]).post(url, {"reason": "x", "wrong": ["account"]})
        assert Prerequisite.objects.get(pk=item.pk).asked_again == ["account"]


class TestDrafts:
    def test_what_is_typed_is_kept_and_comes_back_on_another_device(self, item, client_for):
        person = item.rollout.people["client"]
        kept = client_for(person).post(address("draft", item), {"text": "Ambiente ded"})
        assert "Rascunho guardado" in kept.content.decode()
        assert "Ambiente ded" in client_for(person).get(address("matter", item)).content.decode()

    def test_a_secret_is_never_kept(self, client_for):
        item = PrerequisiteFactory(credential=True)
        typed = {"value_account": "aurora", "value_token": "canario", "other": "x"}
        client_for(item.rollout.people["client"]).post(address("draft", item), typed)
        assert Draft.objects.get().data == {"value_account": "aurora"}

    def test_it_is_the_persons_own(self, item, client_for):
        client_for(item.rollout.people["client"]).post(address("draft", item), {"text": "meu rascunho"})
        page = client_for(item.rollout.people["client_member"]).get(address("matter", item)).content.decode()
        assert "meu rascunho" not in page

    def test_sending_forgets_it(self, item, client_browser):
        client_browser.post(address("draft", item), {"text": "quase"})
        client_browser.post(address("matter", item), {"text": "pronto"})
        assert not Draft.objects.exists()

    def test_a_draft_from_before_a_rejection_does_not_come_back(self, item, client_browser):
        people = item.rollout.people
        client_browser.post(address("draft", item), {"text": "texto velho"})
        prerequisites.submit(item, by=people["client_member"], text="x")
        prerequisites.reject(item, by=people["pm"], reason="Falta a URL")
        assert "texto velho" not in client_browser.get(address("matter", item)).content.decode()

    def test_a_text_without_end_is_refused(self, item, client_browser):
        assert client_browser.post(address("draft", item), {"text": "x" * 20_001}).status_code == 422

    @pytest.mark.parametrize("who", ["stranger", "integrator", "pm"])
    def test_others_cannot_keep_one(self, who, item, client_for):
        assert client_for(item.rollout.people[who]).post(address("draft", item), {"text": "x"}).status_code == 404


class TestTakingAndHanding:
    def membership(self, item, who):
        return item.rollout.people[who].memberships.get().pk

    def test_an_item_is_taken_handed_over_and_let_go(self, item, client_for):
        people = item.rollout.people
        lead, member = client_for(people["client"]), client_for(people["client_member"])
        lead.post(address("assign", item), {"to": self.membership(item, "client")})
        assert keys(matters(people["client"], "mine")) == [f"prerequisite:{item.key}"]
        lead.post(address("assign", item), {"to": self.membership(item, "client_member")})
        assert keys(matters(people["client_member"], "mine")) == [f"prerequisite:{item.key}"]
        assert keys(matters(people["client"], "company")) == [f"prerequisite:{item.key}"]
        member.post(address("assign", item), {"to": ""})
        assert matters(people["client_member"], "mine") == []
        kinds = list(item.rollout.events.order_by("sequence").values_list("kind", flat=True))
        assert kinds == ["rollouts.taken", "rollouts.handed", "rollouts.let_go"]

    def test_handing_it_to_whom_has_it_says_nothing_twice(self, item, client_browser):
        for _time in range(2):
            client_browser.post(address("assign", item), {"to": self.membership(item, "client")})
        assert item.rollout.events.count() == 1

    def test_nobody_of_another_company_can_be_given_it(self, item, client_browser):
        answer = client_browser.post(address("assign", item), {"to": self.membership(item, "pm")}, follow=True)
        assert "Faça uma escolha válida" in answer.content.decode()
        assert item.rollout.assignments.count() == 0

    def test_leaving_the_company_leaves_the_item_to_the_others(self, item, client_browser):
        people = item.rollout.people
        client_browser.post(address("assign", item), {"to": self.membership(item, "client_member")})
        people["client_member"].memberships.get().delete()
        assert matters(people["client"])[0].assignee is None

    def test_the_client_cannot_hand_over_what_the_platform_owes(self, client_for):
        theirs = PrerequisiteFactory(owner="platform")
        browser = client_for(theirs.rollout.people["client"])
        to = self.membership(theirs, "client")
        assert browser.post(address("assign", theirs), {"to": to}).status_code == 403


class TestDatesToConfirm:
    @pytest.fixture
    def rollout(self):
        rollout = at_stage(RolloutFactory(), Stage.DEVELOPMENT)
        MeetingFactory(rollout=rollout)
        return rollout

    def url(self, rollout):
        return reverse("portal:matter", args=[rollout.pk, "training:date:1"])

    def test_the_client_confirms(self, rollout, client_for):
        client_for(rollout.people["client"]).post(self.url(rollout), {"answer": "yes"})
        session = rollout.meetings.get()
        assert session.confirmed_by == rollout.people["client"]
        assert matters(rollout.people["client"]) == []
        room = client_for(rollout.people["pm"]).get(reverse("training:room", args=[rollout.pk])).content.decode()
        assert "confirmada por" in room

    def test_or_asks_for_another_and_presence_is_told(self, rollout, client_for):
        client_for(rollout.people["client"]).post(self.url(rollout), {"answer": "no", "reason": "Inventário"})
        page = desk.of(rollout.people["pm"], everybodys=False)
        assert keys(page.reviews.rows) == ["training:date:1"]
        assert rollout.events.latest("sequence").data["reason"] == "Inventário"

    def test_asking_for_another_needs_a_reason(self, rollout, client_for):
        answer = client_for(rollout.people["client"]).post(self.url(rollout), {"answer": "no"})
        assert answer.status_code == 422
        assert "Diga por que a data não serve" in answer.content.decode()

    def test_nobody_else_answers_for_the_client(self, rollout, client_for):
        client_for(rollout.people["integrator"]).post(self.url(rollout), {"answer": "yes"})
        assert rollout.meetings.get().confirmed_at is None

    def test_a_date_that_passed_asks_nothing(self, rollout):
        rollout.meetings.update(planned_start=clock.now() - timedelta(hours=1))
        assert matters(rollout.people["client"]) == []


class TestTheDesk:
    def test_the_project_manager_sees_reviews_what_is_late_and_who_has_the_ball(self, item, client_for):
        rollout = item.rollout
        prerequisites.submit(item, by=rollout.people["client"], text="x")
        Rollout.objects.filter(pk=rollout.pk).update(target_date=clock.today() - timedelta(days=3))
        page = desk.of(rollout.people["pm"], everybodys=False)
        assert keys(page.reviews.rows) == [f"prerequisite:{item.key}"]
        assert [late.days for late in page.overdue.rows] == [3]
        assert [role for role, section in page.by_holder.items() if section.count] == ["presence"]
        page = client_for(rollout.people["pm"]).get("/").content.decode()
        assert f"Conferir: {item.title}" in page
        assert "3 dias" in page

    def test_a_late_delivery_stands_with_who_owes_it(self):
        rollout = at_stage(RolloutFactory(), Stage.DEVELOPMENT)
        rollout.due_dates.create(date=clock.today() - timedelta(days=2), given_by=rollout.people["integrator"])
        late = desk.of(rollout.people["pm"], everybodys=False).overdue.rows
        assert [(one.owed_by, one.days) for one in late] == [("integrator", 2)]

    def test_only_ones_own_rollouts_unless_everybodys_are_asked_for(self, item):
        other = RolloutFactory()
        person = item.rollout.people["pm"]
        assert list(desk.rollouts_of(person, everybodys=False)) == [item.rollout]
        assert set(desk.rollouts_of(person, everybodys=True)) == {item.rollout, other}
        assert not desk.of(person, everybodys=False).everybodys

    def test_who_manages_none_sees_everybodys(self, item):
        assert desk.of(item.rollout.people["analyst"], everybodys=False).everybodys

    def test_a_rollout_with_nothing_missing_is_ready_to_go_on(self, monkeypatch):
        rollout = RolloutFactory()
        rules_of_the_test(monkeypatch)
        assert desk.of(rollout.people["pm"], everybodys=False).ready.rows == [rollout]

    def test_the_other_companies_have_no_desk(self, item):
        assert desk.of(item.rollout.people["client"], everybodys=True) is None

    def test_an_empty_installation_says_what_to_do(self, client_for):
        from tests.companies.factories import PresenceFactory

        page = client_for(a_person(PresenceFactory(), Role.PROJECT_MANAGER)).get("/").content.decode()
        assert "Abrir projeto" in page


class TestAllOfAList:
    """A section of a first page shows its first rows and leads to all of them."""

    def test_the_first_page_shows_ten_and_leads_to_all(self, client_for, item):
        PrerequisiteFactory.create_batch(11, rollout=item.rollout)
        browser = client_for(item.rollout.people["client"])
        page = browser.get("/").content.decode()
        assert page.count('class="card group/matter') == queries.FIRST
        assert ">12<" in page
        address = reverse("portal:matters") + "?list=company"
        assert address in page
        assert browser.get(address).content.decode().count('class="card group/matter') == 12

    def test_the_desk_leads_to_all_reviews(self, client_for, item):
        items = [item, *PrerequisiteFactory.create_batch(11, rollout=item.rollout)]
        for delivered in items:
            prerequisites.submit(delivered, by=item.rollout.people["client"], text="x")
        browser = client_for(item.rollout.people["pm"])
        assert reverse("portal:matters") + "?list=review" in browser.get("/").content.decode()
        page = browser.get(reverse("portal:matters"), {"list": "review"}).content.decode()
        assert all(f"Conferir: {delivered.title}" in page for delivered in items)

    def test_others_have_no_list_of_presence_and_nobody_one_that_does_not_exist(self, client_for, item):
        browser = client_for(item.rollout.people["client"])
        assert browser.get(reverse("portal:matters"), {"list": "review"}).status_code == 404
        assert browser.get(reverse("portal:matters"), {"list": "x"}).status_code == 404

    def test_opening_a_line_brings_its_card_alone(self, item, client_browser):
        card = client_browser.get(address("matter", item), headers={"HX-Request": "true"}).content.decode()
        assert "<form" in card
        assert "<html" not in card

    def test_a_line_that_was_settled_meanwhile_brings_the_page_anew(self, item, client_browser):
        url = address("matter", item)
        prerequisites.submit(item, by=item.rollout.people["client"], text="x")
        answer = client_browser.get(url, headers={"HX-Request": "true"})
        assert answer.headers["HX-Redirect"] == "/"

    @pytest.mark.parametrize("name", ["ready", "late_projects", *PartyRole.values])
    def test_each_list_of_projects_of_the_desk_has_its_page(self, client_for, item, name):
        browser = client_for(item.rollout.people["pm"])
        assert browser.get(reverse("portal:matters"), {"list": name}).status_code == 200
        client = client_for(item.rollout.people["client"])
        assert client.get(reverse("portal:matters"), {"list": name}).status_code == 404

    @pytest.mark.parametrize("count", [1, 12])
    def test_the_queries_do_not_grow(self, client_for, count, django_assert_max_num_queries):
        item = PrerequisiteFactory()
        for _number in range(count):
            rollout = RolloutFactory(client=item.rollout.company("client"), project_manager=item.rollout.people["pm"])
            PrerequisiteFactory(rollout=rollout)
        for name in ("client", "integrator", "pm"):
            browser = client_for(item.rollout.people[name])
            browser.get("/")
            with django_assert_max_num_queries(15):
                browser.get("/")
