"""In which encoding a request says that it is written, decided before anything of it is read.

Django takes whatever codec of Python's a request names, and reads the query with it while it makes the request: outside of
all that could answer (``idna`` and ``utf-7`` ended in 500 there). Our pages send UTF-8, old tools Latin 1.
"""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

READ = {codecs.lookup(name).name for name in ("utf-8", "us-ascii", "iso-8859-1", "windows-1252")}
"""The codecs of what is read, by their names in Python."""
NUL = "\0"
"""No text has it, and PostgreSQL takes none that does."""
REFUSED = "rollout.refused_charset"
"""Where the request's environment says what it named instead."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def readable(application: Application) -> Application:
    """The WSGI ``application``, to which a request in another encoding comes without it, and with ``REFUSED``
    (``core.untrusted.bodies`` answers it 415)."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        content_type, charset = charset_of(environ.get("CONTENT_TYPE", ""))
        if charset and not is_read(charset):
            environ["CONTENT_TYPE"], environ[REFUSED] = content_type, charset
        return application(environ, start_response)

    return call


def charset_of(header: str) -> tuple[str, str]:
    """The type and the encoding that ``Content-Type`` names; no encoding where it names none."""
    try:
        content_type, parameters = parse_header_parameters(header)
    except ValueError:  # Longer than any type is.
        return "", header[:80]
    return content_type, parameters.get("charset", "")


def is_read(charset: str) -> bool:
    """Whether a request in ``charset``, as it names it, is read."""
    try:
        return codecs.lookup(charset).name in READ
    except (LookupError, ValueError):  # A name with a NUL is no name.
        return False
