from django import forms
from django.utils.translation import gettext as _

from apps.core.refusals import Invalid
from apps.files.forms import FilesField
from apps.prerequisites.attachments import FILES_AT_MOST
from apps.prerequisites.evidence import showing
from apps.prerequisites.kinds.base import DOCUMENT_READING, Delivery, DeliveryKind
from apps.prerequisites.kinds.fields import help_with_example, link_field, text_field
from apps.prerequisites.models import Prerequisite, Submission


class Document(DeliveryKind):
    """Files, or a link to where they are, with a note."""

    kind = Prerequisite.Kind.DOCUMENT
    gathering = DOCUMENT_READING

    def parts(self) -> list[tuple[str, str]]:
        return [("file", _("Arquivo ou link")), ("text", _("Observação"))]

    def form_fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        last = self.item.last
        if readable := [file for file in last.files if file.can_be_read] if last else []:
            fields["stays"] = forms.MultipleChoiceField(
                label=_("Continuam valendo da entrega que voltou"),
                required=False,
                choices=[(str(file.pk), file.name) for file in readable],
                widget=forms.CheckboxSelectMultiple,
            )
        fields["file"] = FilesField(label=_("Arquivos"), required=False, most=FILES_AT_MOST)
        fields["link"] = link_field(required=False, help_text=help_with_example("", self.item.example))
        fields["text"] = text_field(_("Observação"), required=False)
        return fields

    def part_of(self, field_name: str) -> str:
        return "file" if field_name in ("link", "stays") else field_name

    def check(self, delivery: Delivery) -> None:
        if not (delivery.new_files or delivery.link or delivery.kept_files):
            raise Invalid(_("Envie um arquivo ou informe um link."), field="file")

    def evidence(self, submission: Submission) -> showing.Evidence:
        return showing.of_document(submission)
