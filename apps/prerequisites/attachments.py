"""The files of a delivery: which stay, which came back, which are somewhere else in the rollout already."""

from collections.abc import Iterable, Sequence

from django.core.files.base import File
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from apps.core import moments
from apps.core.exports.filenames import tidy
from apps.core.refusals import Invalid
from apps.files import actions as files
from apps.files.models import StoredFile
from apps.prerequisites.models import Prerequisite, Submission, SubmissionFile

FILES_AT_MOST = 20
OF_SUBMISSIONS = Prefetch("submissions__attached", SubmissionFile.objects.select_related("file"))
"""What ``prefetch_related`` of items takes to bring their deliveries with their files."""


def kept_files_of(last: Submission | None, keys: Sequence[str]) -> list[StoredFile]:
    """The files of the delivery ``last`` with those keys. Raises ``Invalid`` (422) for any other."""
    if not keys:
        return []
    kept_files = [file for file in last.files if str(file.pk) in keys and file.can_be_read] if last else []
    if len(kept_files) != len(set(keys)):
        raise Invalid(_("Escolha só arquivos da entrega que voltou."), field="stays")
    return kept_files


def refuse_returned_files(
    prerequisite: Prerequisite, new_files: Sequence[File], kept_files: Sequence[StoredFile], link: str
) -> None:
    """Raises ``Invalid`` (422) when a new file is one that came back, is given twice, or when nothing changed; more than
    ``FILES_AT_MOST`` are refused too."""
    last = prerequisite.last
    if len(new_files) + len(kept_files) > FILES_AT_MOST:
        text = _("São no máximo %(most)d arquivos por entrega. Junte alguns em um ZIP.")
        raise Invalid(text % {"most": FILES_AT_MOST}, field="file")
    came_back = {file.sha256 for file in last.files} if last else set()
    digests: set[str] = set()
    for file in new_files:
        digest = files.sha256(file)
        name = {"name": tidy(file.name)}
        if digest in digests:
            raise Invalid(_("“%(name)s” está duas vezes nesta entrega. Tire uma delas.") % name, field="file")
        if digest in came_back:
            text = _("“%(name)s”: é o mesmo arquivo que voltou para correção. Escolha a versão corrigida.")
            raise Invalid(text % name, field="file")
        digests.add(digest)
    files_were_wrong = "file" in (prerequisite.asked_again or ["file"])
    if (
        last
        and kept_files
        and not new_files
        and files_were_wrong
        and len(kept_files) == len(last.files)
        and link == last.link
    ):
        raise Invalid(_("A entrega voltou com estes mesmos arquivos. Envie o que foi corrigido."), field="file")


def attach(submission: Submission, files: Iterable[StoredFile]) -> None:
    """Make ``files`` the files of ``submission``, in this order."""
    rows = [SubmissionFile(submission=submission, file=file, position=position) for position, file in enumerate(files)]
    SubmissionFile.objects.bulk_create(rows)


def note_duplicates(items: Iterable[Prerequisite]) -> None:
    """On each file of a delivery (``SubmissionFile.twin``) that was delivered before in the same rollout: where and when,
    in a sentence. A file that merely stays is none. ``items`` are all of the rollout."""
    rows = [
        (submission, row)
        for item in items
        for submission in item.submissions.all()
        for row in submission.attached.all()
    ]
    rows.sort(key=lambda pair: (pair[0].submitted_at, pair[0].pk, pair[1].position))
    first_with_hash: dict[str, tuple[Submission, list[SubmissionFile]]] = {}
    for submission, row in rows:
        first, rows_before = first_with_hash.setdefault(row.file.sha256, (submission, []))
        if rows_before and all(earlier.file_id != row.file_id for earlier in rows_before):
            text = _("O mesmo arquivo já está em “%(item)s”, entrega %(number)d, de %(when)s.")
            row.twin = text % {
                "item": first.prerequisite.title,
                "number": first.number,
                "when": moments.show_day(first.submitted_at),
            }
        rows_before.append(row)
