"""What the messages are, as the apps announce them."""

from typing import TYPE_CHECKING

from apps.core import plugins
from apps.core.background import work
from apps.core.mails import MailKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def kinds() -> dict[str, MailKind]:
    """Every kind of e-mail that the apps announce, by its name; what is written when it is sent has its work's."""
    return {kind.name: kind for plugin in plugins.plugins() for kind in plugin.mails}


def title_of(kind: str) -> "StrOrPromise":
    """What a message of the kind is; its name where no app announces it any more."""
    titles = {**work.jobs(), **kinds()}
    return titles[kind].title if kind in titles else kind
