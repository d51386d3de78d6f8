"""Whether this machine's clock may be believed, before something is deleted because of its age.

A clock that is a year ahead makes everything old: credentials would be destroyed and accounts erased in one night. The
database's clock is asked, which stamps nothing of ours and is another machine's in most installations.
"""

from datetime import timedelta

from django.db import connection

from apps.core import clock

MOST_APART = timedelta(minutes=15)


class WrongClock(Exception):
    """The clocks of this machine and of the database disagree: nothing was deleted. The message says by how much."""


def require_agreement() -> None:
    """Raise ``WrongClock`` where this machine's clock and the database's are more than ``MOST_APART`` from each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs(clock.machine_time() - cursor.fetchone()[0])
    if apart > MOST_APART:
        raise WrongClock(
            f"The clocks of this machine and of the database are {apart} apart. Nothing is deleted for its age until they "
            "agree (timedatectl, chrony)."
        )
