"""Whether files can be kept and read again, and whether they are this database's."""

from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.health import Finding, HealthCheck, failure, well
from apps.files import identity

TEXT = b"health"


def storage() -> Finding:
    """A file is written, read and deleted again."""
    try:
        is_ours = identity.is_of_this_database()
        name = default_storage.save(f"health-{uuid4()}", ContentFile(TEXT))
        try:
            with default_storage.open(name) as file:
                is_same = file.read() == TEXT
        finally:
            default_storage.delete(name)
    except DatabaseError:
        raise
    except Exception as error:  # Each store has errors of its own.
        return failure(
            _("Não foi possível gravar e ler um arquivo (%(error)s).") % {"error": type(error).__name__},
            _("Veja as permissões e o espaço de VAR_DIR/files, ou S3_BUCKET e as credenciais dele."),
        )
    if not is_same:
        return failure(_("Um arquivo gravado voltou diferente."), _("Troque o armazenamento antes de usá-lo."))
    if not is_ours:
        return failure(
            _("Os arquivos guardados são de outro banco de dados."),
            _("Confira DATABASE_URL, VAR_DIR e S3_BUCKET. Se estão certos: manage.py sweep_orphans --claim"),
        )
    return well(_("Arquivos são gravados e lidos."))


CHECKS = [HealthCheck("storage", gettext_lazy("Arquivos"), storage)]
