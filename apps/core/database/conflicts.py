"""What the database refuses because somebody else wrote at the same time, and what that is for a person.

Two transactions that wait for each other (a deadlock) end with one of them; a row that another transaction was the first to
write, or to delete, is met by a constraint. In either case nothing of the transaction remains, and done anew it sees what the
other one did: the action's own rule then says in its own words what is in the way (``apps.core.web.retries``). What is said
here is for what no rule looks for.
"""

from collections.abc import Callable
from typing import TypeVar

import psycopg
from django.apps import apps
from django.db import Error
from django.db.models import Model
from django.utils.translation import gettext as _

from apps.core.refusals import Refusal

TRIES = 3
"""How often something is begun at most."""

Result = TypeVar("Result")

SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"
UNIQUE_VIOLATION, EXCLUSION_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23P01", "23503"
LOCK_NOT_AVAILABLE = "55P03"
ENDED = frozenset({SERIALIZATION_FAILURE, DEADLOCK})
"""The transaction was ended so that another one could go on."""
OCCUPIED = frozenset({UNIQUE_VIOLATION, EXCLUSION_VIOLATION})
"""The row exists already."""


def code_of(error: BaseException) -> str:
    """PostgreSQL's code (SQLSTATE) of what ``error`` says; empty where the database said nothing."""
    cause = error.__cause__ if isinstance(error, Error) else error
    return (cause.sqlstate or "") if isinstance(cause, psycopg.Error) else ""


def was_ended(error: BaseException) -> bool:
    """Whether the database ended the transaction for the sake of another one: it may be done again as it is."""
    return code_of(error) in ENDED


def waited_too_long(error: BaseException) -> bool:
    """Whether somebody else held what ``error`` was waiting for, for longer than ``lock_timeout``."""
    return code_of(error) == LOCK_NOT_AVAILABLE


def was_overtaken(error: BaseException) -> bool:
    """Whether somebody else wrote meanwhile what ``error`` met: done again, it goes through or is refused by its own rule."""
    return code_of(error) in ENDED | OCCUPIED | {FOREIGN_KEY_VIOLATION}


def refusal_of(error: BaseException) -> Refusal | None:
    """What a person is told of a constraint that ``error`` met (409); None where it met none that others have to do with."""
    code = code_of(error)
    if code in OCCUPIED:
        return Refusal(words_of(table_of(error)))
    if code == FOREIGN_KEY_VIOLATION:
        return Refusal(
            _("Alguém acabou de mudar ou retirar algo de que isto depende. Abra a página de novo e confira.")
        )
    return None


def words_of(table: str) -> str:
    """The sentence for a row of ``table`` (its name in the database) that exists already."""
    model = model_of(table)
    if model is None:
        return _("Alguém acabou de registrar o mesmo. Confira antes de enviar de novo.")
    return _("Alguém acabou de registrar o mesmo (%(thing)s). Confira antes de enviar de novo.") % {
        "thing": model._meta.verbose_name
    }


def table_of(error: BaseException) -> str:
    """The table whose constraint ``error`` met; empty where the database does not say."""
    cause = error.__cause__
    return (cause.diag.table_name or "") if isinstance(cause, psycopg.Error) else ""


def model_of(table: str) -> type[Model] | None:
    """The model whose rows are in ``table``."""
    return next((model for model in apps.get_models() if model._meta.db_table == table), None)


def do_again(action: Callable[[], Result]) -> Result:
    """``action()``, begun anew when the database ended its transaction for the sake of another one, ``TRIES`` times at most.

    Not within a transaction, and only for what may be done twice, as all that a worker does.
    """
    for _number in range(TRIES - 1):
        try:
            return action()
        except Error as error:
            if not was_ended(error):
                raise
    return action()
