from django.db import migrations


def forget_who_took_no_part(apps, schema_editor) -> None:
    """Releases of before kept the names of everybody in the companies: only those of who took part stay (as
    ``names.at_release`` gathers them)."""
    rollout_class = apps.get_model("rollouts", "Rollout")
    events = apps.get_model("rollouts", "Event").objects.exclude(actor=None)
    attendees = apps.get_model("meetings", "Attendee").objects.filter(attended=True).exclude(person__user=None)
    signatories = apps.get_model("acceptance", "Signatory").objects
    entries = apps.get_model("hours", "TimeEntry").objects
    for release in apps.get_model("golive", "Release").objects.filter(names__has_key="people"):
        rollout = release.rollout_id
        keys = {
            *rollout_class.objects.filter(pk=rollout).values_list("project_manager", flat=True),
            *events.filter(rollout=rollout).values_list("actor", flat=True),
            *attendees.filter(meeting__rollout=rollout).values_list("person__user", flat=True),
            *signatories.filter(term__rollout=rollout).values_list("user", flat=True),
            *entries.filter(rollout=rollout).values_list("person", flat=True),
        }
        people = release.names["people"]
        release.names["people"] = {pk: name for pk, name in people.items() if int(pk) in keys}
        release.save(update_fields=["names"])


class Migration(migrations.Migration):
    dependencies = [
        ("golive", "0004_names_at_the_release"),
        ("acceptance", "0004_outdated_terms"),
        ("hours", "0001_initial"),
        ("meetings", "0001_initial"),
        ("rollouts", "0002_parties_of_before"),
    ]

    operations = [migrations.RunPython(forget_who_took_no_part, migrations.RunPython.noop)]
