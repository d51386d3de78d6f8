"""What the catalogue lays out in the worksheet beside the methods of the Presence API: orders, prices, SKU, customers."""

from apps.blueprints.catalogues import content
from apps.blueprints.models import Blueprint
from apps.stages.kickoff.models import Kickoff, Row
from apps.stages.kickoff.sheets import DATA


def lay_out_data(kickoff: Kickoff) -> None:
    """The rows of data of the catalogue, by topic: for a new rollout, and for one that started before there were any.
    Twice lays out once."""
    topics = content.kickoff().topics
    kickoff.topics = [
        {"key": topic.key, "title": topic.title, "help": topic.help, "sides": topic.sides} for topic in topics
    ]
    kickoff.save(update_fields=["topics"])
    Row.objects.bulk_create(
        (
            Row(
                kickoff=kickoff,
                sheet=DATA.key,
                topic=topic.key,
                key=f"{topic.key}.{row.key}",
                title=row.title,
                position=position,
                cells={"datum": row.title["pt"], "direction": row.direction, "master": row.master},
            )
            for topic in topics
            for position, row in enumerate(topic.rows, start=1)
        ),
        ignore_conflicts=True,
    )


def lay_out_missing_data(kickoff: Kickoff) -> None:
    """``lay_out_data`` for a rollout that started before the catalogue had any. Without a catalogue nothing is laid out."""
    try:
        lay_out_data(kickoff)
    except Blueprint.DoesNotExist:
        return
