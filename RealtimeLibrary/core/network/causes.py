"""Why the network or TLS failed, in the library's own words.

The operating system, asyncio and OpenSSL report the same failure in many ways, some of them empty. Here each has one
phrase, which ends a sentence such as `Cannot connect 'chat' to wss://…: <phrase>.`
"""

import errno
import os
import re
import socket
import ssl
from typing import Final

from RealtimeLibrary.core.wording import shortened

REFUSED: Final = "connection refused"
RESET: Final = "the connection was reset"

_CERTIFICATE_WORDS: Final = {
    9: "is not valid yet",
    10: "has expired",
    18: "is not trusted: it is self-signed",
    19: "is not trusted: a self-signed certificate is in its chain",
    20: "is not trusted: its issuer is unknown",
    21: "is not trusted: its issuer is unknown",
    23: "is revoked",
}
"""What is wrong with a certificate, by OpenSSL's verify code (`X509_V_ERR_…`)."""

_HOST_MISMATCH: Final = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH

_TLS_WORDS: Final = (
    ("CERTIFICATE_REQUIRED", "the server asks for a client certificate; name one with client_cert="),
    ("UNKNOWN_CA", "the server does not trust the client certificate"),
    ("BAD_CERTIFICATE", "the server refused the client certificate"),
    ("CERTIFICATE_UNKNOWN", "the server refused the client certificate"),
    ("CERTIFICATE_EXPIRED", "the server says that the client certificate has expired"),
    ("PROTOCOL_VERSION", "the two sides have no TLS version in common"),
    ("UNSUPPORTED_PROTOCOL", "the two sides have no TLS version in common"),
    ("WRONG_VERSION_NUMBER", "the server does not speak TLS on this port"),
    ("HTTP_REQUEST", "the server does not speak TLS on this port"),
    ("RECORD_LAYER_FAILURE", "the server does not speak TLS on this port"),
    ("UNRECOGNIZED_NAME", "the server has no certificate for this host name"),
    ("HANDSHAKE_FAILURE", "the server refused the TLS handshake (it may ask for a client certificate)"),
    ("UNEXPECTED_EOF", "the server ended the connection inside TLS"),
)
"""Words by a part of OpenSSL's reason, the more specific first."""


def network_cause(error: BaseException, host: str = "", place: str = "") -> str | None:
    """The cause as a phrase, or `None` where the error is not the network's or TLS's.

    Args:
        error: What was raised.
        host: The host name that was asked for.
        place: Host and port, for a connection that was refused there.
    """
    match error:
        case socket.gaierror():
            return f"the host name '{host}' does not resolve" if host else "the host name does not resolve"
        case ssl.SSLCertVerificationError():
            return _certificate_cause(error, host)
        case ssl.SSLError():
            return f"TLS failed: {_tls_cause(error)}"
        case ConnectionAbortedError() if "SSL handshake" in str(error):
            return "TLS failed: the handshake took too long"
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError():
            return RESET
        case OSError():
            return _system_cause(error, place)
        case _:
            return None


def _certificate_cause(error: ssl.SSLCertVerificationError, host: str) -> str:
    code = error.verify_code
    if code in _HOST_MISMATCH:
        return f"TLS failed: the server's certificate is not valid for the host '{host}'"
    words = _CERTIFICATE_WORDS.get(code)
    if words is None:
        return f"TLS failed: the server's certificate was refused: {error.verify_message}"
    hint = " (name its CA with verify=, or trust anything with verify=False)" if "not trusted" in words else ""
    return f"TLS failed: the server's certificate {words}{hint}"


def _tls_cause(error: ssl.SSLError) -> str:
    reason = getattr(error, "reason", None) or str(error.strerror or "").upper().replace(" ", "_")
    for part, words in _TLS_WORDS:
        if part in reason:
            return words
    return reason.replace("_", " ").lower() or "no reason given"


def _system_cause(error: OSError, place: str) -> str:
    # asyncio joins the failures of several addresses in one text: "Multiple exceptions: [Errno 111] …, [Errno 101] …"
    number = error.errno or next((int(found) for found in re.findall(r"\[Errno (\d+)\]", str(error))), None)
    if number == errno.ECONNREFUSED:
        return f"{REFUSED} ({place})" if place else REFUSED
    if number == errno.ECONNRESET:
        return RESET
    if number is not None:
        words = os.strerror(number)
        return words[0].lower() + words[1:]
    return shortened(str(error)).rstrip(".") or f"{type(error).__name__} without a text"
