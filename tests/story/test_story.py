"""One rollout from its opening to unassisted operation. What is recorded of it knows no language: the story told by English
readers gives the term that Portuguese readers give, and either of them reads its timeline in their own."""

import json
import re
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.companies.models import Company
from apps.core import clock
from apps.core.process import Stage
from apps.rollouts import timeline
from apps.stages.acceptance.sealing import rendering
from tests.companies.factories import CompanyFactory, UserFactory
from tests.read_model import held_against_the_rules
from tests.story import story

pytestmark = pytest.mark.django_db

# A Tuesday without a holiday near.
BEGINS = datetime(2026, 8, 4, 12, tzinfo=UTC)
RECORD = Path(__file__).parent / "record.json"
ENGLISH = {"the", "and", "of", "to", "with", "by", "was", "were", "for", "from", "this", "that", "not", "is", "in"}
PORTUGUESE = {"o", "os", "um", "uma", "de", "da", "das", "dos", "em", "na", "nas", "nos", "para", "por", "pela",
              "pelo", "com", "sem", "que", "foi", "se", "ao", "à", "não", "é", "até"}  # fmt: skip
PAGES = ("rollouts:detail", "rollouts:timeline", "prerequisites:room", "hours:room", "acceptance:room")
SAME_IN_BOTH = {"domain", "presence", "real"}
"""Words that both languages write alike."""


@dataclass
class Played:
    """A story that was played, as plain values: ``sentences`` are those of each event, by language; ``pages`` what the
    project manager reads in the end, by route; ``chain_fault`` where the timeline does not hold; ``differences`` between what
    actions left open and what the rules answer."""

    stage: str
    chain_fault: object
    differences: list[str]
    events: list[str]
    pages: dict[str, str]
    record: str
    term: str
    sentences: list[tuple[str, dict[str, str]]]
    own_words: list[str]


@pytest.fixture(scope="module")
def played():
    return {}


@pytest.fixture
def story_of(played, client_for, django_capture_on_commit_callbacks, monkeypatch, a_worker):
    """``story_of(language)``: the story as people play it who read ``language``; played once a run."""

    def play(language):
        if language not in played:
            for factory in (CompanyFactory, UserFactory):
                factory.reset_sequence(0, force=True)
            # A browser of the tests leaves the language of its last page behind.
            with clock.at(BEGINS), translation.override("pt-br"):
                teller = story.Teller(client_for, *story.begin(client_for, language), language)
                with held_against_the_rules() if language == "pt-br" else nullcontext([]) as differences:
                    story.play(teller, django_capture_on_commit_callbacks, monkeypatch)
                played[language] = outcome_of(teller, differences)
        return played[language]

    return play


def outcome_of(teller, differences):
    rollout = teller.rollout
    term = rollout.terms.get()
    record = json.dumps(term.record, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return Played(
        stage=rollout.stage,
        chain_fault=timeline.verify(rollout),
        differences=sorted(set(differences)),
        events=[str(event) for event in rollout.events.values()],
        pages={name: teller.page("pm", name) for name in PAGES},
        record=record.replace(rollout.code, "INT-0000"),
        term=text_of(rendering.body(term.envelope, term.record)),
        sentences=[
            (event.kind, {language: described(event, language) for language in ("pt-br", "en")})
            for event in rollout.events.order_by("sequence")
        ],
        own_words=own_words_of(teller),
    )


def described(event, language):
    with translation.override(language):
        return event.describe()


def own_words_of(teller):
    """What people typed or are called, which nobody translates; the longest first."""
    names = {*User.objects.values_list("name", flat=True), *Platform.objects.values_list("name", flat=True)}
    for company in Company.objects.all():
        names |= {company.legal_name, company.trade_name}
    return sorted((text for text in teller.posted_texts | names if len(text) > 3), key=len, reverse=True)


def text_of(html):
    return " ".join(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def texts_of(record):
    """Every text of a record; its keys are English."""
    if isinstance(record, dict | list):
        for part in record.values() if isinstance(record, dict) else record:
            yield from texts_of(part)
    elif isinstance(record, str):
        yield record


def words_of(text, own_words=()):
    for words in own_words:
        text = text.replace(words, " ")
    text = re.sub(r"\b[A-Z]{2,}-[A-Z0-9]+\b|\b\w+(\.\w+)+\b|\b[0-9a-f]{64}\b", " ", text)  # Codes, hosts and digests.
    return set(re.findall(r"[^\W\d_]+", text.lower()))


def test_from_kickoff_to_unassisted_operation(story_of):
    played = story_of("pt-br")

    assert played.stage == Stage.COMPLETED
    assert played.chain_fault is None
    assert played.differences == []
    for text in (*played.events, *played.pages.values()):
        assert "canario" not in text


@pytest.mark.parametrize("language", ["pt-br", "en"])
def test_the_term_says_the_same_whatever_language_the_actors_read(story_of, language):
    played = story_of(language)

    assert played.record == RECORD.read_text()
    for text in (played.term, *texts_of(json.loads(played.record))):
        assert ENGLISH & words_of(text) == set(), text


def test_each_reader_reads_the_timeline_of_english_actors_in_their_own_language(story_of):
    played = story_of("en")
    mixed = []
    for kind, sentences in played.sentences:
        portuguese, english = (words_of(sentences[language], played.own_words) for language in ("pt-br", "en"))
        alike = {word for word in portuguese & english if len(word) > 3} - SAME_IN_BOTH
        if PORTUGUESE & english or ENGLISH & portuguese or alike:
            mixed.append((kind, *sentences.values()))
    assert mixed == []
    timeline_page = text_of(played.pages["rollouts:timeline"])
    assert PORTUGUESE & words_of(timeline_page, played.own_words) == set(), timeline_page
