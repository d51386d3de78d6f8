"""A field that chooses one of many rows: a list while they are few, a text with suggestions where there are more.

What the text means is looked up when the form is sent, so the field works without scripts too: with them the suggestions
follow what is typed. Every place that offers companies or projects uses it, so no page carries them all.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.database.unaccented import unaccented
from apps.core.numbers import whole_number
from apps.core.web.forms import CHOOSE

MOST_LISTED = 20
"""Beyond so many rows the list becomes a text; and so many suggestions are shown at once."""

Search = Callable[[Any, str], QuerySet[Any]]


def matching(rows: QuerySet[Any], search: Search, value: object, wording: Callable[[Any], str] = str) -> Any | None:
    """The one of ``rows`` that ``value`` means: its key, a text that is its name or ``wording``, or one by which ``search``
    finds nothing else; None for none or several."""
    text = str(value or "").replace("\0", "").strip()
    candidates = list(search(rows, text)[: MOST_LISTED + 1]) if text else []
    worded = [row for row in candidates if wording(row) == text]
    namesakes = [row for row in candidates if unaccented(str(row)) == unaccented(text)]
    chosen = worded or namesakes or candidates
    if (key := whole_number(text)) is not None and (row := rows.filter(pk=key).first()):
        # A list gives a key; where many are typed for, a number may be part of a name.
        is_listed = len(rows[: MOST_LISTED + 1]) <= MOST_LISTED
        return row if is_listed or chosen in ([], [row]) else None
    return chosen[0] if len(chosen) == 1 else None


def suggestions(
    request: HttpRequest, rows: QuerySet[Any], search: Search, wording: Callable[[Any], str]
) -> HttpResponse:
    """The rows that what is typed may mean, as ``<option>``. ``?name=`` says which parameter holds the text."""
    text = request.GET.get(request.GET.get("name", "q"), "").replace("\0", "").strip()
    options = [wording(row) for row in search(rows, text)[:MOST_LISTED]]
    return render(request, "core/suggestions.html", {"options": options})


class SearchWidget(forms.Select):
    """A ``<select>`` of at most ``MOST_LISTED`` rows, else an ``<input list>``."""

    wording: Callable[[Any], str]
    url = ""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        rows = list(self.choices.queryset[: MOST_LISTED + 1])  # type: ignore[union-attr]
        if len(rows) <= MOST_LISTED:
            empty = self.choices.field.empty_label  # type: ignore[union-attr]
            choices = [("", empty)] if empty is not None else []
            plain = forms.Select(self.attrs, [*choices, *((row.pk, str(row)) for row in rows)])
            plain.is_required = self.is_required
            return plain.render(name, value, attrs, renderer)
        attributes = self.build_attrs(self.attrs, attrs)
        context = {
            "name": name,
            "value": self._text(value),
            "attributes": flatatt(attributes),
            "list": f"{attributes.get('id', name)}_suggestions",
            "url": self.url,
            "options": [self.wording(row) for row in rows[:MOST_LISTED]],
        }
        return render_to_string("core/search_field.html", context)

    def _text(self, value: Any) -> str:
        """A chosen row as the person would write it; what was typed otherwise stays."""
        key = whole_number(str(value)) if isinstance(value, str | int) else None
        row = self.choices.queryset.filter(pk=key).first() if key is not None else None  # type: ignore[union-attr]
        return self.wording(row) if row else str(value or "")


class SearchField(forms.ModelChoiceField):
    """``search`` narrows rows to those that a text may mean, ``wording`` writes a row so that ``search`` finds it alone, and
    ``url_name`` is the page of its ``suggestions``, with ``query`` behind it."""

    widget = SearchWidget

    def __init__(
        self,
        queryset: QuerySet[Any],
        *,
        search: Search,
        wording: Callable[[Any], str],
        url_name: str,
        query: str = "",
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("empty_label", CHOOSE)
        self.search, self.wording, self.url_name, self.query = search, wording, url_name, query
        super().__init__(queryset, **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        widget: Any = self.widget
        more = f"&{self.query}" if self.query else ""
        widget.wording, widget.url = self.wording, f"{reverse(self.url_name)}?name={form.add_prefix(field_name)}{more}"
        return super().get_bound_field(form, field_name)

    def to_python(self, value: Any) -> Model | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Model):
            return super().to_python(value)
        rows: Any = self.queryset
        if row := matching(rows, self.search, value):
            return row
        several = self.search(rows, str(value).strip())[:3]
        if names := [self.wording(row) for row in several]:
            text = _("Mais de um serve: %(names)s… Escreva mais, ou escolha uma das sugestões.")
            raise ValidationError(text % {"names": "; ".join(names)}, code="several")
        raise ValidationError(
            _("Não encontramos “%(text)s”. Escolha uma das sugestões.") % {"text": value}, code="none"
        )
