"""The check of names: what it finds, what it leaves alone, and that its own list is in the tree."""

import pytest

from presence_rollout.ops import plain_words

VAGUE = [
    "found = 1",
    "found: int = 1",
    "found += 1",
    "_told = 1",
    "for each in []: pass",
    "kept, company = 1, 2",
    "first, *whole = []",
    "[given for given in []]",
    "if (known := 1): pass",
    "with open('x') as mine: pass",
    "self.taken = 1",
    "def _tell(told): pass",
    "def price(*, said=1): pass",
    "lambda got: 1",
    "def whole(): pass",
    "async def found(): pass",
    "class Klass: pass",
    "klass_of_case = 1",
    "companys = []",
    "import datetime as theirs",
    "match 1:\n    case {'a': found}: pass",
    "try: pass\nexcept ValueError as noted: pass",
]
PLAIN = [
    "company = 1",
    "overdue_items = []",
    "last_seen_at = 1",
    "given_up = True",
    "foundation = 1",
    "for item in []: pass",
    "reject(wrong=found)",
    "print(each)",
    "rows['found'] = 1",
    "from apps.x import found",
]


@pytest.mark.parametrize("source", VAGUE)
def test_a_name_that_does_not_say_what_it_is_is_found(source):
    [finding] = plain_words.findings(f"\n{source}\n", "apps/x.py")
    assert str(finding).startswith(f"apps/x.py:{finding.line}: {finding.name!r}")
    assert finding.line >= 2


@pytest.mark.parametrize("source", PLAIN)
def test_a_plain_name_is_left_alone(source):
    assert plain_words.findings(source, "apps/x.py") == []


def test_the_findings_are_in_the_order_of_the_lines():
    found = plain_words.findings("x = 1\nfor each in []:\n    told = each\n", "x.py")
    assert [(finding.line, finding.name) for finding in found] == [(2, "each"), (3, "told")]


def test_everything_that_is_listed_exists():
    assert [
        name for name in (*plain_words.COVERED, *plain_words.NOT_YET) if not (plain_words.ROOT / name).exists()
    ] == []


def test_the_covered_folders_have_plain_names(capsys):
    assert plain_words.main([]) == 0, capsys.readouterr().out


def test_a_finding_fails_the_check(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plain_words, "ROOT", tmp_path)
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "rooms.py").write_text("found = 1\n")
    (tmp_path / "apps" / "migrations").mkdir()
    (tmp_path / "apps" / "migrations" / "0001.py").write_text("found = 1\n")
    assert plain_words.main(["apps"]) == 1
    assert capsys.readouterr().out.count("'found'") == 1
