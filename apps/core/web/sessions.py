"""The store of sessions: Django's, in the database, which tells an outage from a session that somebody ended."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import InterfaceError, OperationalError


class SessionStore(db.SessionStore):
    def save(self, must_create: bool = False) -> None:
        """As Django's. It takes whatever the database says for a session that is gone, and answers 400: where the database is
        away, that is raised on, and the page answers 503 (``core.web.outages``)."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from error.__context__.__cause__
            raise
