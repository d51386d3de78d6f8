"""What may change between a term's PDF and the same PDF signed: signatures, what shows them, and what proves them later.

pyHanko's difference analysis compares each revision of a file with the ones before. It supposes that a form is there
already; a term's PDF has none until somebody signs it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader, RawPdfPath
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    FormUpdate,
    FormUpdatingRule,
    GenericFieldModificationRule,
    ModificationLevel,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.commons import compare_dicts, compare_key_refs, qualify_transforming
from pyhanko.sign.diff_analysis.form_rules_api import FieldComparisonContext, _list_fields
from pyhanko.sign.diff_analysis.rules_api import Context
from pyhanko.sign.fields import enumerate_sig_fields

STAMP = 125_000
"""The most that what shows a signature may cover, in square points: a quarter of an A4 page."""
BEHAVIOUR = {"/A", "/AA"}
"""What would make a signature's field do something."""


class Changed(Exception):
    """``problem`` is one of the keys of ``elsewhere.SENTENCES``."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class _FirstForm(FormUpdatingRule):
    """As pyHanko's own, where the revision before has no form at all."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        if "/AcroForm" in old.root:
            yield from super().apply(old, new)
            return
        nothing, path = generic.DictionaryObject(), RawPdfPath("/Root", "/AcroForm")
        form = yield from self._added("/AcroForm", old, old.root, new.root, path)
        if form is None:
            return
        compare_dicts(nothing, form, self.ignored_acroform_keys | {"/SigFlags"})
        fields = yield from self._added("/Fields", old, nothing, form, path + "/Fields")
        resources = yield from self._added("/DR", old, nothing, form, path + "/DR")
        if resources is not None:
            for reference in new.collect_dependencies(resources, since_revision=old.revision + 1):
                yield ModificationLevel.FORM_FILLING, FormUpdate(updated_ref=reference, field_name=None)
        listed = dict(_list_fields(generic.ArrayObject(), fields, old_path=path + "/Fields"))
        for rule in self.field_rules:
            yield from rule.apply(FieldComparisonContext(field_specs=listed, old=old, new=new))

    def _added(self, key: str, old: HistoricalResolver, before: Any, after: Any, path: RawPdfPath) -> Any:
        update = FormUpdate.curry_ref(field_name=None, context_checked=Context.from_absolute(old, path))
        _before, found = yield from qualify_transforming(
            ModificationLevel.LTA_UPDATES, compare_key_refs(key, old, before, after), transform=update
        )
        return found


POLICY = StandardDiffPolicy(
    global_rules=DEFAULT_DIFF_POLICY.global_rules,
    form_rule=_FirstForm(
        field_rules=[SigFieldCreationRule(), SigFieldModificationRule(), GenericFieldModificationRule()]
    ),
)


def review(reader: PdfFileReader, base: int) -> None:
    """Raise ``Changed`` unless the revisions after ``base`` add signatures and what belongs to them, and nothing else."""
    found = POLICY.review_file(reader, base)
    if isinstance(found, SuspiciousModification) or found.modification_level > ModificationLevel.FORM_FILLING:
        raise Changed("changed")
    for field in _fields(reader):
        if BEHAVIOUR & set(field):
            raise Changed("changed")
        if _area(field) > STAMP:
            raise Changed("stamp")


def _fields(reader: PdfFileReader) -> Iterator[generic.DictionaryObject]:
    """The fields of signatures, filled or not, and what shows each."""
    for _name, _value, reference in enumerate_sig_fields(reader):
        field = reference.get_object()
        yield field
        yield from (kid.get_object() for kid in field.get("/Kids", ()))


def _area(field: generic.DictionaryObject) -> float:
    left, bottom, right, top = (float(each) for each in field.get("/Rect", (0, 0, 0, 0)))
    return abs(right - left) * abs(top - bottom)
