from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.web.forms import CHOOSE
from apps.rollouts.correction_forms import reason_field
from apps.rollouts.forms import project_managers

MOST_BUSINESS_DAYS = 260
"""By as many a plan is moved at once: about a year."""


class RemindForm(forms.Form):
    """Nothing to type: whom it reminds of what stands on the page."""


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(project_managers(), label=_("Novo gerente de projeto"), empty_label=CHOOSE)
    reason = reason_field()


class ShiftPlanForm(forms.Form):
    business_days = forms.IntegerField(
        label=_("Dias úteis"),
        min_value=-MOST_BUSINESS_DAYS,
        max_value=MOST_BUSINESS_DAYS,
        help_text=_("Um número negativo adianta. Só mudam as etapas que ainda não começaram."),
    )
    reason = reason_field()
