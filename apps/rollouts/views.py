from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.expressions import BaseExpression
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.accounts.models import User
from apps.companies import actions as companies
from apps.companies.models import Company
from apps.companies.people import queries as people_queries
from apps.companies.readers import compiled_for_reader
from apps.core import plugins, workdays
from apps.core.numbers import whole_number
from apps.core.plugins import Consequence
from apps.core.process import PartyRole, Stage
from apps.core.refusals import require
from apps.core.web import form_keys
from apps.core.web.edits import remember
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.core.web.search import suggestions
from apps.rollouts import actions, choices, forms, managers, parties, people, phases, planning, queries
from apps.rollouts.anchors import anchoring
from apps.rollouts.correction_forms import KIND_OF_FIELD, NewCompanyForm
from apps.rollouts.models import Analyst, FormerParty, Party, Rollout, Waiver
from apps.seals import certificates

MOST_DAYS_MOVED = 1_000
"""By as many calendar days, about three years, a stage is moved at once."""


def visible_rollout(
    request: SignedInRequest,
    pk: int,
    *related: str,
    framed: bool = True,
    annotations: tuple[Callable[[], Mapping[str, BaseExpression]], ...] = (),
) -> Rollout:
    """The rollout, if the person may see it; 404 otherwise, as if it did not exist. It comes with what ``related`` names
    (``"script"``), of which it has one, and with what the functions ``annotations`` give, the same at all times, in the same
    query; where a page is asked for, with what its frame shows, unless what is given is no page (``framed``)."""
    framed = framed and request.method == "GET"
    rows = _visible_rollout(request.user, pk, related=related, framed=framed, annotations=annotations)
    if not rows:
        raise Http404
    rows[0].take_embedded_parties()
    return rows[0]


@compiled_for_reader
def _visible_rollout(
    user: User,
    pk: int,
    *,
    related: tuple[str, ...],
    framed: bool,
    annotations: tuple[Callable[[], Mapping[str, BaseExpression]], ...],
) -> QuerySet[Rollout]:
    rollouts = Rollout.objects.visible_to(user).filter(pk=pk).with_parties()
    rollouts = rollouts.with_frame() if framed else rollouts
    for annotation in annotations:
        rollouts = rollouts.annotate(**annotation())
    return rollouts.select_related(*related).order_by()


@require_GET
def rollout_suggestions(request: SignedInRequest) -> HttpResponse:
    """What is typed into a field of rollouts may mean these."""
    rollouts = Rollout.objects.visible_to(request.user).select_related("platform").order_by("-pk")
    parties = Prefetch("parties", Party.objects.select_related("company"))
    return suggestions(request, rollouts.prefetch_related(parties), choices.search, str)


@require_GET
def rollout_people(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who is who in the rollout, by company, and how they are reached; ``?q=`` looks for some."""
    rollout = visible_rollout(request, pk)
    text = request.GET.get("q", "").strip()
    context = {"rollout": rollout, "room": "people", "parties": people.by_company(rollout, text), "text": text}
    return render(request, "rollouts/people.html", context)


@require_GET
def people_suggestions(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is typed into a field of people may mean these, of the rollout's parties; of those with ``?role=``."""
    rollout = visible_rollout(request, pk, framed=False)
    rows = people.of_parties(rollout, request.GET.getlist("role")).in_directory().with_ways_to_reach()
    return suggestions(request, rows, people_queries.search, people_queries.wording)


def rollout_new(request: SignedInRequest) -> HttpResponse:
    """Open a project. A company that is not there yet is registered on the way (``new_company``, then ``add_company``, name
    the field that it is for), and nothing that was typed is lost. ``?source=`` names the project that it is prepared from."""
    require(request.user, "rollouts.create")
    source = _source(request)
    if field := request.POST.get("new_company") or request.POST.get("add_company"):
        return _new_with_company(request, field, source)
    form_class = forms.CopyForm if source else forms.CreateForm
    form = form_class(
        request.POST or None, initial=_like(request, source) if source else {"project_manager": request.user}
    )
    if request.method == "POST":
        created: list[Rollout] = []
        create = partial(actions.create_rollout, by=request.user, source=source)
        if attempt(request, form, lambda **data: created.append(create(**data))):
            return redirect(f"{created[0].get_absolute_url()}#plano" if planning.misfit(created[0]) else created[0])
    return render(request, "rollouts/new.html", {"form": form, "source": source}, status=refusal_status(form))


def _source(request: SignedInRequest) -> Rollout | None:
    """The project that the new one is prepared from; None where the address names none."""
    if "source" not in request.GET:
        return None
    return visible_rollout(request, whole_number(request.GET["source"]) or 0, framed=False)


def _like(request: SignedInRequest, source: Rollout) -> dict[str, Any]:
    """What the form of a project begins with that is prepared from ``source``. Not its scope, which tells of its client."""
    companies = source.companies()
    manager = source.project_manager if managers.is_able(source.project_manager) else request.user
    return {
        "client": companies.get(PartyRole.CLIENT),
        "platform": source.platform_id,
        "platform_company": companies.get(PartyRole.PLATFORM),
        "integrator": companies.get(PartyRole.INTEGRATOR),
        "project_manager": manager.pk,
    }


def _new_with_company(request: SignedInRequest, field: str, source: Rollout | None) -> HttpResponse:
    kind = KIND_OF_FIELD.get(field)
    if kind is None:
        raise Http404
    form_class = forms.CopyForm if source else forms.CreateForm
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in forms.CreateForm.base_fields}
    if source:
        typed["parts"] = request.POST.getlist("parts")
    company_form = NewCompanyForm(request.POST if "add_company" in request.POST else None, prefix="company")
    if "add_company" in request.POST:
        added: list[Company] = []
        add = partial(companies.add_company, by=request.user, kind=kind)
        if attempt(request, company_form, lambda **data: added.append(add(**data))):
            form = form_class(initial={**typed, field: added[0].pk})
            return render(request, "rollouts/new.html", {"form": form, "source": source})
    context = {
        "form": form_class(initial=typed),
        "source": source,
        "company_form": company_form,
        "company_field": field,
        "company_kind": kind.label,
    }
    return render(request, "rollouts/new.html", context, status=refusal_status(company_form))


@require_GET
def rollout_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _detail(request, _with_its_people(request, pk))


def _with_its_people(request: SignedInRequest, pk: int) -> Rollout:
    """The rollout of the project page, which says whether it has analysts and companies of before."""
    return visible_rollout(request, pk, "previous", annotations=(_other_people,))


def _other_people() -> dict[str, BaseExpression]:
    analysts, former = (model.objects.filter(rollout=OuterRef("pk")) for model in (Analyst, FormerParty))
    return {"has_analysts": Exists(analysts), "has_former_parties": Exists(former)}


@require_POST
def rollout_advance(request: SignedInRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "advance", forms.AdvanceForm, actions.advance)


@require_POST
def rollout_send_back(request: SignedInRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "send_back", forms.SendBackForm, actions.send_back)


@require_POST
def rollout_reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "reopen", forms.ReopenForm, phases.reopen)


@require_POST
def rollout_hold(request: SignedInRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "hold", forms.HoldForm, actions.hold)


@require_POST
def rollout_resume(request: SignedInRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "resume", forms.ResumeForm, actions.resume)


@require_POST
def rollout_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "cancel", forms.CancelForm, actions.cancel)


def rollout_waive(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for the reason of a waiver (GET names gate and requirement) and grant it."""
    rollout = visible_rollout(request, pk)
    require(request.user, "rollouts.waive", rollout)
    params = request.POST if request.method == "POST" else request.GET
    ahead = queries.next_gate_status(rollout)
    requirement = next((item for item in ahead.unmet if item.key == params.get("requirement")), None) if ahead else None
    if requirement is None or ahead is None or ahead.gate != params.get("gate"):
        form_keys.not_done(request)
        messages.info(request, _("Esta pendência não existe mais."))
        return redirect(rollout)
    form = forms.WaiveForm(request.POST or None, initial={"gate": ahead.gate, "requirement": requirement.key})
    if request.method == "POST" and attempt(request, form, actions.waive, rollout, by=request.user):
        return redirect(rollout)
    context = {"rollout": rollout, "room": "overview", "form": form, "requirement": requirement}
    return render(request, "rollouts/waive.html", context, status=refusal_status(form))


@require_POST
def waiver_withdraw(request: SignedInRequest, pk: int, waiver_pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    actions.withdraw_waiver(get_object_or_404(Waiver, pk=waiver_pk, rollout=rollout), by=request.user)
    messages.success(request, _("Dispensa retirada."))
    return redirect(rollout)


def rollout_plan(request: SignedInRequest, pk: int) -> HttpResponse:
    """Plan other days for the stages to come. ``?stage=`` and ``?days=``, calendar days from the planned first day of that
    stage, propose days for it and for those after it, which are saved as any others are."""
    rollout = visible_rollout(request, pk)
    require(request.user, "rollouts.plan", rollout)
    moved = _moved_plan(request, rollout)
    form = forms.PlanForm(request.POST or None, rollout=rollout, moved=moved)
    remember(form, rollout, lambda row: {f"date_{stage}": day for stage, day in planning.starts(row).items()})
    if request.method == "POST" and attempt(request, form, planning.change, rollout, by=request.user):
        return redirect(f"{rollout.get_absolute_url()}#plano")
    return render(
        request,
        "rollouts/plan_form.html",
        {"rollout": rollout, "room": "overview", "form": form, "moved": moved},
        status=refusal_status(form),
    )


def _moved_plan(request: SignedInRequest, rollout: Rollout) -> dict[str, date]:
    starts, stage = planning.starts(rollout), request.GET.get("stage", "")
    days = whole_number(request.GET.get("days", "").removeprefix("-"))
    if stage not in starts or not days or days > MOST_DAYS_MOVED or planning.has_begun(rollout, Stage(stage)):
        return {}
    sign = -1 if request.GET["days"].startswith("-") else 1
    return planning.moved(starts, Stage(stage), workdays.on_or_after(starts[stage] + timedelta(days=sign * days)))


@require_GET
def rollout_timeline(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    events = rollout.events.select_related("actor").order_by("-sequence")
    page = page_of(request, events)
    context = {
        "rollout": rollout,
        "room": "timeline",
        "page": page,
        "former_parties": rollout.former_parties.select_related("company"),
        "standing": anchoring.standing(rollout),
        "has_seal": certificates.can_seal(),
    }
    return render(request, "rollouts/timeline.html", context)


@require_GET
def rollout_table(request: SignedInRequest, pk: int, key: str, file_format: str) -> HttpResponse:
    """A table that an app's page lists (``Plugin.tables``), as a file of one of ``tables.FORMATS``."""
    rollout = visible_rollout(request, pk, framed=False)
    if (build := plugins.tables().get(key)) is None:
        raise Http404
    return build(rollout, request.GET.dict()).download(file_format)


def _change(request: SignedInRequest, pk: int, name: str, form_class, action) -> HttpResponse:
    """Run one action on the rollout; a refusal shows the project page again, with the form open and the reason on it."""
    rollout = visible_rollout(request, pk)
    form = form_class(request.POST, auto_id=f"{name}_%s")
    changed: list[Rollout] = []
    if attempt(request, form, lambda **data: changed.append(action(rollout, by=request.user, **data))):
        if name == "advance":
            messages.success(request, _("Projeto em: %(stage)s.") % {"stage": changed[0].get_stage_display()})
        return redirect(rollout)
    return _detail(request, _with_its_people(request, pk), failed=(name, form))


@dataclass(frozen=True)
class Dialog:
    """A question the project page may ask before it acts."""

    name: str
    title: str
    url: str
    form: Form
    variant: str = "primary"
    failed: bool = False
    warnings: list[Consequence] = field(default_factory=list)


def _detail(request: SignedInRequest, rollout: Rollout, failed: tuple[str, Form] | None = None) -> HttpResponse:
    ahead, back = queries.next_gate_status(rollout), queries.way_back_status(rollout)
    failed_name, failed_form = failed or ("", None)
    if failed_form is not None:
        # What was typed stays; the version becomes the one now shown, so that pressing again is a decision made knowingly.
        failed_form.data = {**failed_form.data.dict(), "seen_version": rollout.version}  # type: ignore[attr-defined]

    def offer(name: str, form_class: type[Form], **initial: object) -> Form:
        if name == failed_name and failed_form is not None:
            return failed_form
        return form_class(initial={"seen_version": rollout.version, **initial}, auto_id=f"{name}_%s")

    def ask(
        name: str, title: str, form: Form, variant: str = "primary", warnings: Iterable[Consequence] = ()
    ) -> Dialog:
        url = reverse(f"rollouts:{name}", args=[rollout.pk])
        return Dialog(name, title, url, form, variant, failed=name == failed_name, warnings=list(warnings))

    dialogs = []
    if ahead and not rollout.open_hold:
        dialogs.append(ask("hold", _("Pausar projeto"), offer("hold", forms.HoldForm, caused_by=rollout.holder)))
    if back and back.open and request.user.has_perm("rollouts.send_back", rollout):
        form = offer("send_back", forms.SendBackForm, gate=back.gate)
        undone = queries.undone_by_going_back(rollout)
        dialogs.append(ask("send_back", str(back.gate.label), form, warnings=undone))
    if phases.is_within_guarantee(rollout) and request.user.has_perm("rollouts.reopen", rollout):
        undone = queries.undone_by_going_back(rollout)
        dialogs.append(ask("reopen", _("Reabrir projeto"), offer("reopen", forms.ReopenForm), warnings=undone))
    if ahead:
        dialogs.append(ask("cancel", _("Cancelar projeto"), offer("cancel", forms.CancelForm), "danger"))
    context = {
        "rollout": rollout,
        "room": "overview",
        "ahead": ahead,
        "back": back,
        "advance": offer("advance", forms.AdvanceForm, gate=ahead.gate if ahead else ""),
        "resume": offer("resume", forms.ResumeForm),
        "dialogs": dialogs,
        "failed_form": failed_form if failed_name not in {dialog.name for dialog in dialogs} else None,
        "summaries": [(page, rollout.summary_of(page.key)) for page in plugins.pages()],
        "events": rollout.events.select_related("actor").order_by("-sequence")[:8],
        "waivers": rollout.waivers.select_related("waived_by"),
        "analysts": rollout.has_analysts and rollout.analysts.select_related("membership__user"),  # type: ignore[attr-defined]
        "former_parties": rollout.has_former_parties  # type: ignore[attr-defined]
        and rollout.former_parties.select_related("company"),
        "replaceable": parties.REPLACEABLE,
        "guarantee_ends": phases.guarantee_ends(rollout),
    }
    return render(request, "rollouts/detail.html", context, status=refusal_status(failed_form))
