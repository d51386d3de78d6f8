from django import forms
from django.utils.translation import gettext_lazy as _

from apps.notices.models import Preference


class PreferenceForm(forms.ModelForm):
    success_message = _("Avisos atualizados.")

    class Meta:
        model = Preference
        fields = ["events", "reminders"]
        help_texts = {
            "events": _("Por exemplo: um item voltou para correção, uma credencial deixou de funcionar."),
            "reminders": _(
                "Um e-mail por dia, no máximo: no dia útil antes de uma reunião; três dias antes do prazo, no dia e a cada "
                "semana de atraso."
            ),
        }
