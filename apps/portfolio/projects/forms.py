from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.models import Company
from apps.portfolio.models import SavedView


class SaveViewForm(forms.ModelForm):
    success_message = _("Visão salva.")

    class Meta:
        model = SavedView
        fields = ("name", "shared_with")

    def __init__(self, *args, owner: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        shared_with = self.fields["shared_with"]
        shared_with.queryset = Company.objects.filter(memberships__user=owner)  # type: ignore[attr-defined]
        shared_with.empty_label = _("ninguém")  # type: ignore[attr-defined]

    def validate_unique(self) -> None:
        """One's view of the same name is replaced."""
