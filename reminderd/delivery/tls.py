"""Whom to trust: what mail and web have in common."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi


def new_context(verify: bool | str) -> ssl.SSLContext:
    """Return a TLS context.

    True trusts SSL_CERT_FILE or the system's store, and where there is neither, the authorities
    that Mozilla trusts; a path trusts that file or folder alone; False trusts everybody. Raises
    OSError where there is no such file.
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
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and paths.capath is None:
        context.load_verify_locations(certifi.where())
    return context


def untrusted(error: ssl.SSLCertVerificationError, whose: str) -> str:
    """Say that a certificate is not trusted, and what can be done."""
    return (
        f"{whose} certificate is not trusted: {error.verify_message} "
        '(set SSL_CERT_FILE to the authority, or verify = "no")'
    )
