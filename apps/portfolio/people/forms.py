from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.models import Kind
from apps.core.database.unaccented import by_name
from apps.core.minutes import AllowanceField
from apps.core.web.forms import CHOOSE, DayField, ListedChoiceField


class AbsenceForm(forms.Form):
    """Days on which ``by`` is away; with ``of_anybody`` also those of a colleague."""

    success_message = _("Ausência registrada.")

    person = ListedChoiceField(User.objects.none(), label=_("Quem"), empty_label=CHOOSE)
    first = DayField(label=_("Primeiro dia"))
    last = DayField(label=_("Último dia"))

    def __init__(self, *args: Any, by: User, of_anybody: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by = by
        if of_anybody:
            colleagues = User.objects.filter(memberships__company__kind=Kind.PRESENCE, is_active=True)
            self.fields["person"].queryset = colleagues.order_by(*by_name("name"), "pk")  # type: ignore[attr-defined]
            self.fields["person"].initial = by
        else:
            del self.fields["person"]

    def clean(self) -> dict[str, Any]:
        return {"person": self._by, **(super().clean() or {})}


class CapacityForm(forms.Form):
    success_message = _("Capacidade atualizada.")

    minutes = AllowanceField(
        label=_("Horas por semana para projetos"), required=False, help_text=_("Em branco, vale o padrão da casa.")
    )
