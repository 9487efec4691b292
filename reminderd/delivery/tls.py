"""Whom to trust: what mail and web have in common."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from pathlib import Path

import certifi

_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")  # how OpenSSL finds an authority in a folder


def new_context(verify: bool | str) -> ssl.SSLContext:
    """Return a TLS context.

    True trusts SSL_CERT_FILE or the system's store, and where there is neither, or nobody in it,
    the authorities that Mozilla trusts; a path trusts that file or folder alone; False trusts
    everybody. Raises OSError where there is no such file.
    """
    if isinstance(verify, str):
        if Path(verify).is_dir():
            return ssl.create_default_context(capath=verify)
        return ssl.create_default_context(cafile=verify)
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if not _trusts_anybody(context):
        context.load_verify_locations(certifi.where())
    return context


def _trusts_anybody(context: ssl.SSLContext) -> bool:
    """Return whether there is an authority in the store; those in a folder are read when needed."""
    if context.cert_store_stats()["x509"]:
        return True
    folder = ssl.get_default_verify_paths().capath
    with suppress(OSError):
        return folder is not None and any(
            _HASHED.fullmatch(entry.name) for entry in Path(folder).iterdir()
        )
    return False


def untrusted(error: ssl.SSLCertVerificationError, whose: str) -> str:
    """Say that a certificate is not trusted, and what can be done."""
    return (
        f"{whose} certificate is not trusted: {error.verify_message} "
        '(set SSL_CERT_FILE to the authority, or verify = "no")'
    )
