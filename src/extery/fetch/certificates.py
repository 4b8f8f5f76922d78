"""The certificates that servers are verified with: those of the system, so that a certificate of a company works.

``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` replace them. Without the library ``truststore`` those of ``certifi`` are trusted
in addition, for systems whose certificates OpenSSL does not find.
"""

from __future__ import annotations

import os
import ssl
from functools import cache

from extery.core.errors import Unavailable
from extery.core.text import os_error_text
from extery.fetch.addresses import sanitize_text


def certificate_context() -> ssl.SSLContext:
    """Return the context for all connections of this process; it is made once for each environment.

    Raises `Unavailable` for certificates that cannot be read.
    """
    file, folder = os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", "")
    try:
        return _context(file, folder)
    except OSError as error:  # also for a file without a certificate
        raise Unavailable.of(
            "fetch.unreadable",
            path=sanitize_text(file or folder),
            reason=os_error_text(error),
        ) from error


@cache
def _context(file: str, folder: str) -> ssl.SSLContext:
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    try:
        import truststore
    except ImportError:
        import certifi

        context = ssl.create_default_context(cafile=certifi.where())
        context.load_default_certs()
        return context
    verified: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return verified
