"""The project's own pages: what the person typed stays, every refusal says why, nothing happens by reading."""

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.process import Gate, PartyRole, Stage
from apps.core.requirements import Requirement
from apps.rollouts.models import Rollout
from tests.rollouts.asking import rules_of_the_test
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout(monkeypatch):
    """One requirement keeps its gate closed, and it may be waived."""
    found = RolloutFactory()

    def checker(rollout):
        yield Requirement("test:thing", "Entregar a coisa", PartyRole.CLIENT, rollout.stage_entered_at, "/x", True)

    rules_of_the_test(monkeypatch)[Gate.START_DEVELOPMENT].append(checker)
    return found


@pytest.fixture
def post(client_for, rollout):
    """``post("pm", "hold", reason=…)``: the page that answers."""

    def send(who, view, **data):
        version = Rollout.objects.get(pk=rollout.pk).version
        url = reverse(f"rollouts:{view}", args=[rollout.pk])
        return client_for(rollout.people[who]).post(url, {"seen_version": version, **data}, follow=True)

    return send


def fresh(rollout):
    return Rollout.objects.get(pk=rollout.pk)


def test_the_page_shows_what_is_missing_with_whom_since_when_and_where(client_for, rollout):
    page = client_for(rollout.people["client"]).get(rollout.get_absolute_url()).content.decode()
    assert '<a class="link min-w-0 flex-1 basis-56" href="/x">Entregar a coisa</a>' in page
    assert rollout.company("client").trade_name in page
    assert timezone.localtime(rollout.stage_entered_at).strftime("%Y-%m-%dT%H") in page


def test_a_refused_advance_answers_409_with_the_requirement(post, rollout):
    answer = post("pm", "advance", gate="start_development")
    assert answer.status_code == 409
    assert "Entregar a coisa" in answer.content.decode()
    assert fresh(rollout).stage == Stage.KICKOFF


def test_a_hold_without_a_reason_comes_back_with_its_dialog_open_and_what_was_chosen(post, rollout):
    answer = post("pm", "hold", caused_by="platform", reason="")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "data-open-now" in page
    assert '<option value="platform" selected>' in page
    assert fresh(rollout).open_hold is None


def test_hold_and_resume_through_the_page(post, rollout):
    page = post("pm", "hold", caused_by="platform", reason="Conta em migração").content.decode()
    assert "Conta em migração" in page
    assert fresh(rollout).holder == "platform"
    post("pm", "resume")
    assert fresh(rollout).open_hold is None


def test_of_two_open_pages_the_second_to_press_is_told_what_changed_and_keeps_its_words(client_for, rollout):
    pm = client_for(rollout.people["pm"])
    seen = rollout.version
    hold, cancel = (reverse(f"rollouts:{name}", args=[rollout.pk]) for name in ("hold", "cancel"))
    pm.post(hold, {"seen_version": seen, "caused_by": "client", "reason": "Férias"})
    answer = pm.post(cancel, {"seen_version": seen, "reason": "Desistiu do canal"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Desistiu do canal" in page
    assert rollout.people["pm"].name in page
    assert fresh(rollout).stage == Stage.KICKOFF


def test_only_the_manager_waives_and_the_page_asks_for_the_reason(post, client_for, rollout):
    question = {"gate": "start_development", "requirement": "test:thing"}
    assert post("pm", "waive", reason="x", **question).status_code == 403
    answer = post("manager", "waive", reason="", **question)
    assert answer.status_code == 422
    assert "Entregar a coisa" in answer.content.decode()
    page = post("manager", "waive", reason="Já existe", **question).content.decode()
    assert "Já existe" in page
    assert post("pm", "advance", gate="start_development").status_code == 200
    assert fresh(rollout).stage == Stage.DEVELOPMENT


def test_a_waiver_of_something_settled_meanwhile_leads_back_to_the_project(client_for, rollout):
    url = reverse("rollouts:waive", args=[rollout.pk])
    answer = client_for(rollout.people["manager"]).get(
        url, {"gate": "start_development", "requirement": "gone"}, follow=True
    )
    assert "Esta pendência não existe mais." in answer.content.decode()


def test_cancelling_closes_the_page_to_changes(post, rollout):
    post("pm", "cancel", reason="Outro sistema")
    assert fresh(rollout).stage == Stage.CANCELLED
    assert post("pm", "advance", gate="start_development").status_code == 409


@pytest.mark.parametrize("view", ["advance", "send_back", "hold", "resume", "cancel"])
def test_nothing_changes_by_opening_an_address(client_for, rollout, view):
    answer = client_for(rollout.people["pm"]).get(reverse(f"rollouts:{view}", args=[rollout.pk]))
    assert answer.status_code == 405


@pytest.mark.parametrize("who", ["analyst", "client", "client_member", "integrator", "platform"])
@pytest.mark.parametrize("view", ["advance", "hold", "cancel"])
def test_others_do_not_move_the_project(post, rollout, who, view):
    assert post(who, view, gate="start_development", reason="x", caused_by="client").status_code == 403
    assert fresh(rollout).version == rollout.version


def test_the_list_filters_by_stage_holder_and_text(client_for, rollout):
    other = RolloutFactory(stage=Stage.DEVELOPMENT)
    pm = client_for(rollout.people["manager"])

    def listed(**filters):
        return {row.pk for row in pm.get(reverse("portfolio:list"), filters).context["page"]}

    assert listed() == {rollout.pk, other.pk}
    assert listed(stage="development") == {other.pk}
    assert listed(q=rollout.company("client").trade_name) == {rollout.pk}
    assert listed(situation="closed") == set()


def test_the_history_pages_through_every_event(client_for, post, rollout):
    post("pm", "hold", caused_by="client", reason="Inventário da loja")
    page = client_for(rollout.people["client"]).get(reverse("rollouts:timeline", args=[rollout.pk])).content.decode()
    assert "Inventário da loja" in page
