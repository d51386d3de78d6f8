from django import forms
from django.utils.translation import gettext_lazy as _

from apps.blueprints.catalogues import clauses
from apps.stages.acceptance.wording import clauses as wording


class OwnClauseForm(forms.Form):
    """A clause of this rollout in its own words, and why. The term is in Portuguese."""

    success_message = _("Cláusula salva. Um termo já redigido precisa ser redigido de novo.")

    title = forms.CharField(label=_("Título"), max_length=clauses.LONGEST_TITLE)
    text = forms.CharField(label=_("Texto"), max_length=clauses.LONGEST_TEXT, widget=forms.Textarea)
    reason = forms.CharField(
        label=_("Motivo"),
        max_length=wording.LONGEST_REASON,
        widget=forms.Textarea,
        help_text=_("Fica no histórico do projeto, e as quatro partes o leem."),
    )

    def __init__(self, *args, clause: wording.Clause | None = None, **kwargs) -> None:
        if clause and not clause.is_left_out:
            kwargs["initial"] = {"title": clause.title, "text": clause.text}
        elif clause:
            kwargs["initial"] = clause.template
        super().__init__(*args, **kwargs)


class LeaveOutForm(forms.Form):
    success_message = _("A cláusula não entra no termo. Um termo já redigido precisa ser redigido de novo.")

    reason = forms.CharField(label=_("Motivo"), max_length=wording.LONGEST_REASON, widget=forms.Textarea)
