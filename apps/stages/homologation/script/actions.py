"""Shape the rollout's script until it is frozen: its conditions, a newer version, cases of its own."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.blueprints.catalogues import content
from apps.blueprints.editor.drafts import refuse_overtaken
from apps.blueprints.editor.script_actions import check_depends
from apps.core import clock
from apps.core.localized import Localized
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.homologation import events
from apps.stages.homologation.models import Case, Script
from apps.stages.homologation.script import catalogue

LOCALIZED_FIELDS = ("title", "preconditions", "expected", "evidence")


def choose_conditions(script: Script, *, by: User, conditions: list[str]) -> None:
    """Say which conditional cases apply, by condition key; until the script is frozen."""
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        script = _unfrozen_script(script, rollout)
        conditional = script.cases.exclude(condition_key="")
        conditional.update(applies=False)
        conditional.filter(condition_key__in=conditions).update(applies=True)
        timeline.record(rollout, events.ConditionsChosen(conditions=sorted(conditions)), by)


def freeze(script: Script, *, by: User) -> None:
    """Fix the script for this rollout. Nothing of it changes afterwards."""
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        script = _unfrozen_script(script, rollout)
        cases = script.cases.filter(applies=True).count()
        if not cases:
            raise Refusal(_("O roteiro não tem casos."))
        script.frozen_at, script.frozen_by = clock.now(), by
        script.save(update_fields=["frozen_at", "frozen_by"])
        timeline.record(rollout, events.Frozen(cases=cases, version=script.version), by)


def take_version(script: Script, *, by: User, version: int) -> None:
    """Replace the copied cases by those of the version in force; ``version`` is the one whose differences ``by`` has read.
    The rollout's own cases stay, and so do the conditions that a person has chosen."""
    require(by, "homologation.shape", script)
    with timeline.changing(script.rollout) as rollout:
        script = _unfrozen_script(script, rollout)
        newer = catalogue.newer(script)
        if newer is None:
            raise Refusal(_("O projeto já está com a versão em vigor do roteiro."))
        if newer.version != version:
            raise Refusal(_("Saiu uma versão mais nova depois que esta página foi aberta. Leia as diferenças de novo."))
        blueprint = content.script(version)
        chosen = dict(script.cases.exclude(condition_key="").values_list("condition_key", "applies"))
        script.cases.filter(is_own=False).delete()
        own_cases = list(script.cases.all())
        processes = [{"key": process.key, "title": process.title} for process in blueprint.processes]
        own_processes = {case.process for case in own_cases} - {row["key"] for row in processes}
        script.processes = processes + [row for row in script.processes if row["key"] in own_processes]
        script.version, script.title = version, blueprint.title
        script.save(update_fields=["version", "title", "processes"])
        catalogue.copy_cases(script, blueprint)
        if catalogue.chosen_by_a_person(script):
            for applies in (True, False):
                keys = [key for key, was_chosen in chosen.items() if was_chosen == applies]
                script.cases.filter(condition_key__in=keys).update(applies=applies)
        codes = set(script.cases.values_list("code", flat=True))
        for case in own_cases:
            case.depends = [code for code in case.depends if code in codes]
        Case.objects.bulk_update(own_cases, ["depends"])
        _number_cases(script)
        timeline.record(rollout, events.VersionTaken(version=version), by)


def add_case(script: Script, *, by: User, process: str, **fields: Any) -> Case:
    """Add a case of this rollout alone. Its code has an X, which none of the catalogue has: PED-X01."""
    require(by, "homologation.shape", script)
    with timeline.changing(script.rollout) as rollout:
        script = _unfrozen_script(script, rollout)
        if process not in [row["key"] for row in script.processes]:
            raise Invalid(_("Escolha um processo do roteiro."), field="process")
        code = f"{process}-X{_next_own_number(rollout, process):02d}"
        case = Case(
            script=script, position=0, code=code, process=process, is_own=True, **_checked(script, code, fields)
        )
        case.save()
        _number_cases(script)
        timeline.record(rollout, events.OwnCaseAdded(case=code), by)
        return case


def change_case(case: Case, *, by: User, fingerprint: str, **fields: Any) -> None:
    """Change a case of this rollout; ``fingerprint`` is that of the case as the form showed it. Raises ``Refusal`` (409)
    when it changed since."""
    require(by, "homologation.shape", case)
    with timeline.changing(case.rollout) as rollout:
        case = _own_case(case, rollout)
        refuse_overtaken(as_content(case), fingerprint)
        for name, value in _checked(case.script, case.code, fields).items():
            setattr(case, name, value)
        case.save()
        timeline.record(rollout, events.OwnCaseChanged(case=case.code), by)


def remove_case(case: Case, *, by: User) -> None:
    """Take a case of this rollout out again. Raises ``Refusal`` (409) while another case depends on it."""
    require(by, "homologation.shape", case)
    with timeline.changing(case.rollout) as rollout:
        case = _own_case(case, rollout)
        if dependents := [other.code for other in case.script.cases.all() if case.code in other.depends]:
            raise Refusal(_("Dependem deste caso: %(codes)s. Mude-os antes.") % {"codes": ", ".join(dependents)})
        code, script = case.code, case.script
        case.delete()
        _number_cases(script)
        timeline.record(rollout, events.OwnCaseRemoved(case=code), by)


def as_content(case: Case) -> dict[str, Any]:
    """A case as the catalogue's content has one."""
    return {
        "code": case.code,
        "process": case.process,
        "actors": case.actors,
        "obligation": case.obligation,
        "depends": case.depends,
        "steps": case.steps,
        **{name: dict(getattr(case, name)) for name in LOCALIZED_FIELDS},
    }


def _unfrozen_script(script: Script, rollout: Rollout) -> Script:
    """``script`` of the locked ``rollout``, read again. Raises ``Refusal`` (409) once it is frozen."""
    script = Script.objects.get(pk=script.pk)
    if script.frozen_at:
        raise Refusal(_("O roteiro já foi congelado para este projeto."))
    script.rollout = rollout
    return script


def _own_case(case: Case, rollout: Rollout) -> Case:
    """``case`` of the locked ``rollout``, read again. Raises ``Refusal`` (409) when it is gone, not the rollout's own, or
    frozen."""
    current = Case.objects.filter(pk=case.pk).first()
    if current is None:
        raise Refusal(_("%(code)s foi retirado deste projeto.") % {"code": case.code})
    if not current.is_own:
        raise Refusal(
            _("%(code)s é do roteiro comum; só os casos próprios do projeto mudam aqui.") % {"code": case.code}
        )
    current.script = _unfrozen_script(current.script, rollout)
    return current


def _next_own_number(rollout: Rollout, process: str) -> int:
    """One beyond every own case that the process ever had here: a code on the timeline means one case. Those that were taken
    over from another project stand in the script, or were taken out of it by an event."""
    kinds = (events.OwnCaseAdded.kind, events.OwnCaseRemoved.kind)
    codes = [event.data["case"] for event in rollout.events.filter(kind__in=kinds)]
    codes += Case.objects.filter(script__rollout=rollout, is_own=True).values_list("code", flat=True)
    return 1 + max((int(code[5:]) for code in codes if code.startswith(f"{process}-X")), default=0)


def _checked(script: Script, code: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    if fields["obligation"] not in (Case.Obligation.MANDATORY, Case.Obligation.OPTIONAL):
        raise Invalid(_("Um caso próprio é obrigatório ou opcional."), field="obligation")
    cases = [{"code": case.code, "depends": case.depends} for case in script.cases.all()]
    check_depends(code, fields["depends"], cases)
    return {
        "actors": fields["actors"],
        "obligation": fields["obligation"],
        "depends": fields["depends"],
        "steps": [_written_languages(step) for step in fields["steps"]],
        **{name: Localized(_written_languages(fields[name])) for name in LOCALIZED_FIELDS},
    }


def _written_languages(texts: Mapping[str, str]) -> dict[str, str]:
    """``texts`` by language, of the languages in which something was written."""
    return {language: text.strip() for language, text in texts.items() if text.strip()}


def _number_cases(script: Script) -> None:
    """Give the cases their places: by process, the rollout's own after the catalogue's."""
    order = [row["key"] for row in script.processes]
    cases = sorted(
        script.cases.all(), key=lambda case: (order.index(case.process), case.is_own, case.position, case.code)
    )
    for position, case in enumerate(cases, start=1):
        case.position = position
    Case.objects.bulk_update(cases, ["position"])
