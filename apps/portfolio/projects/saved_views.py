"""Views of the list of projects that people keep under a name, for themselves or for their colleagues."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company, Membership
from apps.core import clock
from apps.core.refusals import NotAllowed, Refusal
from apps.portfolio.models import SavedView

MOST_OF_A_PERSON = 50
MOST_CHARACTERS = 2_000
"""Of all values of a view together: more than any filter takes."""


def save(
    *, by: User, name: str, layout: str, query: Mapping[str, Sequence[str]], shared_with: Company | None = None
) -> SavedView:
    """Keep ``query`` as ``name``; the person's view of that name is replaced. Raises ``Refusal`` for too many views or too
    long a one."""
    if sum(len(value) for values in query.values() for value in values) > MOST_CHARACTERS:
        raise Refusal(_("Estes filtros são longos demais para salvar."))
    own_views = SavedView.objects.filter(owner=by)
    if own_views.count() >= MOST_OF_A_PERSON and not own_views.filter(name=name).exists():
        raise Refusal(
            _("Você já tem %(count)d visões salvas. Apague uma antes de salvar outra.") % {"count": own_views.count()}
        )
    view, _created = SavedView.objects.update_or_create(
        owner=by,
        name=name,
        defaults={
            "layout": SavedView.Layout(layout),
            "query": {key: list(values) for key, values in query.items()},
            "shared_with": shared_with,
            "saved_at": clock.now(),
        },
    )
    return view


def may_delete(view: SavedView, by: User) -> bool:
    """Who saved it; where that person has left the company that it is shared with, whoever is of that company."""
    if view.owner_id == by.pk:
        return True
    company = Membership.objects.filter(company=view.shared_with)
    return company.filter(user=by).exists() and not company.filter(user=view.owner_id).exists()


def delete(view: SavedView, *, by: User) -> None:
    """Take away ``view``. Raises ``NotAllowed`` for whom ``may_delete`` answers no."""
    if not may_delete(view, by):
        raise NotAllowed(_("Só quem salvou a visão pode apagá-la."))
    view.delete()
