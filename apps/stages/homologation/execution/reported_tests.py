"""What a JUnit report says, as test runners of every language write it, and which cases of a script its tests mean.

Each tool has ways of its own to say that a test did not run, or that its set-up failed; ``tests/inputs/junit`` holds a report
of each that is known.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from xml.parsers import expat

from django.utils.translation import gettext as _

from apps.core.refusals import Invalid
from apps.stages.homologation.models import Case

MOST_TESTS = 5_000
MOST_DEPTH = 40
MOST_LETTERS = 300
MOST_MESSAGE = 500
"""Letters kept of a name, and of what a test says."""
MOST_PIECES = 100
"""Pieces of text read of an element."""
ALLURE_TAGS = {"test-suite": "testsuite", "test-case": "testcase"}
MOST_PARTS = 4
MOST_DIGITS = 9
"""Parts of a code, and digits of its number, that are looked for in a name."""
MOST_SUITES = 8
"""Suites around a test, the nearest ones, whose names are looked at."""
_PART = re.compile(r"[a-z]+|[0-9]+")
_SEPARATOR = re.compile(r"[-_. ]?")
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
OUTCOMES_BY_TAG = {"failure": "failed", "error": "blocked", "skipped": "skipped"}
OUTCOMES_BY_RANK = ("failed", "blocked", "passed", "skipped")
"""Of several outcomes of one case the first of these counts."""
OUTCOMES_WITH_NOTE = ("failed", "blocked")
OUTCOMES_BY_WORD = {
    **dict.fromkeys(
        (
            "notrun",
            "skipped",
            "skip",
            "suppressed",
            "disabled",
            "ignored",
            "pending",
            "todo",
            "notexecuted",
            "canceled",
        ),
        "skipped",
    ),
    **dict.fromkeys(("failed", "fail", "failure"), "failed"),
    **dict.fromkeys(("error", "errored", "broken", "aborted", "timeout", "timedout", "inconclusive"), "blocked"),
}
"""What the attributes ``status`` and ``result`` of a test say, where only they say it (googletest, CTest, Cypress, .NET)."""
SET_UP_FAILED = re.compile(
    r"""
    ^(?:parent\ suite\ )?(?:suite\ )?setup\ failed\b | ^failed\ on\ setup\b |  # Robot Framework, pytest
    "before\ ?(?:all|each)"\ hook |  # Mocha and Cypress, in the name of the test; Playwright
    \btest\ suite\ failed\ to\ run\b  # Jest
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What runners that know failures alone say of a test whose set-up failed: it came to no answer."""
ID_PROPERTIES = {"testid", "testcaseid", "caseid", "case", "testkey", "requirement", "requirements"}
"""Properties of a test that name its case, without what is no letter: ``test_id``, ``case-id``."""
LISTED_TESTS = 40
"""How many tests of a case its evidence lists."""


@dataclass
class Test:
    """One ``testcase``. ``outcome`` is passed, failed, blocked (an error: it came to no answer) or skipped. ``ids`` are what
    its attributes and properties name as its case; ``suites`` are the names of the suites around it, the nearest first."""

    name: str
    classname: str
    outcome: str = "passed"
    message: str = ""
    suites: tuple[str, ...] = ()
    ids: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"{self.classname}.{self.name}" if self.classname else self.name


@dataclass
class CaseTests:
    """The tests that name one case."""

    case: Case
    tests: list[Test] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        outcomes = {test.outcome for test in self.tests}
        return next(outcome for outcome in OUTCOMES_BY_RANK if outcome in outcomes)

    @property
    def message(self) -> str:
        """What the first test says that came to the outcome of the case."""
        return next((test.message for test in self.tests if test.outcome == self.outcome), "")

    @property
    def note(self) -> str:
        """What failed or came to no answer, one line a test."""
        lines = [
            f"{test.label}: {test.message or test.outcome}" for test in self.tests if test.outcome in OUTCOMES_WITH_NOTE
        ]
        return "\n".join(lines)[:4000]

    @property
    def proof(self) -> str:
        counts = Counter(test.outcome for test in self.tests)
        marks = {"passed": "✓", "failed": "✗", "blocked": "!", "skipped": "–"}
        head = " ".join(f"{counts[outcome]} {mark}" for outcome, mark in marks.items() if counts[outcome])
        lines = [f"{marks[test.outcome]} {test.label}"[:300] for test in self.tests[:LISTED_TESTS]]
        return "\n".join([f"JUnit: {head}", *lines, *(["…"] if len(self.tests) > LISTED_TESTS else [])])


# --- Which case a test means -----------------------------------------------------------------------


def by_case(tests: list[Test], cases: list[Case]) -> tuple[list[CaseTests], list[Test]]:
    """The cases that the tests name, in the order of the script, and the tests that name none.

    What a test names as its case decides; where that is none, its name, then its class, then the suites around it, the
    nearest first. A test may name several.
    """
    rows = {parts_of(case.code): CaseTests(case) for case in cases}
    parts_named = cache(lambda name: [parts for parts in named_parts(name) if parts in rows])
    unknown = []
    for test in tests:
        for name in (" ".join(test.ids), test.name, test.classname, *test.suites):
            if parts := parts_named(name):
                for key in dict.fromkeys(parts):
                    rows[key].tests.append(test)
                break
        else:
            unknown.append(test)
    return [row for row in rows.values() if row.tests], unknown


Parts = tuple[str | int, ...]
"""What a code is made of: its runs of letters and its numbers, ``("ped", 3)`` of PED-03."""


def parts_of(code: str) -> Parts:
    return tuple(int(part) if part.isdigit() else part for part in _PART.findall(code.lower()))


def named_parts(name: str) -> Iterator[Parts]:
    """Each run of ``name`` that may be a code: letters and numbers with at most one of ``-_. `` between them, that begin
    after what is neither letter nor digit and end before what is no digit. ``ped_03``, ``PED-3``, ``ped03`` and
    ``TestPed03Refund`` (a capital after a small letter or a digit begins a word) all have ``("ped", 3)``. In proportion to
    the length of ``name``."""
    pieces = list(_PART.finditer(_WORD_BEGINS.sub("_", name).lower()))
    for first, piece in enumerate(pieces):
        before = pieces[first - 1] if first else None
        if piece[0].isdigit() or (before and before.end() == piece.start()):
            continue
        parts: list[str | int] = []
        for place, part in enumerate(pieces[first : first + MOST_PARTS], start=first):
            if parts and not _SEPARATOR.fullmatch(part.string, pieces[place - 1].end(), part.start()):
                break
            parts.append(int(part[0][:MOST_DIGITS]) if part[0].isdigit() else part[0])
            yield tuple(parts)


# --- Reading ---------------------------------------------------------------------------------------


def parse(content: bytes) -> list[Test]:
    """The tests of a report. Raises ``Invalid`` (422, on ``report``) for what is no JUnit, or has a DOCTYPE: entities are
    never expanded, here or anywhere."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = reader.refuse_doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Invalid(_("O relatório não é um XML bem formado."), field="report") from error
    return reader.tests


class _Reader:
    """Takes the elements of a report one after the other. ``path`` are the names of those that are open, from the outermost
    on; those of Allure 1 count as JUnit's, and there the attribute alone says how a test ended."""

    def __init__(self) -> None:
        self.tests: list[Test] = []
        self.path: list[str] = []
        self.suites: list[str] = []
        self.words: list[str] = []
        self.is_allure = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        self.is_allure = self.is_allure or (not self.path and tag in ALLURE_TAGS)
        tag = ALLURE_TAGS.get(tag, tag)
        if not self.path and tag not in ("testsuites", "testsuite"):
            raise Invalid(
                _("Este XML não é um relatório JUnit: ele começa por testsuites ou testsuite."), field="report"
            )
        self.path.append(tag)
        self.words.clear()
        if len(self.path) > MOST_DEPTH:
            raise Invalid(_("Este XML tem elementos demais, um dentro do outro."), field="report")
        if tag == "testsuite":
            self.suites.append(attributes.get("name", "")[:MOST_LETTERS])
        elif tag == "testcase":
            if len(self.tests) >= MOST_TESTS:
                raise Invalid(
                    _("O relatório passa de %(most)d testes. Envie-o em partes.") % {"most": MOST_TESTS}, field="report"
                )
            self.tests.append(_test(attributes, self.suites))
        elif tag in OUTCOMES_BY_TAG and self.path[-2:-1] == ["testcase"] and not self.is_allure:
            _take_outcome(self.tests[-1], tag, attributes)
        elif tag in ("property", "label") and "testcase" in self.path and _is_id(attributes.get("name", "")):
            self.tests[-1].ids.append(attributes.get("value", "")[:MOST_LETTERS])

    def text(self, data: str) -> None:
        if len(self.words) < MOST_PIECES:
            self.words.append(data)

    def end(self, _tag: str) -> None:
        tag, words = self.path.pop(), "".join(self.words).strip()
        inside = self.path[-1] if self.path else ""
        if tag == "testsuite":
            self.suites.pop()
        elif (tag in ("failure", "error") and inside == "testcase") or (tag == "message" and inside == "failure"):
            _take_words(self.tests[-1], words)
        elif tag == "name" and inside == "testcase":  # Allure
            self.tests[-1].name = words[:MOST_LETTERS]
        elif tag == "name" and inside == "testsuite":  # Allure
            self.suites[-1] = words[:MOST_LETTERS]
        elif tag == "property" and self.tests and self.tests[-1].ids[-1:] == [""]:
            self.tests[-1].ids[-1] = words[:MOST_LETTERS]  # Playwright's reporter for Xray writes the value as text.
        self.words.clear()

    def refuse_doctype(self, *_arguments: object) -> None:
        raise Invalid(_("XML com DOCTYPE não é aceito. Gere o relatório sem ele."), field="report")


def _test(attributes: dict[str, str], suites: list[str]) -> Test:
    """A ``testcase`` by its attributes, within ``suites`` from the outermost on."""
    test = Test(
        attributes.get("name", "")[:MOST_LETTERS],
        attributes.get("classname", "")[:MOST_LETTERS],
        suites=tuple(reversed(suites[-MOST_SUITES:])),
        ids=[attributes[name][:MOST_LETTERS] for name in attributes if _is_id(name)],
    )
    words = (re.sub("[^a-z]", "", attributes.get(name, "").lower()) for name in ("status", "result"))
    test.outcome = next((OUTCOMES_BY_WORD[word] for word in words if word in OUTCOMES_BY_WORD), "passed")
    return test


def _take_outcome(test: Test, tag: str, attributes: dict[str, str]) -> None:
    """What an element within ``test`` says of it: a failure counts before an error, both before a test that was skipped. A
    set-up that failed is an error, whatever the runner calls it."""
    outcome = OUTCOMES_BY_TAG[tag]
    message = attributes.get("message", "").strip()[:MOST_MESSAGE]
    if outcome == "failed" and (SET_UP_FAILED.search(test.name) or SET_UP_FAILED.search(message)):
        outcome = "blocked"
    if test.outcome in ("passed", "skipped") or (outcome == "failed" and test.outcome != "failed"):
        test.outcome, test.message = outcome, message
    elif not test.message:
        test.message = message


def _take_words(test: Test, words: str) -> None:
    """The text of a failure or an error: its first line is the message where there is none."""
    if test.outcome == "failed" and SET_UP_FAILED.search(words):
        test.outcome = "blocked"
    if not test.message:
        test.message = next((line.strip()[:MOST_MESSAGE] for line in words.splitlines() if line.strip()), "")


def _is_id(name: str) -> bool:
    return re.sub("[^a-z]", "", name.lower()) in ID_PROPERTIES
