"""What of the companies and of their people the search over everything finds."""

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies import choices
from apps.companies.models import Company, Person
from apps.core.searching import SearchSource, is_like, stands_in


def _named_people(people: "QuerySet[Person]", condition_of) -> "QuerySet[Person]":
    """Those of ``people`` whose own name, or whose account's, meets ``condition_of`` a path. Each is looked up by the index
    of its own table."""
    by_name_here = Person.objects.filter(condition_of("name")).values("pk")
    accounts = User.objects.filter(condition_of("name")).values("pk")
    return people.filter(Q(pk__in=by_name_here) | Q(user__in=accounts))


SOURCES = [
    SearchSource(
        key="companies",
        label=_("Empresas"),
        icon="building-2",
        rows=lambda user: Company.objects.visible_to(user),
        names=("trade_name", "legal_name"),
        narrow=choices.search,
        title=lambda: F("trade_name"),
        detail=lambda: F("cnpj"),
        url=lambda hit: reverse("companies:detail", args=[hit.key]),
    ),
    SearchSource(
        key="people",
        label=_("Pessoas"),
        icon="user",
        rows=lambda user: Person.objects.visible_to(user).in_directory(),
        narrow=lambda people, text: _named_people(people, lambda path: stands_in(text, path)),
        narrow_mistyped=lambda people, text: _named_people(people, lambda path: is_like(text, path)),
        title=lambda: Concat(
            Coalesce(NullIf(F("user__name"), Value("")), F("name")),
            Value(" · "),
            F("company__trade_name"),
            output_field=TextField(),
        ),
        detail=lambda: Cast(F("company"), TextField()),
        url=lambda hit: reverse("companies:person", args=[hit.detail, hit.key]),
    ),
]
