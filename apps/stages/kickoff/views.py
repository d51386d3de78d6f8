from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Refusal, require
from apps.core.web.forms import attempt, refusal_status
from apps.files.http import attachment
from apps.meetings.models import MeetingKind
from apps.meetings.rooms import room_of
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.kickoff import actions, documents, forms, queries
from apps.stages.kickoff.models import AgendaItem, Kickoff, Minutes, MinutesAnswer


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    return _room(request, rollout, kickoff)


@require_POST
def choose_model(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(request, pk, "model", _for_kickoff(forms.ModelForm), actions.choose_model, "modelo")


@require_POST
def agree_methods(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(request, pk, "methods", _for_kickoff(forms.MethodsForm), actions.agree_methods, "metodos")


@require_POST
def publish(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(request, pk, "minutes", lambda kickoff: forms.MinutesForm, actions.publish_minutes, "ata")


@require_POST
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The minutes as they would be published now, with the text as it was typed; nothing is kept. ``edit`` leads back to
    the meeting's page, the text still in its form."""
    rollout, kickoff = _kickoff(request, pk)
    require(request.user, "kickoff.conduct", kickoff)
    form = forms.MinutesForm(request.POST, auto_id="minutes_%s")
    if "edit" in request.POST:
        return _room(
            request, rollout, kickoff, minutes=forms.MinutesForm(initial=request.POST.dict(), auto_id=form.auto_id)
        )
    if not form.is_valid():
        form.refusal_status = 422  # type: ignore[attr-defined]
        return _room(request, rollout, kickoff, minutes=form)
    draft = Minutes(kickoff=kickoff, text=form.cleaned_data["minutes"].strip(), snapshot=queries.worksheet(rollout))
    return _read(request, rollout, draft, form=form)


@require_GET
def minutes(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """A published version, to read without opening the PDF; it says the same."""
    rollout, kickoff = _kickoff(request, pk)
    return _read(
        request, rollout, get_object_or_404(Minutes.objects.exclude(snapshot={}), kickoff=kickoff, number=number)
    )


@require_POST
def note(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    _rollout, kickoff = _kickoff(request, pk)
    item = get_object_or_404(AgendaItem, pk=item_pk, kickoff=kickoff)
    form = forms.NotesForm(request.POST, auto_id=f"agenda{item.pk}_%s")
    attempt(request, form, actions.note_agenda, item, by=request.user)
    return _back(pk, f"pauta-{item.pk}")


@require_POST
def answer(request: SignedInRequest, pk: int, number: int, party: str) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    minutes = get_object_or_404(Minutes, kickoff=kickoff, number=number)
    if party not in PartyRole.values:
        raise Http404
    form = forms.MinutesAnswerForm(request.POST, auto_id=f"answer-{party}_%s")
    if attempt(request, form, actions.answer_minutes, minutes, by=request.user, party=party):
        return _back(pk, "ata")
    return _room(request, rollout, kickoff, **{f"answer_{party}": form})


@require_GET
def minutes_pdf(request: SignedInRequest, pk: int, number: int) -> FileResponse:
    _rollout, kickoff = _kickoff(request, pk)
    minutes = get_object_or_404(Minutes.objects.select_related("pdf"), kickoff=kickoff, number=number)
    if minutes.pdf is None:
        raise Refusal(_("O PDF desta ata ainda está sendo gerado. Tente de novo em instantes."))
    return attachment(minutes.pdf)


def _for_kickoff(form_class: type) -> Callable[[Kickoff], Callable]:
    return lambda kickoff: lambda *args, **kwargs: form_class(*args, kickoff=kickoff, **kwargs)


def _kickoff(request: SignedInRequest, pk: int) -> tuple[Rollout, Kickoff]:
    rollout = visible_rollout(request, pk, "kickoff")
    try:
        return rollout, rollout.kickoff
    except Kickoff.DoesNotExist:
        raise Http404 from None


def _to_answer(request: SignedInRequest, rollout: Rollout, published: list[Minutes], failed: dict) -> list[dict]:
    """The forms with which the reader's parties answer to the minutes in force."""
    newest = published[0] if published and published[0].kickoff.minutes_published_at else None
    if newest is None or not rollout.is_open or not request.user.has_perm("kickoff.answer_minutes", rollout):
        return []
    confirmed = {answer.party for answer in newest.answers.all() if not answer.objection}
    parties = rollout.roles_of(request.user) - {PartyRole.PRESENCE} - confirmed
    return [
        {
            "minutes": newest,
            "party": party,
            "form": failed.get(f"answer_{party}") or forms.MinutesAnswerForm(auto_id=f"answer-{party}_%s"),
        }
        for party in sorted(parties)
    ]


def _read(request: SignedInRequest, rollout: Rollout, minutes: Minutes, form=None) -> HttpResponse:
    context = {
        "rollout": rollout,
        "room": "kickoff",
        "minutes": minutes,
        "body": documents.minutes_body(minutes),
        "form": form,
    }
    return render(request, "kickoff/minutes.html", context)


def _back(pk: int, anchor: str) -> HttpResponse:
    return redirect(reverse("kickoff:room", args=[pk]) + f"#{anchor}")


def _post(
    request: SignedInRequest, pk: int, name: str, form_class, action: Callable[..., Any], anchor: str
) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    form = form_class(kickoff)(request.POST, auto_id=f"{name}_%s")
    if attempt(request, form, action, kickoff, by=request.user):
        return _back(pk, anchor)
    return _room(request, rollout, kickoff, **{name: form})


def _room(request: SignedInRequest, rollout: Rollout, kickoff: Kickoff, **failed) -> HttpResponse:
    published = list(
        kickoff.published.select_related("published_by", "pdf")
        .prefetch_related(Prefetch("answers", MinutesAnswer.objects.select_related("by")))
        .order_by("-number")
    )
    for minutes in published:
        minutes.kickoff = kickoff
    methods = queries.agreed_fields_by_method(kickoff)
    meetings = list(rollout.meetings.filter(kind=MeetingKind.KICKOFF).order_by("-number").with_people())
    context = {
        "rollout": rollout,
        "room": "kickoff",
        "kickoff": kickoff,
        "model_title": queries.model_title(kickoff),
        "meetings": meetings,
        "may_plan": not any(row.is_planned or row.started_at for row in meetings),
        "rules": room_of(MeetingKind.KICKOFF),
        "agenda": [
            {"item": item, "form": forms.NotesForm(initial={"notes": item.notes}, auto_id=f"agenda{item.pk}_%s")}
            for item in kickoff.agenda.all()
        ],
        "methods": methods,
        "published": published,
        "to_answer": _to_answer(request, rollout, published, failed),
        "may_write": rollout.stage == Stage.KICKOFF and request.user.has_perm("kickoff.conduct", rollout),
        "model_form": failed.get("model") or forms.ModelForm(kickoff=kickoff, auto_id="model_%s"),
        "methods_form": failed.get("methods")
        or forms.MethodsForm(
            kickoff=kickoff, initial={"methods": [method for method, _count in methods]}, auto_id="methods_%s"
        ),
        "minutes_form": failed.get("minutes")
        or forms.MinutesForm(initial={"minutes": kickoff.minutes}, auto_id="minutes_%s"),
    }
    status = refusal_status(*failed.values())
    return render(request, "kickoff/room.html", context, status=status)
