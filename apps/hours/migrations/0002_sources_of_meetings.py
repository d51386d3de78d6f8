from django.db import migrations

KINDS = {"session": "training", "meeting": "homologation"}


def rename(apps, schema_editor) -> None:
    """What was answered of a session stays answered: proposals name their meeting by kind, rollout and number now."""
    proposals = apps.get_model("hours", "Proposal").objects
    for proposal in proposals.filter(source__regex=r"^(session|meeting):[0-9]+\.[0-9]+$"):
        kind, _colon, key = proposal.source.partition(":")
        proposal.source = f"{KINDS[kind]}:{proposal.rollout_id}.{key.partition('.')[2]}"
        proposal.save(update_fields=["source"])


class Migration(migrations.Migration):
    dependencies = [("hours", "0001_initial"), ("meetings", "0001_initial")]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
