"""Which entries a nonconformity makes free: those that name it, unless it was declined while their month was open."""

from django.utils.translation import gettext as _

from apps.core.refusals import Invalid
from apps.hours import queries
from apps.hours.models import TimeEntry
from apps.stages.homologation.models import Nonconformity


def is_declined(nonconformity: Nonconformity | None) -> bool:
    return nonconformity is not None and nonconformity.state == Nonconformity.State.DECLINED


def refuse_declined(nonconformity: Nonconformity | None, *, already: int | None = None) -> None:
    """Raise ``Invalid`` (422) for a nonconformity that is declined now, unless the entry names it ``already``, its key."""
    if nonconformity is None:
        return
    nonconformity.refresh_from_db(fields=["state"])
    if is_declined(nonconformity) and nonconformity.pk != already:
        raise Invalid(
            _("A %(label)s foi declarada improcedente e não causa horas.") % {"label": nonconformity.label},
            field="nonconformity",
        )


def mark(nonconformity: Nonconformity) -> int:
    """Keep with the open entries of ``nonconformity``, and of what was merged into it, whether it was declined; how many
    entries it was that changed."""
    declined = is_declined(nonconformity)
    judged = [nonconformity.pk, *nonconformity.duplicates.values_list("pk", flat=True)]
    entries = queries.open_entries(nonconformity.rollout).filter(nonconformity__in=judged)
    keys = [entry.pk for entry in entries if entry.cause_declined != declined]
    return TimeEntry.objects.filter(pk__in=keys).update(cause_declined=declined)
