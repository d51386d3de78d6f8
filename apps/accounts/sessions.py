"""The browsers in which a person is signed in."""

from allauth.usersessions.models import UserSession

from apps.accounts import devices
from apps.accounts.models import User


def end_sessions(user: User) -> int:
    """Sign ``user`` out of every browser at once, and trust none of them any more; the number of sessions ended."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    devices.forget(user)
    return len(sessions)
