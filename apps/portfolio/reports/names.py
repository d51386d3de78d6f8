"""Whether a text may name somebody: a page that is read without signing in must not."""

from apps.core.database.unaccented import unaccented
from apps.core.names import has_address
from apps.rollouts import people
from apps.rollouts.models import Rollout

SHORTEST = 3
"""Letters of a part of a name that is looked for: “da” and “de” name nobody."""
DIGITS_OF_A_TELEPHONE = 8


def personal_data_in(rollout: Rollout, text: str) -> list[str]:
    """The words of ``text`` that may name somebody: written with a capital letter, they are part of the name of a person of
    one of the rollout's companies; or an address of e-mail or site, or a row of digits as long as a telephone number.

    It rather names a word too many: whoever wrote it is asked, and the public page leaves the text out.
    """
    words = [word.strip(".,;:!?()[]“”\"'’") for word in text.split()]
    suspects = [word for word in words if has_address(word)]
    suspects += [word for word in _runs_of_digits(text) if word not in suspects]
    capitalized = [word for word in words if len(word) >= SHORTEST and word[0].isupper()]
    if capitalized:
        parts_of_names = _parts_of_names(rollout)
        suspects += [word for word in capitalized if unaccented(word) in parts_of_names and word not in suspects]
    return suspects


def _parts_of_names(rollout: Rollout) -> set[str]:
    rows = people.of_parties(rollout).values_list("name", "user__name")
    names = " ".join(name for row in rows for name in row if name)
    return {word for word in unaccented(names).split() if len(word) >= SHORTEST}


def _runs_of_digits(text: str) -> list[str]:
    """Digits in a row, whatever blanks, dots, dashes and brackets stand between them, as long as a telephone number."""
    runs, run = [], ""
    for char in f"{text}\n":
        if char.isdigit() or (run and char in " .-()/+"):
            run += char
        else:
            if sum(char.isdigit() for char in run) >= DIGITS_OF_A_TELEPHONE:
                runs.append(run.strip(" .-()/+"))
            run = ""
    return runs
