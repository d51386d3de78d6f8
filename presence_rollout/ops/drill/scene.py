"""What the drill writes into: a project whose homologation has begun, and people who may write. And what came of it.

    python -m presence_rollout.ops.drill.scene build     # prints where to write, and who may
    python -m presence_rollout.ops.drill.scene count     # prints how often each mark of the journal is in the database

It runs in a process of its own with the settings of the installation, as a command does.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

PEOPLE = 150
"""Who signs in, one after the other: how often one person may have a code mailed is limited."""
PREFIX = "drill-"
"""Every text that the drill writes begins with it, and is there once."""


def address(number: int) -> str:
    """Of the person with this number, from 0."""
    return f"pessoa{number:03d}@aurora.example"


def build() -> dict[str, Any]:
    """Fill an empty database; who writes what, where."""
    from apps.accounts import actions as accounts
    from apps.accounts.address_changes import vouch_for_address
    from apps.accounts.models import User
    from apps.companies.actions import join
    from apps.companies.models import Role
    from apps.core import clock
    from apps.core.background import queue
    from apps.demo.people import create_people
    from apps.demo.story import Story
    from apps.stages.homologation.execution import actions as homologation
    from apps.stages.homologation.models import Case

    with queue.paused():
        participants = create_people()
        company = participants.companies["aurora"]
        for number in range(PEOPLE):
            person = User.objects.create_user(address(number), name=f"Pessoa {number}")
            accounts.consent(person, terms=True)
            vouch_for_address(person)
            join(company, person, role=Role.MEMBER)
        today = clock.now()
        begun = today.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=47)
        story = Story(participants, "aurora", "vtex", "conecta", "vtex", begun, today, "gerente@presence.demo")
        story.kickoff_done()
        story.develop()
        story.train(every_case=True)
        story.ready_to_homologate()
        cases = list(Case.objects.filter(script__rollout=story.rollout, rounds__isnull=False).order_by("pk"))
        failed = homologation.record_result(
            cases.pop(), by=story.analyst, outcome="failed", note="Pedido some sem erro.", severity="blocking",
            evidence_text="Pedido 4411", owner="integrator", due=clock.today() + timedelta(days=4),
        )  # fmt: skip
        return {
            "rollout": story.rollout.pk,
            "cases": [case.code for case in cases],
            "result": failed.pk,
            "case": failed.case.code,
            "nonconformity": story.rollout.nonconformities.get().number,
        }


def count() -> dict[str, dict[str, int]]:
    """Every mark that is in the database, and how often: ``marks``, with each address as the mark of what it was mailed; and
    of these ``mails``, by address, how many are noted as sent."""
    from apps.hours.models import TimeEntry
    from apps.outbox.models import Mail
    from apps.prerequisites.models import Prerequisite, Submission
    from apps.stages.homologation.models import Evidence, NonconformityComment

    marks: Counter[str] = Counter()
    for model, field in (
        (TimeEntry, "note"), (Evidence, "text"), (NonconformityComment, "text"), (Submission, "text"),
    ):  # fmt: skip
        marks.update(_marks(model._base_manager.values_list(field, flat=True)))
    marks.update(_marks(item.title["pt"] for item in Prerequisite.objects.filter(is_own=True)))
    for evidence in Evidence.objects.filter(file__name__startswith=PREFIX).select_related("file"):
        if evidence.file:
            with evidence.file.content.open() as file:
                marks[file.read().decode().split("\n")[0]] += 1
    codes = Mail.objects.filter(work="outbox.mail")
    marks.update(codes.values_list("address", flat=True))
    mails = Counter(Mail.objects.exclude(sent_at=None).values_list("address", flat=True))
    return {"marks": marks, "mails": mails}


def _marks(texts: Iterable[str | None]) -> list[str]:
    return [text for text in texts if text and text.startswith(PREFIX)]


def main(command: str) -> int:
    import django

    django.setup()
    print(json.dumps({"build": build, "count": count}[command]()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
