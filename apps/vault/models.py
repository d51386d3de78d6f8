import uuid

from django.db import models

from apps.core import canonical, clock


class Secret(models.Model):
    """One encrypted value. ``field`` says what it is; with the row's own id and ``destination`` it is bound into the
    ciphertext.

    ``destination`` states where the value may be sent, in words of whoever sealed it; empty for one that is only kept to be
    read. It is never a secret.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    field = models.CharField(max_length=60)
    destination = models.TextField(blank=True)
    ciphertext = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return f"{self.field} ({self.id})"

    def associated_data(self, destination: str) -> bytes:
        """What a ciphertext given for ``destination`` is bound to: moved to another row or field, or with another
        destination, it does not open."""
        if not destination:
            return f"vault.secret:{self.id}:{self.field}".encode()
        return b"vault.secret.bound:" + canonical.dumps([str(self.id), self.field, destination])


class KeyCheck(models.Model):
    """One text of the vault's own, closed with its keys: who cannot open it has others (``key_check``). At most one row."""

    ciphertext = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="key_check_is_one_row")]

    def __str__(self) -> str:
        return f"{self.created_at}"
