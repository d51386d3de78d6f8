"""The only way out: HTTP requests to addresses that people typed, judged so that they reach nothing of ours.

A name is resolved once, every address it has must be public, and the connection goes to the address that was judged: a
name that answers differently the second time (DNS rebinding) gains nothing. Each redirect is judged anew and carries no
credentials to another host. Time and size end what does not end by itself. ``addresses`` reads what was typed, ``networks``
says what is public.
"""

import json as json_
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpcore
from django.conf import settings

from apps.core.network import addresses, networks
from apps.core.network.addresses import Address

PORTS = {80, 443, 8080, 8443}
REDIRECTS = 3
CODES = {301, 302, 303, 307, 308}
# What would hand a credential, or a private body, to whoever a redirect leads to.
SAFE_HEADERS = {"accept", "user-agent"}


class Unreachable(Exception):
    """The request got no answer. ``why``: address, name, tls, timeout, size, redirects, connection. ``detail`` is
    what the machine said of it (of a certificate, "certificate has expired"); it never repeats what was sent."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why, self.detail = why, detail


@dataclass(frozen=True)
class Answer:
    """What came back. ``url`` is where it came from after redirects; ``certificate_until`` is the end (UTC) of the
    server's certificate, None without TLS."""

    status: int
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    certificate_until: datetime | None = None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The body as JSON; ``ValueError`` when it is none."""
        return json_.loads(self.body)


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    body: bytes = b"",
    max_bytes: int = 2_000_000,
    seconds: float = 10.0,
) -> Answer:
    """Ask ``url``; whatever the status, what answers is an ``Answer``. Raises ``Unreachable`` otherwise.

    ``body`` is sent as it is, with the ``Content-Type`` of ``headers``; ``json`` and ``form`` are written here.

    At most ``max_bytes`` of body within ``seconds`` for everything: names, redirects, the slowest byte.
    """
    deadline = time.monotonic() + seconds
    sent = {"User-Agent": "PresenceRollout/1", "Accept": "application/json, */*;q=0.5", **(headers or {})}
    content = body
    if json is not None:
        content = json_.dumps(json).encode()
        sent["Content-Type"] = "application/json"
    elif form is not None:
        content = urlencode(form).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    address = _read(addresses.parse, url)
    for _hop in range(REDIRECTS + 1):
        answer = _exchange(method, address, sent, content, max_bytes, deadline)
        target = answer.headers.get("location")
        if answer.status not in CODES or not target:
            return answer
        next_address = _read(addresses.joined, address, target)
        if next_address.origin != address.origin:
            sent = {name: value for name, value in sent.items() if name.lower() in SAFE_HEADERS}
            content = b""
        if answer.status in (301, 302, 303) and method != "HEAD":
            method, content = "GET", b""
        address = next_address
    raise Unreachable("redirects", f"more than {REDIRECTS}")


def _read(reader: Callable[..., Address], *text: Any) -> Address:
    try:
        return reader(*text)
    except addresses.BadAddress as error:
        raise Unreachable("address", str(error)) from None


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of ``host``, all of them public, or allowed by ``settings.OUTBOUND_ALLOW``. Raises ``Unreachable``."""
    try:
        ip_addresses = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Unreachable("name", host) from error
    if f"{host}:{port}" not in settings.OUTBOUND_ALLOW:
        for address in ip_addresses:
            if not networks.is_public(address):
                raise Unreachable("address", host)
    return sorted(ip_addresses)


def _exchange(
    method: str, address: Address, headers: Mapping[str, str], content: bytes, max_bytes: int, deadline: float
) -> Answer:
    if address.port not in PORTS and f"{address.host}:{address.port}" not in settings.OUTBOUND_ALLOW:
        raise Unreachable("address", f"port {address.port}")
    url = str(address)
    pool = httpcore.ConnectionPool(network_backend=_PublicBackend(deadline), ssl_context=ssl.create_default_context())
    try:
        with pool, pool.stream(method, url, headers=list(headers.items()), content=content or None) as response:
            expires = _expiry(response.extensions.get("network_stream"))
            body = bytearray()
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > max_bytes:
                    raise Unreachable("size", f"over {max_bytes} bytes")
            received = {name.decode("latin-1").lower(): _text(value) for name, value in response.headers}
            return Answer(response.status, url, received, bytes(body), expires)
    except httpcore.TimeoutException as error:
        raise Unreachable("timeout") from error
    except ssl.SSLError as error:
        raise Unreachable("tls", str(getattr(error, "verify_message", ""))) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        if isinstance(error.__context__, ssl.SSLError):
            raise Unreachable("tls", str(getattr(error.__context__, "verify_message", ""))) from error
        raise Unreachable("connection") from error


def _text(value: bytes) -> str:
    """A header as text: UTF-8 where it is, as servers write an address with accents, else byte by byte."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _expiry(stream: Any) -> datetime | None:
    tls = stream.get_extra_info("ssl_object") if stream else None
    certificate = tls.getpeercert() if tls else None
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


class _PublicBackend(httpcore.NetworkBackend):
    """Connects to the addresses that were judged, and to no other."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        last: Exception = Unreachable("connection", host)
        for address in public_addresses(host, port):
            try:
                seconds = _remaining_seconds(self._deadline)
                stream = self._inner.connect_tcp(address, port, seconds, local_address, socket_options)
                return _DeadlineStream(stream, self._deadline)
            except httpcore.ConnectError as error:
                last = error
        raise last


class _DeadlineStream(httpcore.NetworkStream):
    """A connection whose every wait ends at one deadline: an answer that drips does not outlive it."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _remaining_seconds(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _remaining_seconds(self._deadline))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        tls_stream = self._inner.start_tls(ssl_context, server_hostname, _remaining_seconds(self._deadline))
        return _DeadlineStream(tls_stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _remaining_seconds(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise httpcore.ReadTimeout
    return remaining
