from django import forms
from django.utils.translation import gettext as _

from apps.core.refusals import Invalid
from apps.prerequisites.kinds.base import Delivery, DeliveryKind
from apps.prerequisites.kinds.fields import help_with_example, text_field
from apps.prerequisites.models import Prerequisite


class Statement(DeliveryKind):
    """Something that its owner states in words."""

    kind = Prerequisite.Kind.STATEMENT

    def parts(self) -> list[tuple[str, str]]:
        return [("text", _("Descrição"))]

    def form_fields(self) -> dict[str, forms.Field]:
        return {"text": text_field(help_text=help_with_example("", self.item.example))}

    def check(self, delivery: Delivery) -> None:
        if not delivery.text:
            raise Invalid(_("Escreva a declaração."), field="text")
