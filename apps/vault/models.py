import uuid

from django.db import models

from apps.core import clock


class Secret(models.Model):
    """One encrypted value. ``field`` says what it is; with the row's own id it is bound into the ciphertext."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    field = models.CharField(max_length=60)
    ciphertext = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return f"{self.field} ({self.id})"

    @property
    def associated_data(self) -> bytes:
        """What the ciphertext is bound to: moved to another row or field, it does not open."""
        return f"vault.secret:{self.id}:{self.field}".encode()
