"""Encryption to somebody who is not here: age (https://age-encryption.org), through pyrage.

The machine that makes backups holds recipients' public keys alone, so whoever takes it over reads no earlier backup. age
rather than CMS or a scheme of our own: it is made for files of any size, its keys are one line, and with the lone program
``age`` every part of a backup can be opened without us (docs/backup.md).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyrage

from apps.backups.errors import BackupError, Damaged


class Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...


def new_key() -> tuple[str, str]:
    """A new key: the identity that opens, to be kept apart, and the recipient that closes."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient(text: str) -> Any:
    """The recipient that ``text`` names: ``age1…``, or an SSH public key. Raises ``BackupError``."""
    try:
        return (
            pyrage.ssh.Recipient.from_str(text) if text.startswith("ssh-") else pyrage.x25519.Recipient.from_str(text)
        )
    except pyrage.RecipientError as error:
        raise BackupError(f"{text[:60]!r} is no recipient (age1…, ssh-ed25519 …, ssh-rsa …): {error}") from None


def identities_in(file: Path) -> list[Any]:
    """The identities in ``file``: lines as ``age-keygen`` writes them, or an SSH private key. Raises ``BackupError``."""
    try:
        content = file.read_bytes()
        if b"PRIVATE KEY-----" in content:
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = [line.strip() for line in content.decode().splitlines()]
        identities = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise BackupError(f"{file} cannot be read as a key: {type(error).__name__}.") from None
    if not identities:
        raise BackupError(f"{file} holds no key.")
    return identities


def close(source: BinaryIO | Any, target: Writable, recipients: Sequence[str]) -> None:
    """Encrypt ``source`` into ``target``. Raises ``OSError`` where one of them fails."""
    try:
        pyrage.encrypt_io(source, target, [recipient(text) for text in recipients])
    except pyrage.EncryptError as error:
        raise OSError(f"not encrypted: {error}") from error


def open_into(source: BinaryIO | Any, target: Writable, identities: Sequence[Any]) -> None:
    """Decrypt ``source`` into ``target``. Raises ``BackupError`` for other keys, ``Damaged`` for what was changed."""
    if not identities:
        raise BackupError("This backup is encrypted: give the file with its key, --identity FILE.")
    try:
        pyrage.decrypt_io(source, target, list(identities))
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise BackupError("The key in --identity is not one that this backup was encrypted to.") from None
        raise Damaged(f"cannot be decrypted ({error})") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise Damaged(f"cannot be decrypted ({error})") from None
