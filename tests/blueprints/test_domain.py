"""docs/domain.md, which says from which published rule a case, a line of the worksheet or a point of a list comes."""

import re
from pathlib import Path

import pytest

from apps.blueprints.catalogues import content
from apps.blueprints.loading import loader

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[2] / "docs" / "domain.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| subject")
]
CASE = re.compile(r"\b[A-Z]{3}-\d{2}\b")
KEY = re.compile(r"`([a-z_/]+)`")


@pytest.fixture
def names():
    """Everything that the page may name: codes of cases, lines of the worksheet, points of the lists."""
    loader.load()
    return {
        *(case.code for case in content.script().cases),
        *(f"{topic.key}/{row.key}" for topic in content.kickoff().topics for row in topic.rows),
        *(item.key for item in content.golive().items),
        *(item.key for item in content.prerequisites_for("shopify")),
    }


def test_a_rule_names_only_what_the_product_asks_for(names):
    assert len(ROWS) > 20
    for subject, *_, asked_for, _source in ROWS:
        asked = CASE.findall(asked_for) + KEY.findall(asked_for)
        assert asked, subject
        assert set(asked) <= names, subject


def test_every_rule_has_its_source():
    assert [row[0] for row in ROWS if not row[-1]] == []
