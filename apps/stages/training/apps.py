from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """The remote training: syllabus, sessions, attendance."""

    name = "apps.stages.training"
    label = "training"
