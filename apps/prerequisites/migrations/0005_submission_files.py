import django.db.models.deletion
from django.db import migrations, models


def attach(apps, schema_editor):
    """The one file of each delivery becomes the first of several."""
    attached = apps.get_model("prerequisites", "SubmissionFile").objects
    for submission in apps.get_model("prerequisites", "Submission").objects.exclude(file=None):
        attached.create(submission=submission, file_id=submission.file_id, position=0)


def detach(apps, schema_editor):
    submissions = apps.get_model("prerequisites", "Submission").objects
    for row in apps.get_model("prerequisites", "SubmissionFile").objects.filter(position=0):
        submissions.filter(pk=row.submission_id).update(file=row.file_id)


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0003_previews_and_uploads"),
        ("prerequisites", "0004_evidence"),
    ]

    operations = [
        migrations.CreateModel(
            name="SubmissionFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attached",
                        to="prerequisites.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "arquivo de uma entrega",
                "verbose_name_plural": "arquivos de entregas",
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("submission", "position"), name="submission_file_position_once"),
                    models.UniqueConstraint(fields=("submission", "file"), name="submission_file_once"),
                ],
            },
        ),
        migrations.RunPython(attach, detach),
        migrations.RemoveField(model_name="submission", name="file"),
    ]
