"""What the project page says of an app in short."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from apps.core import clock
from apps.core.localized import Localized, both

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Fact:
    """One line of an app's summary on the project page, in both languages: ``value`` may be lazily translated, or a function
    that is called while a language is active. ``tone`` is a badge tone of the interface; once the day ``late_after`` is
    over it is "danger"."""

    label: "StrOrPromise | Localized"
    value: "StrOrPromise | Localized | Callable[[], str]"
    tone: str = "neutral"
    late_after: date | None = None

    def as_json(self) -> dict[str, object]:
        """What the rollout keeps of it."""
        return {
            "label": both("%(label)s", label=self.label),
            "value": both("%(value)s", value=self.value),
            "tone": self.tone,
            "late_after": self.late_after and self.late_after.isoformat(),
        }

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> "Fact":
        """A kept fact, as it reads today."""
        late_after = data["late_after"] and date.fromisoformat(data["late_after"])
        tone = "danger" if late_after and late_after < clock.today() else data["tone"]
        return cls(Localized.of(data["label"]), Localized.of(data["value"]), tone, late_after)
