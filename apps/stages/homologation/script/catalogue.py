"""The rollout's copy of the script: made when it starts, its conditions switched on by what the rollout is."""

from apps.blueprints.catalogues import content, rules
from apps.blueprints.models import Blueprint
from apps.core.localized import Localized
from apps.rollouts.models import Rollout
from apps.stages.homologation.events import ConditionsChosen
from apps.stages.homologation.models import Case, Script


def copy_script(rollout: Rollout) -> None:
    """Copy the script in force, when ``rollout`` starts."""
    blueprint = content.script()
    script = Script.objects.create(
        rollout=rollout,
        version=blueprint.version,
        title=blueprint.title,
        processes=[{"key": process.key, "title": process.title} for process in blueprint.processes],
    )
    copy_cases(script, blueprint)


def copy_cases(script: Script, blueprint: content.Script) -> None:
    """Make the cases of ``blueprint``; a conditional one applies when its condition switches itself on."""
    met_conditions = _met_conditions(script.rollout, blueprint)
    Case.objects.bulk_create(
        Case(
            script=script,
            position=position,
            code=case.code,
            process=case.process,
            title=case.title,
            actors=case.actors,
            obligation=case.obligation,
            condition=condition.title if (condition := blueprint.condition(case.condition_key)) else Localized(),
            condition_key=case.condition_key,
            depends=case.depends,
            preconditions=case.preconditions,
            steps=case.steps,
            expected=case.expected,
            evidence=case.evidence,
            applies=case.obligation != Case.Obligation.CONDITIONAL or case.condition_key in met_conditions,
        )
        for position, case in enumerate(blueprint.cases, start=1)
    )


def copy_own_cases(rollout: Rollout, source: Rollout) -> None:
    """The cases of ``source`` alone stand in the script of ``rollout``, which was made just now, as they were written: those
    of processes that it has too, after the cases of their process."""
    script = Script.objects.filter(rollout=rollout, frozen_at=None).first()
    if script is None:
        return
    order = [row["key"] for row in script.processes]
    cases = list(script.cases.all())
    codes = {case.code for case in cases}
    for case in Case.objects.filter(script__rollout=source, is_own=True, process__in=order).order_by("position"):
        if case.code in codes:
            continue
        case.pk, case._state.adding = None, True
        case.script, case.standing, case.standing_at = script, Case.Standing.NEVER_RUN, None
        case.depends = [code for code in case.depends if code in codes]
        case.save()
        cases.append(case)
    cases.sort(key=lambda case: (order.index(case.process), case.is_own, case.position, case.code))
    for position, case in enumerate(cases, start=1):
        case.position = position
    Case.objects.bulk_update(cases, ["position"])


def reasons(script: Script) -> dict[str, str]:
    """Why conditions switch themselves on in this rollout: by condition key, the end of "porque …"."""
    try:
        blueprint = content.script(script.version)
    except Blueprint.DoesNotExist:
        return {}
    return _met_conditions(script.rollout, blueprint)


def _met_conditions(rollout: Rollout, blueprint: content.Script) -> dict[str, str]:
    """The reasons, in the reader's language, of the conditions whose rule is met, by condition key."""
    model = {rollout.integration_model: str(rollout.integration_model_title)} if rollout.integration_model else {}
    traits = {**rules.of_platform(rollout.platform.slug), "integration_model": model}
    reasons_by_key = {condition.key: rules.reason(condition, traits) for condition in blueprint.conditions}
    return {key: reason for key, reason in reasons_by_key.items() if reason}


def apply_rules(rollout: Rollout) -> None:
    """Switch conditions on and off anew, unless a person has chosen them or the script is frozen."""
    script = Script.objects.filter(rollout=rollout, frozen_at=None).first()
    if script is None or chosen_by_a_person(script):
        return
    script.rollout = rollout
    conditional = script.cases.filter(obligation=Case.Obligation.CONDITIONAL, is_own=False)
    conditional.update(applies=False)
    conditional.filter(condition_key__in=reasons(script)).update(applies=True)


def chosen_by_a_person(script: Script) -> bool:
    """Somebody has saved the conditions of this rollout: from then on the rules only say what they would do."""
    return script.rollout.events.filter(kind=ConditionsChosen.kind).exists()


def newer(script: Script) -> Blueprint | None:
    """The version in force, if it is newer than this copy and the copy may still change."""
    if script.frozen_at:
        return None
    return (
        Blueprint.objects.filter(kind=Blueprint.Kind.SCRIPT, key="default", version__gt=script.version)
        .order_by("-version")
        .first()
    )
