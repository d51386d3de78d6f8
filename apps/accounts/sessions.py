"""The browsers in which a person is signed in."""

from allauth.usersessions.models import UserSession

from apps.accounts import devices
from apps.accounts.models import User


def end_sessions(user: User) -> int:
    """Sign ``user`` out of every browser and forget all known browsers; the number of sessions that ended."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    devices.forget(user)
    return len(sessions)
