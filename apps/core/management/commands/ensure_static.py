import filecmp
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Collects the static files of this version, unless they lie in STATIC_ROOT already: an image brings them along, and "
        "nobody may write there."
    )
    requires_system_checks = []

    def handle(self, *args, verbosity: int, **options) -> None:
        if not are_collected():
            call_command("collectstatic", interactive=False, verbosity=verbosity, stdout=self.stdout)


def are_collected() -> bool:
    """Whether each static file of the code lies in ``STATIC_ROOT`` as it is, in production under its name with a hash too."""
    for finder in get_finders():
        for path, storage in finder.list([]):
            name = f"{storage.prefix}/{path}" if getattr(storage, "prefix", None) else path
            try:
                if not filecmp.cmp(storage.path(path), staticfiles_storage.path(name), shallow=False):
                    return False
                if isinstance(staticfiles_storage, ManifestFilesMixin):
                    hashed_name = staticfiles_storage.hashed_files[staticfiles_storage.hash_key(name)]
                    if not Path(staticfiles_storage.path(hashed_name)).exists():
                        return False
            except (FileNotFoundError, KeyError):
                return False
    return True
