from django import forms

from apps.prerequisites.evidence import showing
from apps.prerequisites.kinds.base import DOCUMENT_READING, Delivery, DeliveryKind, require_link
from apps.prerequisites.kinds.fields import help_with_example, link_field
from apps.prerequisites.models import Prerequisite, Submission


class Link(DeliveryKind):
    """The address of a document that is kept somewhere else."""

    kind = Prerequisite.Kind.LINK
    gathering = DOCUMENT_READING

    def parts(self) -> list[tuple[str, str]]:
        return [("link", "Link")]

    def form_fields(self) -> dict[str, forms.Field]:
        return {"link": link_field(help_text=help_with_example("", self.item.example))}

    def check(self, delivery: Delivery) -> None:
        require_link(delivery)

    def evidence(self, submission: Submission) -> showing.Evidence:
        return showing.of_document(submission)
