"""Short digests. `hashlib` would load OpenSSL: 3.6 MB of the tray and 4 ms of every start."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # an interpreter built otherwise
    from hashlib import blake2b


def digest(data: bytes, size: int = 12) -> bytes:
    """A digest of `size` bytes: equal data gives equal digests on every machine."""
    return blake2b(data, digest_size=size).digest()


def hex_digest(text: str, size: int = 12) -> str:
    return digest(text.encode("utf-8", "surrogatepass"), size).hex()
