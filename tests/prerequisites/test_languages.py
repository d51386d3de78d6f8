"""What is stored belongs to no language: whoever acts in English, each reader reads their own."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from apps.core import clock
from apps.core.process import Gate
from apps.prerequisites import actions, gathering, own_items
from apps.prerequisites.credentials import probes, purge
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import gates
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db

TITLE = {"pt": "Acesso à loja", "en": "Access to the shop"}


@pytest.fixture
def item():
    return PrerequisiteFactory(credential=True, title=TITLE, key="homologation_credentials")


def sentences(rollout, language):
    with translation.override(language):
        return [event.describe() for event in rollout.events.order_by("sequence")]


def in_both(make):
    """What ``make`` gives for a Portuguese and for an English reader."""
    texts = []
    for language in ("pt-br", "en"):
        with translation.override(language):
            texts.append(make())
    return tuple(texts)


def test_the_timeline_of_somebody_who_acts_in_english_reads_in_each_readers_language(item):
    client, pm = item.rollout.people["client"], item.rollout.people["pm"]
    with translation.override("en"):
        own_items.set_due(item, by=pm, due=clock.today() + timedelta(days=9), reason="Feira")
        actions.submit(item, by=client, values={"account": "aurora", "token": "t"})
        actions.reject(item, by=pm, reason="Outra conta")
        actions.submit(item, by=client, values={"account": "outra", "token": "t"})
        actions.accept(item, by=pm)
        actions.reveal(item, by=pm, reason="Testar")
    portuguese, english = sentences(item.rollout, "pt-br"), sentences(item.rollout, "en")
    assert portuguese[-5:] == [
        "entregou “Acesso à loja”",
        "devolveu “Acesso à loja”: Outra conta",
        "entregou “Acesso à loja”",
        "aceitou “Acesso à loja”",
        "revelou a credencial “Acesso à loja”: Testar",
    ]
    assert all("Access to the shop" in sentence for sentence in english)
    assert not any("Acesso" in sentence for sentence in english)


def test_a_day_on_the_timeline_is_kept_as_a_day(item):
    with translation.override("en"), clock.at(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        own_items.set_due(item, by=item.rollout.people["pm"], due=date(2026, 3, 20), reason="Feira")
    assert item.rollout.events.last().data["date"] == "2026-03-20"
    (portuguese,), (english,) = sentences(item.rollout, "pt-br"), sentences(item.rollout, "en")
    assert portuguese == "mudou o prazo de “Acesso à loja” para 20/03/2026: Feira"
    assert english == "changed the due day of “Access to the shop” to 20/03/2026: Feira"


def test_what_a_gate_asks_is_kept_in_both_languages(item):
    with translation.override("en"):
        actions.submit(item, by=item.rollout.people["client"], values={"account": "aurora", "token": "t"})
        (need,) = [need for need in gates.unmet(item.rollout, Gate(item.gate)) if need.key == item.requirement_key]
    assert in_both(lambda: str(need.text)) == ("Conferir: Acesso à loja", "Review: Access to the shop")


def test_why_a_credential_went_back_by_itself_is_a_code(item, monkeypatch):
    submission = actions.submit(item, by=item.rollout.people["client"], values={"account": "aurora", "token": "t"})
    actions.accept(item, by=item.rollout.people["pm"])
    monkeypatch.setattr(probes, "is_trusted", lambda item: True)
    for outcome in ("valid", "wrong"):
        monkeypatch.setattr(probes, "ask", lambda submission, outcome=outcome: probes.ProbeResult(outcome))
        with translation.override("en"):
            gathering.probe(submission.pk)
    submission = Submission.objects.get(pk=submission.pk)
    assert (submission.reason, submission.stopped) == ("", "wrong")
    assert in_both(lambda: submission.why_returned) == (
        "A plataforma deixou de aceitar esta credencial.", "The platform no longer accepts this credential.",
    )  # fmt: skip


def test_the_certificate_of_a_purge_names_the_credentials_in_both_languages(item):
    actions.submit(item, by=item.rollout.people["client"], values={"account": "aurora", "token": "t"})
    at_stage(item.rollout, "cancelled")
    with translation.override("en"):
        certificate = purge.purge(item.rollout, by=item.rollout.people["pm"])
    assert certificate.data["items"] == [{"title": TITLE, "secrets": 1}]


def test_an_item_asked_by_a_project_manager_reads_as_they_wrote_it_in_any_language(item):
    with translation.override("en"):
        own = own_items.add(
            item.rollout, by=item.rollout.people["pm"], title="Fotos", owner="client", gate=Gate.START_TRAINING,
            kind=Prerequisite.Kind.DOCUMENT,
        )  # fmt: skip
    assert own.title == {"pt": "Fotos"}
    assert all("Fotos" in sentences(item.rollout, language)[-1] for language in ("pt-br", "en"))
