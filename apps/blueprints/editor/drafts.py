"""What every draft of a template has in common: there is one, everybody shares it, it is published once it has been read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from pydantic import ValidationError

from apps.accounts.models import User
from apps.blueprints.catalogues import content
from apps.blueprints.models import Blueprint, Draft
from apps.core import canonical, clock
from apps.core.refusals import Invalid, Refusal, require
from apps.core.web.edits import OVERTAKEN

D = TypeVar("D", bound=Draft)
Texts = Mapping[str, str]
Judge = Callable[[Mapping[str, Any]], list[str]]
Compare = Callable[[Mapping[str, Any], Mapping[str, Any]], Sequence[object]]


def begin(model: type[D], write: Callable[[dict[str, Any]], dict[str, Any]], *, by: User) -> D:
    """Begin a draft that says what ``write`` makes of the content in force. Raises ``Refusal`` (409) while there is one."""
    require(by, "blueprints.edit")
    with transaction.atomic():
        lock(model.KIND)
        base = Blueprint.objects.current(model.KIND)
        if model._default_manager.exists():
            raise Refusal(_("Já há um rascunho em andamento. Continue nele, ou descarte-o antes de começar outro."))
        draft = model._default_manager.create(base=base, content=write(base.content), changed_by=by)
        draft.authors.add(by)
        return draft


def lock(kind: str) -> None:
    """Whoever begins or publishes a draft of ``kind``, or loads a file of it, waits here for the others."""
    Blueprint.objects.select_for_update(no_key=True).filter(kind=kind).order_by("pk").first()


def compare_with(version: Blueprint) -> None:
    """Have the draft of the same kind, if there is one, be compared with ``version``, which took force meanwhile.

    Whoever has its differences open reads them again before publishing: it would take back unseen what is new there.
    """
    for model in Draft.__subclasses__():
        if version.kind == model.KIND:
            model._default_manager.update(base=version, revision=F("revision") + 1)


@contextmanager
def changing(model: type[D], *, by: User) -> Iterator[D]:
    """The draft, locked; it is saved as ``by``'s change. Raises ``Refusal`` (409) without one."""
    require(by, "blueprints.edit")
    with transaction.atomic():
        draft = _locked(model)
        yield draft
        draft.revision += 1
        draft.changed_by, draft.changed_at = by, clock.now()
        draft.save()
        draft.authors.add(by)


def publish(
    model: type[Draft], *, by: User, note: str, revision: int, problems: Judge, differences: Compare
) -> Blueprint:
    """Make the draft the version in force; rollouts that start from now on have it.

    ``revision`` is the one whose differences ``by`` has read. Raises ``Refusal`` (409) with everything that is still
    lacking, when it changed since, and when nothing differs.
    """
    require(by, "blueprints.publish")
    with transaction.atomic():
        lock(model.KIND)
        draft = _locked(model)
        if draft.revision != revision:
            raise Refusal(_("O rascunho mudou depois que esta página foi aberta. Leia as diferenças de novo."))
        if not note.strip():
            raise Invalid(_("Diga o que mudou: é o que os projetos leem ao receber a versão."), field="note")
        if reasons := problems(draft.content):
            raise Refusal(_("O rascunho ainda não pode ser publicado."), details=reasons)
        if not differences(draft.base.content, draft.content):
            raise Refusal(_("Nada mudou em relação à versão em vigor."))
        version = next_version(model)
        try:
            content.parse(model.KIND, {**draft.content, "version": version})
        except ValidationError as error:
            raise Refusal(
                _("O rascunho ainda não pode ser publicado."), details=[str(error.errors()[0]["msg"])]
            ) from None
        published = Blueprint.objects.create(
            kind=model.KIND,
            version=version,
            content=draft.content,
            checksum=canonical.sha256(draft.content),
            origin=Blueprint.Origin.EDITED,
            note=note.strip(),
            published_by=by,
            read_by_another=draft.authors.exclude(pk=by.pk).exists(),
        )
        draft.delete()
        return published


def next_version(model: type[Draft]) -> int:
    """The number that the draft would get, above those of files that wait to be taken."""
    return Blueprint.objects.filter(kind=model.KIND).order_by("-version")[0].version + 1


def discard(model: type[Draft], *, by: User) -> None:
    """Throw the draft away, for everybody. The version in force stays."""
    require(by, "blueprints.edit")
    with transaction.atomic():
        _locked(model).delete()


def shipped(model: type[Draft]) -> Blueprint:
    """The newest file that came with the system and waits. Raises ``Refusal`` (409) where none does."""
    blueprint = Blueprint.objects.filter(kind=model.KIND, key=Blueprint.SHIPPED).first()
    if blueprint is None:
        raise Refusal(_("O sistema não trouxe outra versão deste modelo."))
    return blueprint


def _locked(model: type[D]) -> D:
    draft = model._default_manager.select_for_update(no_key=True).first()
    if draft is None:
        raise Refusal(_("O rascunho já foi publicado ou descartado. Abra o modelo para ver a versão em vigor."))
    return draft


def fingerprint(row: Mapping[str, Any] | None) -> str:
    """Says whether a row is still as somebody saw it."""
    return canonical.sha256(row)[:16] if row else ""


def refuse_overtaken(row: Mapping[str, Any], seen_fingerprint: str) -> None:
    """Raise ``Refusal`` (409) unless ``row`` is still the one whose fingerprint is ``seen_fingerprint``."""
    if fingerprint(row) != seen_fingerprint:
        raise Refusal(str(OVERTAKEN))


def swap(rows: list[Any], places: Sequence[int], place: int, up: bool) -> None:
    """Exchange the row at ``place`` with its neighbour among ``places``; at the end nothing moves."""
    target = places.index(place) + (-1 if up else 1)
    if 0 <= target < len(places):
        rows[place], rows[places[target]] = rows[places[target]], rows[place]


def tidy(words: str) -> str:
    """``words`` without space around them, their lines ended as the data files end them and not as browsers do."""
    return words.replace("\r\n", "\n").strip()


def both_languages(words: Texts) -> dict[str, str]:
    """Words in both languages, tidy; one that is lacking is empty."""
    return {"pt": tidy(words.get("pt", "")), "en": tidy(words.get("en", ""))}
