"""Whether a text may name somebody: a page that is read without signing in must not."""

import re
import unicodedata
from itertools import pairwise

from apps.core.database.unaccented import unaccented
from apps.core.names import has_address
from apps.rollouts import people
from apps.rollouts.models import Rollout

SHORTEST = 3
"""Letters of a part of a name that is looked for."""
PARTICLES = {"da", "das", "de", "do", "dos", "e"}
"""They name nobody, and stand between the parts of a name."""
DIGITS_OF_A_TELEPHONE = 8
LETTERS = re.compile(r"[^\W\d_]+")


def personal_data_in(rollout: Rollout, text: str) -> list[str]:
    """The words of ``text`` that may name somebody: written with a capital letter, they are part of the name of a person of
    one of the rollout's companies; in any letters, where two parts of one person's name stand side by side; or an address of
    e-mail or site, or a row of digits as long as a telephone number.

    It rather names a word too many: whoever wrote it is asked, and the public page leaves the text out.
    """
    text = _plain(text)
    suspects = [word for word in (word.strip(".,;:!?()[]“”\"'") for word in text.split()) if has_address(word)]
    suspects += [word for word in _runs_of_digits(text) if word not in suspects]
    suspects += [word for word in _parts_of_names_in(rollout, text) if word not in suspects]
    return suspects


def _parts_of_names_in(rollout: Rollout, text: str) -> list[str]:
    """The words of ``text`` that are parts of names, whatever punctuation stands around them; each once."""
    words = [word for word in LETTERS.findall(text) if unaccented(word) not in PARTICLES]
    if not any(len(word) >= SHORTEST for word in words):
        return []
    parts_of_people = _parts_of_people(rollout)
    parts_of_names = set().union(*parts_of_people)
    suspects = [word for word in words if not word[0].islower() and unaccented(word) in parts_of_names]
    for pair in pairwise(words):
        parts = {unaccented(word) for word in pair}
        if len(parts) == len(pair) and any(parts <= parts_of_person for parts_of_person in parts_of_people):
            suspects += pair
    return list(dict.fromkeys(suspects))


def _parts_of_people(rollout: Rollout) -> list[set[str]]:
    """The parts of the names of each person of the rollout's companies."""
    rows = people.of_parties(rollout).values_list("name", "user__name")
    names = [" ".join(name for name in row if name) for row in rows]
    return [_parts_of(name) for name in names]


def _parts_of(name: str) -> set[str]:
    parts = {unaccented(part) for part in LETTERS.findall(_plain(name))}
    return {part for part in parts if len(part) >= SHORTEST} - PARTICLES


def _plain(text: str) -> str:
    """``text`` with each letter in its plain form (NFKC), without what nobody sees and marks that stand for themselves."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(char for char in composed if unicodedata.category(char) not in ("Cf", "Mn"))


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
