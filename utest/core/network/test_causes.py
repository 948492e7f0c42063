"""What the network and TLS report, in words."""

import errno
import socket
import ssl

import pytest

from RealtimeLibrary.core.network.causes import network_cause


def certificate_error(code: int, message: str = "some reason") -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    error.verify_message = message
    return error


def tls_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


HINT = " (name its CA with verify=, or trust anything with verify=False)"

CAUSES = [
    (socket.gaierror(-2, "Name or service not known"), "the host name 'shop.test' does not resolve"),
    (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 9)"), "connection refused (shop.test:9)"),
    (
        OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 9), [Errno 101] Network unreachable"),
        "connection refused (shop.test:9)",
    ),
    (ConnectionResetError(), "the connection was reset"),
    (BrokenPipeError(32, "Broken pipe"), "the connection was reset"),
    (OSError(errno.ECONNRESET, ""), "the connection was reset"),
    (
        ConnectionAbortedError("SSL handshake is taking longer than 60.0 seconds"),
        "TLS failed: the handshake took too long",
    ),
    (OSError(errno.EHOSTUNREACH, "Connect call failed"), "no route to host"),
    (OSError("Strange"), "Strange"),
    (OSError(), "OSError without a text"),
    (certificate_error(18), f"TLS failed: the server's certificate is not trusted: it is self-signed{HINT}"),
    (certificate_error(20), f"TLS failed: the server's certificate is not trusted: its issuer is unknown{HINT}"),
    (certificate_error(10), "TLS failed: the server's certificate has expired"),
    (certificate_error(9), "TLS failed: the server's certificate is not valid yet"),
    (certificate_error(62), "TLS failed: the server's certificate is not valid for the host 'shop.test'"),
    (certificate_error(64), "TLS failed: the server's certificate is not valid for the host 'shop.test'"),
    (certificate_error(26), "TLS failed: the server's certificate was refused: some reason"),
    (
        tls_error("TLSV13_ALERT_CERTIFICATE_REQUIRED"),
        "TLS failed: the server asks for a client certificate; name one with client_cert=",
    ),
    (tls_error("TLSV1_ALERT_UNKNOWN_CA"), "TLS failed: the server does not trust the client certificate"),
    (tls_error("SSLV3_ALERT_CERTIFICATE_UNKNOWN"), "TLS failed: the server refused the client certificate"),
    (tls_error("TLSV1_ALERT_PROTOCOL_VERSION"), "TLS failed: the two sides have no TLS version in common"),
    (tls_error("WRONG_VERSION_NUMBER"), "TLS failed: the server does not speak TLS on this port"),
    (tls_error("BAD_ECPOINT"), "TLS failed: bad ecpoint"),
    (ssl.SSLError(), "TLS failed: no reason given"),
    (ValueError("not of the network"), None),
]


@pytest.mark.parametrize(("error", "words"), CAUSES, ids=[repr(error)[:60] for error, _ in CAUSES])
def test_every_cause_has_its_words(error: BaseException, words: str | None) -> None:
    assert network_cause(error, "shop.test", "shop.test:9") == words


def test_a_host_that_is_not_known_is_not_named() -> None:
    assert network_cause(socket.gaierror()) == "the host name does not resolve"
    assert network_cause(ConnectionRefusedError(111, "")) == "connection refused"
