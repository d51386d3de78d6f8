"""What the file of a sealed term that lies here is worth, for the page that anybody may ask."""

import hashlib
from dataclasses import dataclass

from apps.seals import trust
from apps.seals.outcomes import Outcome
from apps.stages.acceptance.models import AcceptanceTerm

REMEMBERED = 500
_judgements: dict[tuple[str, tuple[str, ...]], "Judgement"] = {}


@dataclass(frozen=True)
class Judgement:
    """``outcome`` of the file as it lies in the store now; ``demonstration`` where its seal says that it has no value."""

    outcome: Outcome
    sealed_by: str = ""
    fingerprint: str = ""
    demonstration: bool = False

    @property
    def name(self) -> str:
        return self.outcome.name


def judge(term: AcceptanceTerm) -> Judgement | None:
    """The judgement of a sealed term; None of one without a seal.

    The file is read and hashed each time; what its bytes are worth is worked out once a process for each trust.
    """
    if term.sealed is None:
        return None
    try:
        trusted = trust.configured()
        with term.sealed.content.open("rb") as file:
            content = file.read()
    except (OSError, ValueError, trust.CannotJudge):
        return Judgement(Outcome.ERROR)
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != term.sealed.sha256:
        return Judgement(Outcome.BROKEN)
    key = (sha256, trusted.fingerprints)
    if key not in _judgements:
        from apps.stages.acceptance.sealing import verification  # pyHanko is slow to import.

        if len(_judgements) >= REMEMBERED:
            _judgements.clear()
        findings = verification.examine(content, trusted)
        _judgements[key] = Judgement(
            findings.outcome, findings.sealed_by, findings.fingerprint, findings.is_demonstration
        )
    return _judgements[key]
