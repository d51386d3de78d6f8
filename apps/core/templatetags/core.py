"""Filters every template may use (a template builtin)."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from apps.core import clock, moments, plugins, sentences
from apps.core import cnpj as cnpj_
from apps.core import minutes as minutes_
from apps.core import money as money_
from apps.core.exports.tables import FORMATS
from apps.core.web import addresses, components, form_keys, icons

register = template.Library()
register.tag("cotton", components.component)
register.tag("url", addresses.url)
register.tag("csrf_token", form_keys.csrf_token)


@register.filter
def minutes(value: int | None) -> str:
    """``90`` as ``1h30``."""
    return "" if value is None else minutes_.show(int(value))


@register.filter
def money(value: int | None) -> str:
    """Centavos as ``R$ 1.234,56``."""
    return "" if value is None else money_.show(int(value))


@register.filter
def cnpj(value: str) -> str:
    """A stored CNPJ with its punctuation."""
    return cnpj_.show(value)


@register.filter
def sentence(text: object) -> str:
    """``text`` with a full stop at its end, unless what somebody wrote ends one already."""
    return sentences.with_stop(str(text or ""))


@register.filter
def initials(name: object) -> str:
    """First letters of the first and the last name: ``Ana Paula Souza`` as ``AS``."""
    words = str(name or "").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def startswith(text: str, prefix: object) -> bool:
    """Whether ``text`` begins with ``prefix``."""
    return str(text).startswith(str(prefix))


@register.filter
def moment(value: date | datetime | None) -> str:
    """A date, or an instant by the reader's clock, as short text; with Presence's day where that is another."""
    return moments.show(value) if value else ""


@register.filter
def moment_with_zone(value: datetime | None) -> str:
    """An instant as ``moment`` gives it, and by whose clock: ``23/11/2026 18:04, horário de Brasília``."""
    return moments.show_with_zone(value) if value else ""


@register.filter
def day(value: date | datetime | None) -> str:
    """A date, or Presence's day of an instant, as short text: ``23/11/2026``."""
    return moments.show_day(value) if value else ""


@register.filter
def day_in_brasilia(value: datetime | None) -> str:
    """Beside a time whose day stands elsewhere: ``31/10 em Brasília`` where Presence's day is not the reader's."""
    return moments.day_in_brasilia(value) if value else ""


@register.filter
def official_time(value: datetime | str | None) -> str:
    """An instant, or its ISO form, as it stands on paper: ``23/11/2026 18:04 (UTC−3)``, by the installation's clocks."""
    if not value:
        return ""
    return clock.official_time(datetime.fromisoformat(value) if isinstance(value, str) else value)


@register.filter
def iso_day(text: str) -> str:
    """A day as a record keeps it, as people read it: ``23/11/2026``."""
    return moments.show_iso_day(text) if text else ""


@register.filter
def isoformat(value: date | datetime | None) -> str:
    """For the ``datetime`` attribute: the date, or the instant with its offset in the reader's time zone."""
    if value is None:
        return ""
    return clock.local(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


@register.filter
def relative(value: date | datetime | None, within: int = 7) -> str:
    """How far from now, in words: an instant by the reader's calendar, a day by Presence's; beyond ``within``, the date."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        elapsed = clock.now() - value
        minutes = round(abs(elapsed) / timedelta(minutes=1))
        past = elapsed >= timedelta(0)
        if minutes < 1:
            return _("agora")
        if minutes < 60:
            return (_("há %(n)s min") if past else _("em %(n)s min")) % {"n": minutes}
        if minutes < 6 * 60:
            return (_("há %(n)s h") if past else _("em %(n)s h")) % {"n": round(minutes / 60)}
    zone = clock.reader_zone() if isinstance(value, datetime) else None
    day = clock.day_of(value, zone) if isinstance(value, datetime) else value
    days = (day - clock.today(zone)).days
    if abs(days) > within:
        return moments.show_day(value)
    if days in (-1, 0, 1):
        return {-1: _("ontem"), 0: _("hoje"), 1: _("amanhã")}[days]
    if days < 0:
        return ngettext("há %(n)s dia", "há %(n)s dias", -days) % {"n": -days}
    return ngettext("em %(n)s dia", "em %(n)s dias", days) % {"n": days}


@register.filter
def elapsed(value: date | datetime | None) -> str:
    """The same in words however far away it is: for what has lasted since then."""
    return relative(value, within=timedelta.max.days)


class FixedNode(template.Node):
    """What is between ``{% fixed %}`` and ``{% endfixed %}``: rendered when it is first shown in a language, and kept."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist
        self.html_by_language: dict[str | None, str] = {}

    def render(self, context: template.Context) -> str:
        language = get_language()
        if language not in self.html_by_language:
            # Of the page it knows nothing: a variable of one reader could be shown to another.
            page: Any = context.template
            alone = template.Context()
            with alone.bind_template(page), alone.render_context.push_state(page):
                self.html_by_language[language] = self.nodelist.render(alone)
        return self.html_by_language[language]


@register.tag
def fixed(parser: template.base.Parser, token: template.base.Token) -> FixedNode:
    """``{% fixed %}…{% endfixed %}``: what depends on the language alone, in the frame of every page. Variables are empty."""
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    return FixedNode(nodelist)


@register.simple_tag
def icon(name: str, size: str, css: str, title: str) -> str:
    """What ``<c-icon>`` prints."""
    return icons.draw(name, size, css, title)


@register.simple_tag(takes_context=True)
def page_query(context: template.Context, parameter: str, number: int) -> str:
    """The query of this page with ``parameter`` as ``number``, its other parameters as they are."""
    query = context["request"].GET.copy()
    query[parameter] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def can(context: template.Context, permission: str, obj: object = None) -> bool:
    """``{% can "rollouts.hold" rollout as may_hold %}``: the same predicates that the views ask."""
    return context["request"].user.has_perm(permission, obj)


@register.simple_tag(takes_context=True)
def panels(context: template.Context, place: str, subject: object = None) -> list[str]:
    """``{% panels "rollout" rollout as panels %}``: the HTML that other apps show here to somebody signed in."""
    request = context.get("request")
    return plugins.panels(place, request, subject) if request is not None and request.user.is_authenticated else []


@register.inclusion_tag("core/export_menu.html")
def export_menu(url_name: str, *args: object, query: str = "", variant: str = "secondary") -> dict[str, object]:
    """The menu of the files of a table, one for each of ``tables.FORMATS``, whose key is the last argument of the route
    ``url_name`` after ``args``. ``query`` is what narrows the table on the page, and the file with it."""
    items = [
        (file_format.label, reverse(url_name, args=[*args, key]) + (f"?{query}" if query else ""))
        for key, file_format in FORMATS.items()
    ]
    return {"items": items, "variant": variant}
