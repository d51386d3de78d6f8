"""Reads docs/hours-cases.md: each row is a case that is executed."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from apps.core.minutes import parse
from apps.hours.agreement.coverage import Approval, Claim
from apps.hours.classification import Activity, Line, Rules, Work, classify

PAGE = Path(__file__).resolve().parents[2] / "docs" / "hours-cases.md"
OWNERS = Rules(training_allowance=240, homologation_allowance=360, hourly_rate=25000, effective_from=date(2000, 1, 1))
DAY_0 = datetime(2026, 3, 1, 9, tzinfo=ZoneInfo("America/Sao_Paulo"))


@dataclass(frozen=True)
class Case:
    number: int
    policy: list[Rules]
    works: list[Work]
    lines: list[str]


def cases() -> list[Case]:
    rows = [
        line.strip().strip("|").split("|") for line in PAGE.read_text().splitlines() if re.match(r"\| *\d+ *\|", line)
    ]
    return [
        Case(int(number), policy(terms.strip()), works(work.strip()), [part.strip() for part in lines.split(";")])
        for number, terms, work, lines, _why in rows
    ]


@dataclass(frozen=True)
class ApprovalCase:
    number: int
    policy: list[Rules]
    works: list[Work]
    approvals: list[Approval]
    covered: list[str]


def approval_cases() -> list[ApprovalCase]:
    rows = [
        line.strip().strip("|").split("|") for line in PAGE.read_text().splitlines() if re.match(r"\| *A\d+ *\|", line)
    ]
    return [
        ApprovalCase(
            int(number.strip()[1:]), policy(terms.strip()), works(work.strip()), approvals(approved.strip()),
            [part.strip() for part in covered.split(";")],
        )
        for number, terms, work, approved, covered, _why in rows
    ]  # fmt: skip


def approvals(text: str) -> list[Approval]:
    """``follow_up 1h00 at 250,00 = 250,00``; several by semicolons, none as ``–``."""
    parts = [part.split() for part in text.split("; ") if part != "–"]
    return [
        Approval(activity, parse(minutes), centavos(rate), centavos(price), number)
        for number, (activity, minutes, _at, rate, _is, price) in enumerate(parts, start=1)
    ]


def centavos(text: str) -> int:
    whole, cents = text.split(",")
    return int(whole) * 100 + int(cents)


def claims(case: ApprovalCase) -> list[Claim]:
    """The billable lines of a case, as the agreement reads them."""
    by_number = {work.number: work for work in case.works}
    lines = [line for line in classify(case.works, case.policy) if line.hour_class == "billable"]
    return [
        Claim(
            key, by_number[line.entry].adjusts or line.entry, by_number[line.entry].started_at, line.entry,
            by_number[line.entry].activity, line.minutes, charged=line.charged, rate=line.rate,
        )
        for key, line in enumerate(lines, start=1)
    ]  # fmt: skip


def shown(minutes: int) -> str:
    return f"{minutes // 60}h{minutes % 60:02d}"


def policy(text: str) -> list[Rules]:
    """``–``: the owner's; else terms by commas, and further versions after ``/ day 5:``."""
    versions = [OWNERS]
    for part in text.split(" / "):
        start, found = OWNERS.effective_from, re.match(r"day (\d+): (.*)", part)
        if found:
            start, part = (DAY_0 + timedelta(days=int(found[1]))).date(), found[2]
        version = replace(versions[-1], effective_from=start)
        for term in filter(None, part.replace("–", "").split(", ")):
            name, *value = term.split()
            if name in ("up", "nearest"):
                version = replace(version, rounding=name, increment=int(value[0]))
            elif value[0].endswith("/h"):
                cents = round(float(value[0].removesuffix("/h").replace(",", ".")) * 100)
                version = replace(version, **{f"{name}_rate": cents})
            else:
                version = replace(version, **{f"{name}_allowance": parse(value[0])})
        versions.append(version)
    return versions[1:]


def works(text: str) -> list[Work]:
    """``training 3h30``; ``homologation 2h00 NC-2``; ``adjust 1 -0h30``; one a day, or ``@5`` for the day."""
    found: list[Work] = []
    for number, item in enumerate(text.split(", "), start=1):
        words = item.split()
        day = number
        if words[-1].startswith("@"):
            day = int(words.pop()[1:])
        at = DAY_0 + timedelta(days=day)
        if words[0] == "adjust":
            first = found[int(words[1]) - 1]
            minutes = parse(words[2].lstrip("+-")) * (-1 if words[2].startswith("-") else 1)
            found.append(
                Work(number, at, minutes, first.activity, first.nonconformity, first.number, first.started_at.date())
            )
        else:
            assert words[0] in Activity.values, words[0]
            found.append(Work(number, at, parse(words[1]), words[0], words[2] if len(words) > 2 else ""))
    return found


def written(line: Line) -> str:
    """A line as the page writes it: entry, minutes, class; what is charged and centavos where it is billable."""
    sign, hours, minutes = "-" * (line.minutes < 0), abs(line.minutes) // 60, abs(line.minutes) % 60
    text = f"{line.entry}: {sign}{hours}h{minutes:02d} {line.hour_class}"
    if line.hour_class != "billable":
        return text
    sign, cents = "-" * (line.amount < 0), abs(line.amount)
    return f"{text}, {line.charged} min = {sign}{cents // 100},{cents % 100:02d}"
