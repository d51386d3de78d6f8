"""Terms against the timeline: a record, a document or a sealed file that was exchanged shows."""

import json
import os

import pytest

from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.seals import trust
from apps.seals.outcomes import Outcome
from apps.stages.acceptance import chain_checks
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import verification
from tests.acceptance.factories import a_draft, a_sealed_term, content_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sealed", "presences_seal")]


@pytest.fixture(scope="module")
def sealed(stand):
    return stand(a_sealed_term)


@pytest.fixture
def term(sealed):
    return sealed.copy()


def found(rollout) -> list[tuple[Outcome, str]]:
    return list(chain_checks.terms(Rollout.objects.get(pk=rollout.pk), trust.configured()))


def test_a_sealed_one_fits_and_carries_heads_of_the_timeline(term):
    assert found(term.rollout) == []
    events = {event.sequence: event for event in term.rollout.events.all()}
    inside = verification.examine(content_of(term.sealed))
    drafted, sealed = inside.term["timeline"], inside.log["timeline"]
    assert drafted["sequence"] < sealed["sequence"]
    for head in (drafted, sealed):
        assert head["hash"] == (events[head["sequence"]].hash if head["sequence"] else timeline.GENESIS)
    assert events[max(events)].data["anchor"] == 0


def test_one_in_draft_fits():
    assert found(a_draft().rollout) == []


def test_a_file_exchanged_where_it_lies_is_found(term):
    with open(term.sealed.content.path, "ab") as file:
        file.write(b"\n")
    assert (Outcome.BROKEN, f"the file of term {term} was changed where it lies") in found(term.rollout)


def test_a_file_exchanged_together_with_its_hash_is_found(term):
    other = a_sealed_term()
    term.sealed.sha256, term.sealed.content = other.sealed.sha256, other.sealed.content
    term.sealed.save()
    assert any(
        "is not the one that the event acceptance.sealed names" in sentence
        for _outcome, sentence in found(term.rollout)
    )


def test_a_file_that_is_gone_cannot_be_judged(term):
    os.unlink(term.sealed.content.path)
    assert [outcome for outcome, _sentence in found(term.rollout)] == [Outcome.ERROR]


def test_a_record_that_was_changed_is_found():
    term = a_draft()
    AcceptanceTerm.objects.filter(pk=term.pk).update(record_sha256="0" * 64)
    assert found(term.rollout) == [(Outcome.BROKEN, f"the record of term {term} is not the one that was drafted")]


def test_one_that_no_event_knows_and_one_that_is_gone_are_found():
    term = a_draft()
    AcceptanceTerm.objects.filter(pk=term.pk).update(version=7)
    sentences = [sentence for _outcome, sentence in found(term.rollout)]
    assert "version 1 of the term is missing" in sentences
    assert any("the timeline does not know term" in sentence for sentence in sentences)


def test_a_head_that_the_timeline_has_not_is_found():
    term = a_draft()
    envelope = json.loads(json.dumps(term.envelope)) | {"timeline": {"sequence": 99, "hash": "0" * 64, "anchor": 0}}
    AcceptanceTerm.objects.filter(pk=term.pk).update(envelope=envelope)
    assert found(term.rollout) == [(Outcome.BROKEN, f"term {term}: it names event #99, which is missing")]


def test_a_seal_that_nobody_vouches_for_is_untrusted(term, settings):
    settings.TERM_SEAL_FILE = ""
    ((outcome, sentence),) = found(term.rollout)
    assert outcome is Outcome.UNTRUSTED
    assert "demonstration certificate" in sentence
