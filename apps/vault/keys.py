"""Where the keys come from: VAULT_KEYSET, in clear, or closed by the key of a KMS that VAULT_KMS_URI names."""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

import tink
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from tink import aead, secret_key_access

aead.register()

# HashiCorp Vault takes no associated data through tink, so no KMS gets any.
UNBOUND = b""


def _aws(uri: str) -> aead.Aead:
    from tink.integration import awskms

    return awskms.AwsKmsClient(uri, None).get_aead(uri)


def _gcp(uri: str) -> aead.Aead:
    from tink.integration import gcpkms

    return gcpkms.GcpKmsClient(uri, None).get_aead(uri)


def _hashicorp(uri: str) -> aead.Aead:
    """``hcvault://host:port/transit/keys/name``; the token is hvac's own affair (VAULT_TOKEN)."""
    import hvac
    from tink.integration import hcvault

    parts = urlsplit(uri)
    return hcvault.new_aead(parts.path, hvac.Client(url=f"https://{parts.netloc}"))


OPENERS: dict[str, Callable[[str], aead.Aead]] = {"aws-kms": _aws, "gcp-kms": _gcp, "hcvault": _hashicorp}
EXTRAS = {"aws-kms": "tink[awskms]", "gcp-kms": "tink[gcpkms]", "hcvault": "tink[hcvault]"}


def kms(uri: str) -> aead.Aead:
    """The KMS key that ``uri`` names. Raises ``ImproperlyConfigured``, which says what to do, for an unknown kind of
    address and where the library of that KMS is not installed."""
    scheme = uri.partition("://")[0]
    if scheme not in OPENERS:
        raise ImproperlyConfigured(f"VAULT_KMS_URI must start with one of {', '.join(f'{s}://' for s in OPENERS)}.")
    try:
        return OPENERS[scheme](uri)
    except ImportError as error:
        raise ImproperlyConfigured(f"{scheme}:// needs a further package: pip install '{EXTRAS[scheme]}'.") from error


def handle() -> tink.KeysetHandle:
    """The keyset in use, opened once a process: a KMS is asked at the first need, not at each secret."""
    return _opened(settings.VAULT_KEYSET, settings.VAULT_KMS_URI)


@lru_cache(maxsize=4)
def _opened(keyset: str, uri: str) -> tink.KeysetHandle:
    if uri:
        return tink.json_proto_keyset_format.parse_encrypted(keyset, kms(uri), UNBOUND)
    return tink.json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN)


def primitive() -> aead.Aead:
    """What encrypts and decrypts with the keyset in use."""
    return _primitive(settings.VAULT_KEYSET, settings.VAULT_KMS_URI)


@lru_cache(maxsize=4)
def _primitive(keyset: str, uri: str) -> aead.Aead:
    return _opened(keyset, uri).primitive(aead.Aead)


def primary_key_id() -> int:
    return handle().keyset_info().primary_key_id


def in_clear() -> str:
    """The keyset in use as clear JSON, to make the next one of it. Never stored, never logged."""
    return _one_line(tink.json_proto_keyset_format.serialize(handle(), secret_key_access.TOKEN))


def fresh() -> str:
    """A new AES-256-GCM keyset as one line of clear JSON."""
    keyset = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    return _one_line(tink.json_proto_keyset_format.serialize(keyset, secret_key_access.TOKEN))


def closed(keyset: str, uri: str) -> str:
    """The clear ``keyset`` as one line of JSON that only the KMS key ``uri`` opens; as it is when ``uri`` is empty."""
    if not uri:
        return keyset
    opened = tink.json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN)
    return _one_line(tink.json_proto_keyset_format.serialize_encrypted(opened, kms(uri), UNBOUND))


def _one_line(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())
