"""A test that commits is followed by emptying the whole database, with what migrations wrote into it."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
COMMITS = re.compile(r"^@pytest\.mark\.django_db\(transaction=True\)$", re.MULTILINE)


def test_tests_that_commit_run_among_those_with_services_of_their_own():
    wrong = []
    for path in TESTS.rglob("test_*.py"):
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            if COMMITS.match(line) and lines[number - 1] != "@pytest.mark.services":
                wrong.append(f"{path.relative_to(TESTS)}:{number + 1}")
            if line.startswith("pytestmark") and "transaction=True" in line and "mark.services" not in line:
                wrong.append(f"{path.relative_to(TESTS)}:{number + 1}")
    assert wrong == []
