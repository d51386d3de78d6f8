from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.blueprints import content
from apps.rollouts import registry
from apps.rollouts.gates import Requirement, requires
from apps.rollouts.models import Rollout
from apps.rollouts.stages import Gate, PartyRole, Stage
from apps.stages.golive.models import ChecklistItem, Release


@registry.on_start
def copy_the_checklist(rollout: Rollout) -> None:
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            rollout=rollout,
            position=position,
            key=item.key,
            title=item.title,
            help=item.help,
            owner=item.owner,
            mandatory=item.mandatory,
        )
        for position, item in enumerate(content.golive().items, start=1)
    )


@requires(Gate.COMPLETE)
def the_checklist_is_done_and_the_release_recorded(rollout: Rollout) -> Iterator[Requirement]:
    url = reverse("golive:room", args=[rollout.pk])

    def owed(key: str, text: str, by: str, anchor: str, since=rollout.stage_entered_at) -> Requirement:
        return Requirement(f"golive:{key}", text, by, since, f"{url}#{anchor}")

    open_items = list(rollout.golive_items.filter(mandatory=True, done_at=None))
    for item in open_items:
        yield owed(f"item:{item.key}", str(item.title), item.owner, f"item-{item.pk}")
    release = Release.objects.filter(rollout=rollout).first()
    if release is None or release.confirmed_at is None:
        yield owed("confirmation", _("Confirmar a operação não assistida"), PartyRole.CLIENT, "liberacao")
    if release is None or release.recorded_at is None:
        since = release.confirmed_at if release and release.confirmed_at else rollout.stage_entered_at
        yield owed("release", _("Registrar a liberação"), PartyRole.PRESENCE, "liberacao", since)


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    items = list(rollout.golive_items.values_list("mandatory", "done_at"))
    done = sum(1 for _mandatory, done_at in items if done_at)
    yield registry.Fact(_("Lista"), f"{done}/{len(items)}", "success" if items and done == len(items) else "neutral")
    release = Release.objects.filter(rollout=rollout).first()
    if release and release.recorded_at:
        yield registry.Fact(_("Liberação"), f"{release.recorded_at:%d/%m/%Y}", "success")


registry.add_room(
    registry.Room(
        key="golive",
        title=gettext_lazy("Entrada em produção"),
        icon="rocket",
        url_name="golive:room",
        summary=summary,
        stage=Stage.GO_LIVE,
        position=70,
    )
)
