"""The minutes of a kickoff keep within their pages, and say when the meeting was."""

from datetime import UTC, datetime

import pytest

from apps.core.papers import pdf
from apps.stages.kickoff import documents
from apps.stages.kickoff.models import Minutes
from tests.kickoff.factories import KickoffFactory, published
from tests.papers.corpus import TEXTS
from tests.papers.glyphs import misplaced, text_of
from tests.pdfa import faults

pytestmark = pytest.mark.django_db

CHOSEN = {
    "sheet",
    "date",
    "due",
    "column",
    "state",
    "proposed_by",
    "concerns",
    "held_at",
    "proposed_at",
    "answered_at",
    "key",
}
"""What nobody types freely."""
LONGEST_CELL = 600
TITLES = {"title", "code", "name", "legal_name"}


@pytest.fixture(scope="module", autouse=True)
def standing_minutes(stand):
    return stand(lambda: published(KickoffFactory()))


@pytest.fixture
def minutes(standing_minutes) -> Minutes:
    """With something in each of its tables."""
    minutes = standing_minutes.copy()
    row = {"note": "x", "direction": "erp_to_platform", "master": "erp", "rule": "x", "example": "x", "party": "client"}
    datum = row | dict.fromkeys(("datum", "platform_field", "presence_field"), "x")
    minutes.snapshot |= {
        "data": [{"topic": "orders", "title": "Pedidos", "fields": [datum]}],
        "statuses": [row | {"erp_status": "x", "platform_status": "x"}],
        "payments": [row | {"platform_code": "x", "presence_condition": "x"}],
        "carriers": [row | {"platform_code": "x", "presence_carrier": "x"}],
        "decisions": [row | {"text": "x", "date": "2026-09-03"}],
        "actions": [row | {"text": "x", "due": "2026-09-10", "done": True}],
        "agenda": [{"title": "x", "notes": "x"}],
        "open_questions": [{"method": "x", "presence_field": "x", "question": "x", "owner": "client"}],
    }  # fmt: skip
    return minutes


def rendered(minutes: Minutes) -> bytes:
    return pdf.render(documents.minutes_html(minutes), [documents.attached(minutes)])


def everywhere(value, text):
    """``value`` with ``text`` in place of every string that a person could have typed; titles are a line of theirs."""
    if isinstance(value, dict):
        title = " ".join(text.split("\n"))[:200]
        return {
            key: part if key in CHOSEN else everywhere(part, title if key in TITLES else text)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [everywhere(part, text) for part in value]
    return text if isinstance(value, str) else value


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_every_glyph_lies_within_the_margins_and_over_no_other(minutes, text):
    minutes.text, minutes.snapshot = text, everywhere(minutes.snapshot, text[:LONGEST_CELL])
    content = rendered(minutes)
    assert misplaced(content) == []
    assert faults(content) == []


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_every_glyph_of_the_worksheet_lies_within_the_margins_and_over_no_other(minutes, text):
    rollout = minutes.snapshot["rollout"]
    snapshot = everywhere(minutes.snapshot, text[:LONGEST_CELL])
    snapshot["rollout"]["code"] = rollout["code"]
    content = pdf.render(documents.worksheet_html(snapshot, datetime(2026, 9, 7, 12, tzinfo=UTC)))
    assert misplaced(content) == []
    assert faults(content) == []


def test_they_say_on_which_day_and_at_which_hour_the_meeting_was(minutes):
    minutes.snapshot["meeting"]["held_at"] = "2026-09-03T00:30:00.000000+00:00"
    minutes.published_at = datetime(2026, 9, 7, 12, tzinfo=UTC)
    text = " ".join(" ".join(text_of(rendered(minutes))).split())
    assert "Reunião realizada em 02/09/2026 21:30 (UTC−3)" in text


def test_no_heading_ends_a_page(minutes):
    method = minutes.snapshot["methods"][0]
    minutes.snapshot["methods"] = [method | {"code": f"ECM-{number}", "title": "Título"} for number in range(60)]
    for page in text_of(rendered(minutes)):
        lines = [line for line in page.split("\n") if line.strip() and "Página" not in line]
        assert not lines[-1].startswith("ECM-"), page
