from django import forms
from django.utils.translation import gettext_lazy as _

from apps.portfolio.models import SavedView


class SaveViewForm(forms.ModelForm):
    success_message = _("Visão salva.")

    class Meta:
        model = SavedView
        fields = ("name", "is_shared")

    def validate_unique(self) -> None:
        """One's view of the same name is replaced."""
