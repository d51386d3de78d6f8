"""One reading of the web addresses that people type: what a browser would read, and a refusal for the rest.

A host has one form here: ASCII (IDNA by UTS 46), lower case, no dot at the end; an IP address as ``ipaddress`` writes it.
Everything that compares hosts, keeps them or connects to them goes by that form.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import idna
from django.utils.translation import gettext as _

from apps.core.refusals import Invalid

PORTS = {"http": 80, "https": 443}
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# What a path or a query may hold as it is; all else is written as %XX of its UTF-8.
PATH = "/%:;=@!$&'()*+,~?[]"
LONGEST_HOST = 253
LONGEST = 8_000


class BadAddress(ValueError):
    """What was typed names no place on the web. The message is for programmers; it never repeats what was typed."""


@dataclass(frozen=True)
class Address:
    """``scheme`` is http or https, ``host`` in its one form, ``target`` the path with its query, in ASCII."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host, with its port unless it is the scheme's own; an IPv6 address in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What two addresses have in common when the same server answers both."""
        return self.scheme, self.host, self.port

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def parse(text: str) -> Address:
    """The address that ``text`` writes in full, without its fragment. Raises ``BadAddress`` for any other scheme than http
    and https, for a user or password before the host, and for what is no address."""
    if len(text) > LONGEST or any(character < " " or character == "\x7f" for character in text):
        raise BadAddress("too long, or control characters")
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise BadAddress("malformed") from None
    if parts.scheme not in PORTS or "@" in parts.netloc:
        raise BadAddress("another scheme, or a user before the host")
    if port == 0:
        raise BadAddress("port 0")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        target = quote(target, safe=PATH)
    except UnicodeError:
        raise BadAddress("no text") from None
    return Address(parts.scheme, _host(parts.netloc, parts.hostname or ""), port or PORTS[parts.scheme], target)


def require_address(text: str, *, field: str) -> Address:
    """The address that somebody typed into ``field``. Raises ``Invalid`` (422), which says what to look at."""
    try:
        return parse(text)
    except BadAddress:
        message = _(
            "Este endereço não pode ser lido. Confira o nome do site e deixe fora dele usuário, senha e espaços."
        )
        raise Invalid(message, field=field) from None


def joined(base: Address, reference: str) -> Address:
    """Where ``reference``, as a redirect gives it, leads from ``base``. Raises ``BadAddress``."""
    try:
        return parse(urljoin(str(base), reference.strip()))
    except ValueError:
        raise BadAddress("malformed") from None


def _host(netloc: str, host: str) -> str:
    if "[" not in netloc and "]" not in netloc:
        return host_name(host)
    if not re.fullmatch(r"\[[0-9A-Fa-f:.]+\](:[0-9]*)?", netloc):
        raise BadAddress("no IPv6 address")
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError:
        raise BadAddress("no IPv6 address") from None


def host_name(text: str) -> str:
    """The one form of a host's name or IPv4 address. Raises ``BadAddress``; an address in any writing but four decimal
    numbers (``0x7f.1``) is refused too."""
    if not 0 < len(text) <= LONGEST_HOST + 1:
        raise BadAddress("too long, or empty")
    try:
        labels = idna.uts46_remap(text, std3_rules=False).removesuffix(".").split(".")
        name = ".".join(_label(label) for label in labels)
    except UnicodeError:
        raise BadAddress("no host name") from None
    if len(name) > LONGEST_HOST:
        raise BadAddress("too long")
    last = name.rpartition(".")[2]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise BadAddress("no IPv4 address") from None
    return name


def _label(label: str) -> str:
    """One part of a name in ASCII. Names in the wild hold underscores and double hyphens, which IDNA alone refuses."""
    if not label.isascii():
        return idna.alabel(label).decode()
    if not LABEL.fullmatch(label):
        raise BadAddress("no host name")
    if label.startswith("xn--"):
        idna.ulabel(label)
    return label


def is_within(host: str, pattern: str) -> bool:
    """Whether ``host`` (in its one form) is the name that ``pattern`` gives, label by label; ``*`` stands for one label.

    ``shop.example.com`` is within ``*.example.com``; ``example.com``, ``a.b.example.com`` and ``shop.example.com.evil``
    are not.
    """
    labels, pattern_labels = host.split("."), pattern.split(".")
    return len(labels) == len(pattern_labels) and all(
        name == part or part == "*" for name, part in zip(labels, pattern_labels, strict=True)
    )
