"""The page on which the open projects of a spreadsheet are taken over: the file, what it means row by row, and the go."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.refusals import Invalid, require
from apps.core.untrusted.bodies import takes_files
from apps.core.web.forms import attempt, refusal_status
from apps.rollouts.importing import actions, columns
from apps.rollouts.importing.checks import Row
from apps.rollouts.models import Rollout

SALT = "rollouts.importing"
A_DAY = 24 * 60 * 60
BESIDES = 4 * 1024
"""Bytes of the confirmation besides what is signed, at the most."""


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Planilha"),
        help_text=gettext_lazy("XLSX ou CSV, até 50 projetos. Nada é gravado antes de você conferir."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


class ConfirmForm(forms.Form):
    """What was read of the file, as it was shown to this person."""

    lines = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, reader: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader

    def clean_lines(self) -> list[list[str]]:
        try:
            read_by, lines = signing.loads(self.cleaned_data["lines"], salt=SALT, max_age=A_DAY)
        except signing.BadSignature:
            read_by, lines = None, []
        if read_by != self.reader:
            raise forms.ValidationError(_("Esta conferência não vale mais. Envie a planilha de novo."))
        return lines


@takes_files
@require_http_methods(["GET", "POST"])
def take_over(request: SignedInRequest) -> HttpResponse:
    """Show what a file means (``file``), or take over what was shown (``lines``)."""
    require(request.user, "rollouts.create")
    if "lines" in request.POST:
        return _take_over(request)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "rollouts/import.html", {"form": form})
    lines: list[list[str]] = []
    rows: list[Row] = []

    def read(file: UploadedFile) -> None:
        lines.extend(actions.read(file, by=request.user))
        _refuse_oversized(_signed(request, lines))
        rows.extend(actions.checked(lines))

    if not attempt(request, form, read):
        return render(request, "rollouts/import.html", {"form": form}, status=refusal_status(form))
    request.not_done = True  # type: ignore[attr-defined] # Nothing was written: the same file may be sent again.
    return _show(request, form, rows, lines)


@require_GET
def template(request: SignedInRequest, file_format: str) -> HttpResponse:
    """The spreadsheet to fill in."""
    require(request.user, "rollouts.create")
    return columns.template().download(file_format)


def _take_over(request: SignedInRequest) -> HttpResponse:
    confirm = ConfirmForm(request.POST, reader=request.user.pk)
    taken_over: list[Rollout] = []
    if attempt(request, confirm, lambda lines: taken_over.extend(actions.take_over(lines, by=request.user))):
        count = len(taken_over)
        messages.success(
            request,
            ngettext("%(count)d projeto importado.", "%(count)d projetos importados.", count) % {"count": count},
        )
        return redirect("portfolio:list")
    lines = confirm.cleaned_data.get("lines", []) if hasattr(confirm, "cleaned_data") else []
    try:
        rows = actions.checked(lines) if lines else []
    except Invalid:
        rows = []
    return _show(request, FileForm(), rows, lines, confirm)


def _show(
    request: SignedInRequest,
    form: FileForm,
    rows: list[Row],
    lines: list[list[str]],
    refused: ConfirmForm | None = None,
) -> HttpResponse:
    problems = [problem for row in rows for problem in row.problems]
    status = 422 if problems else refusal_status(refused) if refused else 200
    context = {
        "form": form,
        "rows": rows,
        "problems": problems,
        "refused": refused,
        "lines": "" if problems or not rows else _signed(request, lines),
    }
    return render(request, "rollouts/import.html", context, status=status)


def _signed(request: SignedInRequest, lines: list[list[str]]) -> str:
    """The ``lines`` as they travel with the page, for this person alone."""
    return signing.dumps([request.user.pk, lines], salt=SALT, compress=True)


def _refuse_oversized(signed: str) -> None:
    """Raise ``Invalid`` for what a form could not send back."""
    if len(signed) + BESIDES > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise Invalid(
            _("A planilha tem texto demais para ser conferida de uma vez. Encurte os escopos ou divida-a em várias."),
            field="file",
        )
