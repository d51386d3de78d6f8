"""What a form takes fits its column: too long a text or too large a number is refused by the form, never by the database."""

import importlib
import inspect
import pkgutil
from functools import cache

import pytest
from django import forms
from django.apps import apps as installed
from django.core.validators import MaxValueValidator
from django.db import models

import apps
from apps.core.web.forms import DayField, InstantField

LONG_TEXTS = (forms.Textarea, forms.PasswordInput, forms.HiddenInput)
"""What is stored in a column without a limit, hashed, or compared: the limit of a body holds for it."""
OTHER_COLUMNS = {
    ("apps.accounts.forms", "email"): "the library's field, in whose place a MailboxFormField stands",
    ("apps.accounts.forms", "password"): "stored as a hash",
    ("apps.companies.forms", "cnpj"): "stored without its punctuation",
    ("apps.stages.acceptance.sealing.forms", "code"): "looked for without its punctuation",
    ("apps.hours.agreement.forms", "reason"): "stored as a note; the column of that name holds keys",
    ("apps.hours.ledger.forms", "reason"): "stored as a note; the column of that name holds keys",
    ("apps.portfolio.projects.several_forms", "reason"): "stored in the event; the column of that name is a report's",
    ("apps.stages.kickoff.forms", "reason"): "stored as the objection, or in the event",
}
"""Fields that go elsewhere than into the column of their name, and where."""


@cache
def form_fields():
    """``(module, form, name, field)`` of every field that a form of the apps declares itself."""
    return list(_form_fields())


def _form_fields():
    for module_info in pkgutil.walk_packages(apps.__path__, "apps."):
        if any(part in module_info.name for part in ("migrations", "management")):
            continue
        module = importlib.import_module(module_info.name)
        for form in vars(module).values():
            if inspect.isclass(form) and issubclass(form, forms.BaseForm) and form.__module__ == module.__name__:
                for name, field in getattr(form, "base_fields", {}).items():
                    of_model = issubclass(form, forms.BaseModelForm) and name in (form._meta.fields or ())
                    if not of_model:  # There the column itself gives the limit.
                        yield module.__name__, form.__name__, name, field


def columns(module: str, name: str) -> list[models.Field]:
    """The columns of that name in the app of ``module``."""
    config = max(
        (config for config in installed.get_app_configs() if module.startswith(f"{config.name}.")),
        key=lambda config: len(config.name),
    )
    fields = (field for model in config.get_models() for field in model._meta.get_fields())
    return [field for field in fields if field.name == name and isinstance(field, models.Field)]


def test_there_are_forms_to_look_at():
    assert len(form_fields()) > 200


def test_a_line_of_text_has_a_limit():
    without = [
        f"{module}.{form}.{name}"
        for module, form, name, field in form_fields()
        if isinstance(field, forms.CharField)
        and not isinstance(field, forms.RegexField)
        and field.max_length is None
        and not isinstance(field.widget, LONG_TEXTS)
    ]
    assert without == []


def test_no_form_takes_more_than_the_column_of_that_name():
    too_long = []
    for module, form, name, field in form_fields():
        if not isinstance(field, forms.CharField) or isinstance(field, forms.RegexField):
            continue
        same = columns(module, name)
        limits = [column.max_length for column in same if isinstance(column, models.CharField)]
        if not limits or len(limits) < len(same) or (module, name) in OTHER_COLUMNS:
            continue  # One of that name has no limit, or the field goes elsewhere.
        if field.max_length is None or field.max_length > max(limits):
            too_long.append(f"{module}.{form}.{name}: {field.max_length} > {max(limits)}")
    assert too_long == []


@pytest.mark.parametrize(
    ("column", "largest"),
    [
        (models.PositiveSmallIntegerField, 32_767),
        (models.PositiveIntegerField, 2_147_483_647),
        (models.IntegerField, 2_147_483_647),
    ],
)
def test_no_number_is_larger_than_the_column_of_that_name(column, largest):
    too_large = []
    for module, form, name, field in form_fields():
        if type(field) is not forms.IntegerField or isinstance(field.widget, forms.HiddenInput):
            continue
        limits = [rule.limit_value for rule in field.validators if isinstance(rule, MaxValueValidator)]
        if any(type(same) is column for same in columns(module, name)) and not (limits and min(limits) <= largest):
            too_large.append(f"{module}.{form}.{name}")
    assert too_large == []


def test_every_day_and_instant_of_a_form_is_one_that_somebody_means():
    days = [(f"{form}.{name}", field) for _m, form, name, field in form_fields() if isinstance(field, forms.DateField)]
    instants = [
        (f"{form}.{name}", field) for _m, form, name, field in form_fields() if isinstance(field, forms.DateTimeField)
    ]
    assert len(days) > 8
    assert len(instants) > 4
    without = [name for name, field in days if not isinstance(field, DayField)]
    without += [name for name, field in instants if not isinstance(field, InstantField)]
    assert without == []


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_far_from_today_is_refused_in_words(day):
    for field, text in ((DayField(), day), (InstantField(), f"{day}T23:59")):
        with pytest.raises(forms.ValidationError, match="entre 2000 e 2100"):
            field.clean(text)


def test_the_first_and_the_last_day_are_taken():
    assert [DayField().clean(f"{day}").year for day in ("2000-01-01", "2100-12-31")] == [2000, 2100]
