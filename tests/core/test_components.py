"""Components keep their promises: what a reader sees, what a screen reader is told, and that data is escaped."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.formats import date_format
from django_cotton.compiler_regex import CottonCompiler
from django_cotton.templatetags._component import cotton_component

from apps.core import clock, views
from apps.core.templatetags import core
from apps.core.templatetags.core import elapsed, initials, moment, relative
from apps.core.web import components
from apps.core.web.widgets import DateInput, DateTimeInput
from tests.companies.factories import UserFactory

NOON = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)  # noon in São Paulo


def render(source: str, **context) -> str:
    template = engines["django"].from_string(CottonCompiler().process(source))
    return template.render(context, RequestFactory().get("/projetos/7/"))


class DeliveryForm(forms.Form):
    title = forms.CharField(label="Título", help_text="Curto.")
    due = forms.DateField(label="Prazo", widget=DateInput, required=False)
    held_at = forms.DateTimeField(label="Realizada em", widget=DateTimeInput, required=False)
    agreed = forms.BooleanField(label="Combinado", required=False)
    side = forms.ChoiceField(label="Lado", choices=[("a", "A")], widget=forms.RadioSelect, required=False)


def test_a_button_with_an_address_is_a_link_and_otherwise_a_button_that_does_not_submit():
    assert '<a href="/x" class="btn btn-primary' in render('<c-button href="/x" variant="primary">Ver</c-button>')
    assert '<button type="button" class="btn btn-secondary' in render("<c-button>Ver</c-button>")


def test_a_button_passes_on_attributes_it_does_not_know():
    assert 'data-open-dialog="novo"' in render('<c-button data-open-dialog="novo">Novo</c-button>')


@pytest.mark.parametrize(
    "source",
    [
        '<c-party role="client" :name="name" />',
        '<c-badge title="{{ name }}">{{ name }}</c-badge>',
        '<c-page-header title="{{ name }}" />',
        '<c-panel title="{{ name }}" id="x">-</c-panel>',
        '<c-attachment :name="name" href="/f" />',
        '<c-timeline-item icon="check" :actor="name">{{ name }}</c-timeline-item>',
        '<c-stat label="{{ name }}" value="{{ name }}" />',
        '<c-callout title="{{ name }}">-</c-callout>',
        '<c-empty-state title="{{ name }}" />',
        '<c-avatar :name="name" />',
    ],
)
def test_names_given_by_people_are_escaped(source):
    html = render(source, name='<img src=x onerror="1">')
    assert "<img" not in html


def test_a_field_with_an_error_is_tied_to_its_help_and_its_message():
    html = render('<c-field :field="form.title" />', form=DeliveryForm({}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html


def test_only_a_required_field_carries_the_mark():
    assert "text-danger" in render('<c-field :field="form.title" />', form=DeliveryForm())
    assert "text-danger" not in render('<c-field :field="form.due" />', form=DeliveryForm())


def test_a_checkbox_has_its_label_after_it_and_a_choice_group_has_a_legend():
    checkbox = render('<c-field :field="form.agreed" />', form=DeliveryForm())
    assert checkbox.index("<input") < checkbox.index("<label")
    assert "<legend" in render('<c-field :field="form.side" />', form=DeliveryForm())


def test_dates_are_given_to_the_browser_in_iso_form_whatever_the_language():
    with timezone.override("America/Sao_Paulo"):
        form = DeliveryForm(initial={"due": NOON.date(), "held_at": NOON})
        assert 'value="2026-03-12"' in str(form["due"])
        assert 'value="2026-03-12T12:00"' in str(form["held_at"])


def test_a_typed_instant_is_read_in_the_readers_time_zone_and_comes_back_as_typed():
    typed = {"title": "", "held_at": "2026-03-12T12:00"}
    with timezone.override("America/Sao_Paulo"):
        form = DeliveryForm(typed)
        assert form.is_valid() is False
        assert form.cleaned_data["held_at"] == NOON
        assert 'value="2026-03-12T12:00"' in str(form["held_at"])


def test_form_errors_say_where_to_look_when_only_fields_are_at_fault():
    assert "Confira os campos destacados" in render('<c-form-errors :form="form" />', form=DeliveryForm({}))
    assert 'role="alert"' not in render('<c-form-errors :form="form" />', form=DeliveryForm())


def test_a_refused_form_opens_its_dialog_on_arrival():
    source = '<c-dialog id="novo" title="Novo" :open="form.is_bound">…</c-dialog>'
    assert "data-open-now" in render(source, form=DeliveryForm({}))
    assert "data-open-now" not in render(source, form=DeliveryForm())


def test_the_stage_rail_names_the_current_step_and_links_where_it_can():
    steps = [
        {"label": "Reunião", "state": "done", "href": "/a"},
        {"label": "Desenvolvimento", "state": "held"},
        {"label": "Treinamento", "state": "todo"},
    ]
    html = render('<c-stage-rail :steps="steps" />', steps=steps)
    assert html.count('aria-current="step"') == 1
    assert 'href="/a"' in html
    assert 'aria-label="Em espera"' in html


def test_a_tab_tells_which_page_is_shown():
    html = render('<c-tab href="/a" :current="True" :count="0">Casos</c-tab><c-tab href="/b">Horas</c-tab>')
    assert html.count('aria-current="page"') == 1
    assert ">0<" in html


def test_the_navigation_marks_the_area_of_the_page_and_skips_areas_that_do_not_exist():
    html = render('<c-nav-item url="/" under="/projetos/" icon="layers">Projetos</c-nav-item>')
    assert 'aria-current="page"' in html
    assert 'aria-current="page"' not in render('<c-nav-item url="/" icon="layers">Projetos</c-nav-item>')
    assert "<li>" not in render('<c-nav-item url="" icon="layers">Horas</c-nav-item>')


def test_progress_needs_no_inline_style():
    html = render('<c-progress :value="done" :max="total" label="Casos" />', done=3, total=9)
    assert '<progress value="3" max="9"' in html
    assert "style=" not in html


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=10), "agora"),
        (timedelta(minutes=-5), "há 5 min"),
        (timedelta(minutes=40), "em 40 min"),
        (timedelta(hours=-3), "há 3 h"),
        (timedelta(hours=-11), "hoje"),
        (timedelta(hours=-13), "ontem"),
        (timedelta(days=1), "amanhã"),
        (timedelta(days=-2), "há 2 dias"),
        (timedelta(days=5), "em 5 dias"),
        (timedelta(days=-8), "04/03/2026"),
    ],
)
def test_time_is_told_as_people_tell_it(distance, words):
    with clock.at(NOON), timezone.override("America/Sao_Paulo"), translation.override("pt-br"):
        assert relative(NOON + distance) == words


def test_a_page_inside_a_room_leaves_the_first_title_to_the_room():
    html = render('<c-page-header level="2" title="Cláusulas" />')
    assert "<h1" not in html
    assert ">Cláusulas</h2>" in html


def test_what_lasts_since_long_ago_is_told_in_days():
    with clock.at(NOON), timezone.override("America/Sao_Paulo"), translation.override("pt-br"):
        assert elapsed(NOON - timedelta(days=40)) == "há 40 dias"
        assert elapsed(NOON - timedelta(hours=3)) == "há 3 h"
        html = render('<c-time :at="at" mode="elapsed" />', at=NOON - timedelta(days=40))
        assert 'title="31/01/2026 12:00"' in html
        assert ">há 40 dias<" in html


def test_a_plain_date_is_told_in_days():
    with clock.at(NOON), timezone.override("America/Sao_Paulo"), translation.override("pt-br"):
        assert relative(NOON.date() + timedelta(days=1)) == "amanhã"
        assert moment(NOON.date()) == "12/03/2026"
        assert moment(NOON) == "12/03/2026 12:00"


@pytest.mark.parametrize("language", ["pt-br", "en"])
def test_a_day_is_written_alike_for_every_reader(language):
    """11/12 must not be another day for who reads English."""
    with timezone.override("America/Sao_Paulo"), translation.override(language):
        assert moment(NOON) == "12/03/2026 12:00"
        assert date_format(timezone.localtime(NOON), "SHORT_DATETIME_FORMAT") == "12/03/2026 12:00"


def test_initials_are_of_the_first_and_the_last_name():
    assert initials("Ana Paula Souza") == "AS"
    assert initials("ana") == "A"
    assert initials("") == ""


def styleguide() -> str:
    """The page of all components, with one key for its forms and without the token that each rendering makes anew."""
    for loader in engines["django"].engine.template_loaders:
        loader.reset()
    request = RequestFactory().get("/styleguide/")
    request.user = UserFactory.build(pk=1, name="Ana", email="ana@exemplo.com.br")
    request.form_key = "the-key-of-one-page-1"
    return without_space(re.sub(r"[A-Za-z0-9]{64}", "token", views.styleguide(request).content.decode()))


def without_space(html: str) -> str:
    """The line breaks of the icon's template are printed by Cotton alone."""
    return re.sub(r"\s+", "", html)


@pytest.mark.django_db
def test_every_component_prints_what_cottons_own_node_prints(monkeypatch):
    with clock.at(NOON):
        own_html = styleguide()
        monkeypatch.setitem(core.register.tags, "cotton", cotton_component)
        cottons_html = styleguide()
        monkeypatch.undo()
        styleguide()
    assert own_html == cottons_html
    assert own_html.count("<svg") > 60


@pytest.mark.parametrize(
    "source",
    [
        '<c-badge :title="nothing.here" data-a="{{ name }}" hidden>a</c-badge>',
        '<c-badge tone=info title="x">{{ name }}</c-badge>',
        '<c-panel :title="name" count="{{ number }}"><c-slot name="actions"><c-badge>b</c-badge></c-slot>a</c-panel>',
        '<c-button data-x=\'{"a": "b"}\' aria-label="{{ name }}" :disabled="True">a</c-button>',
        '<c-progress :value="number" :max="nothing" label="x" />',
        '<c-card><c-card><c-icon :name="icon" :title="name" /></c-card>{{ title }}{{ pad }}</c-card>',
    ],
)
def test_attributes_and_slots_reach_a_component_as_cotton_hands_them_over(source, monkeypatch):
    values = {"name": '<b> & "c"', "number": 3, "icon": "check"}
    own_html = without_space(render(source, **values))
    monkeypatch.setitem(core.register.tags, "cotton", cotton_component)
    assert own_html == without_space(render(source, **values))


def test_a_default_that_depends_on_the_page_is_refused():
    template = engines["django"].from_string('{% cotton:vars :title="request.path" / %}').template
    (node,) = template.nodelist
    with pytest.raises(ImproperlyConfigured, match="title"):
        components._default("x", node._prepared_vars[0])
