"""Every way in which connecting fails has its text, pinned here."""

import pytest
import websockets.exceptions as foreign
from websockets.datastructures import Headers
from websockets.http11 import Response

from RealtimeLibrary.core.errors import (
    CannotConnect,
    HandshakeRejected,
    InvalidArgument,
    RealtimeError,
    TimedOut,
)
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.websocket.translation import Attempt, connect_error

URL = "ws://shop.test/feed"
ATTEMPT = Attempt("chat", URL, "shop.test", 80, 2.0, progress="TCP connected, no answer to the opening handshake")
PROXIED = Attempt("chat", URL, "shop.test", 80, 2.0, proxy="http://proxy.test:3128")
NOT_WEBSOCKET = f"'chat' is not a WebSocket: the answer of {URL} to the opening handshake"


def response(status: int, phrase: str, body: bytes = b"") -> Response:
    return Response(status, phrase, Headers(), body)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def in_redirect(error: Exception) -> Exception:
    error.__context__ = foreign.InvalidStatus(response(301, "Moved Permanently"))
    return error


TEXTS = [
    (
        TimeoutError(),
        TimedOut,
        f"WebSocket connection timeout on 'chat' after 2 seconds: {URL}: "
        "TCP connected, no answer to the opening handshake.",
    ),
    (
        ConnectionRefusedError(111, "Connect call failed"),
        CannotConnect,
        f"Cannot connect 'chat' to {URL}: connection refused (shop.test:80).",
    ),
    (
        foreign.InvalidStatus(response(403, "Forbidden", b"missing token")),
        HandshakeRejected,
        "Server rejected the opening handshake of 'chat': HTTP 403 Forbidden; body starts with 'missing token'.",
    ),
    (
        foreign.InvalidStatus(response(599, "")),
        HandshakeRejected,
        "Server rejected the opening handshake of 'chat': HTTP 599.",
    ),
    (
        foreign.InvalidURI("http://shop.test", "scheme isn't ws or wss"),
        InvalidArgument,
        f"Cannot connect 'chat' to {URL}: not a ws:// or wss:// URL: scheme isn't ws or wss.",
    ),
    (
        in_redirect(foreign.InvalidURI("http://shop.test/", "scheme isn't ws or wss")),
        HandshakeRejected,
        f"{NOT_WEBSOCKET} redirects to 'http://shop.test/' with HTTP 301, which is not a ws:// or wss:// URL.",
    ),
    (
        foreign.SecurityError("more than 10 redirects"),
        HandshakeRejected,
        f"{NOT_WEBSOCKET} leads nowhere: more than 10 redirects.",
    ),
    (
        foreign.SecurityError("cannot follow redirect to non-secure URI ws://shop.test/"),
        HandshakeRejected,
        f"{NOT_WEBSOCKET} redirects from wss:// to an URL without TLS: ws://shop.test/.",
    ),
    (
        caused(foreign.InvalidMessage("did not receive a valid HTTP response"), EOFError()),
        CannotConnect,
        f"Cannot connect 'chat' to {URL}: the server closed the connection without answering the opening handshake.",
    ),
    (
        caused(foreign.InvalidMessage("did not receive a valid HTTP response"), ValueError("invalid HTTP line: SMTP")),
        HandshakeRejected,
        f"{NOT_WEBSOCKET} cannot be read as HTTP: invalid HTTP line: SMTP.",
    ),
    (
        foreign.InvalidUpgrade("Upgrade", None),
        HandshakeRejected,
        f"{NOT_WEBSOCKET} has no Upgrade header (RFC 6455, section 4.1).",
    ),
    (
        foreign.InvalidHeaderValue("Sec-WebSocket-Accept", "bad"),
        HandshakeRejected,
        f"{NOT_WEBSOCKET} has a wrong Sec-WebSocket-Accept header: 'bad' (RFC 6455, section 4.1).",
    ),
    (
        foreign.NegotiationError("no subprotocols supported"),
        HandshakeRejected,
        f"{NOT_WEBSOCKET} chooses a subprotocol; none was offered.",
    ),
    (
        foreign.NegotiationError("no extensions supported"),
        HandshakeRejected,
        f"{NOT_WEBSOCKET} chooses extensions that were not offered like that: no extensions supported.",
    ),
    (
        foreign.StatusLineTooLong("read 9000 bytes, expected no more than 8192 bytes"),
        HandshakeRejected,
        f"{NOT_WEBSOCKET} breaks a limit: read 9000 bytes, expected no more than 8192 bytes.",
    ),
    (
        ValueError("Port out of range 0-65535"),
        InvalidArgument,
        f"Cannot connect 'chat' to {URL}: the URL cannot be used: port out of range 0-65535.",
    ),
    (
        RuntimeError("strange"),
        CannotConnect,
        f"Cannot connect 'chat' to {URL}: unexpected RuntimeError: strange.",
    ),
]

PROXY_TEXTS = [
    (
        ConnectionRefusedError(111, "Connect call failed"),
        CannotConnect,
        f"Cannot connect 'chat' to {URL}: connection refused (proxy http://proxy.test:3128).",
    ),
    (
        foreign.InvalidProxyStatus(response(407, "Proxy Authentication Required")),
        CannotConnect,
        f"Cannot connect 'chat' to {URL}: the proxy http://proxy.test:3128 refused with "
        "HTTP 407 Proxy Authentication Required.",
    ),
    (
        caused(foreign.InvalidProxyMessage("no"), ValueError("unsupported protocol")),
        CannotConnect,
        f"Cannot connect 'chat' to {URL}: the proxy http://proxy.test:3128 did not answer with HTTP: "
        "unsupported protocol.",
    ),
    (
        foreign.InvalidProxy("ftp://proxy.test", "scheme ftp isn't supported"),
        InvalidArgument,
        f"Cannot connect 'chat' to {URL}: the proxy http://proxy.test:3128 cannot be used: scheme ftp isn't supported.",
    ),
    (
        caused(foreign.ProxyError("failed to connect to SOCKS proxy"), ValueError("Not allowed by ruleset")),
        CannotConnect,
        f"Cannot connect 'chat' to {URL}: the proxy http://proxy.test:3128 failed: not allowed by ruleset.",
    ),
    (
        ImportError("connecting through a SOCKS proxy requires python-socks"),
        InvalidArgument,
        f"Cannot connect 'chat' to {URL}: the proxy http://proxy.test:3128 needs the Python package 'python-socks'.",
    ),
]

CASES = [(ATTEMPT, *case) for case in TEXTS] + [(PROXIED, *case) for case in PROXY_TEXTS]


@pytest.mark.parametrize(("attempt", "error", "kind", "text"), CASES, ids=[repr(case[1])[:60] for case in CASES])
def test_every_failure_has_its_kind_and_text(
    attempt: Attempt, error: Exception, kind: type[RealtimeError], text: str
) -> None:
    translated = connect_error(error, attempt, Secrets())
    assert type(translated) is kind
    assert str(translated) == text


def test_a_rejection_keeps_its_status() -> None:
    translated = connect_error(foreign.InvalidStatus(response(429, "Slow Down")), ATTEMPT, Secrets())
    assert isinstance(translated, HandshakeRejected)
    assert translated.status == 429


def test_the_subprotocols_that_were_offered_are_named() -> None:
    attempt = Attempt("chat", URL, subprotocols=("v1", "v2"))
    error = foreign.NegotiationError("unsupported subprotocol: mqtt")
    expected = f"{NOT_WEBSOCKET} chooses the subprotocol 'mqtt'; offered: 'v1', 'v2'."
    assert str(connect_error(error, attempt, Secrets())) == expected


@pytest.mark.parametrize(
    ("lost_by", "words"),
    [
        (ConnectionResetError(), "the connection was reset by the server before it answered the opening handshake"),
        (None, "the server closed the connection without answering the opening handshake"),
    ],
)
def test_an_end_before_the_answer_tells_what_ended_it(lost_by: Exception | None, words: str) -> None:
    error = caused(foreign.InvalidMessage("no"), EOFError())
    attempt = Attempt("chat", URL, lost_by=lost_by)
    assert str(connect_error(error, attempt, Secrets())) == f"Cannot connect 'chat' to {URL}: {words}."


def test_what_the_server_echoes_is_masked() -> None:
    secrets = Secrets()
    secrets.add("s3cr3t-token")
    error = foreign.InvalidStatus(response(401, "Unauthorized", b"unknown token s3cr3t-token"))
    assert "s3cr3t" not in str(connect_error(error, ATTEMPT, secrets))


def test_own_errors_stay_what_they_are() -> None:
    error = InvalidArgument("own")
    assert connect_error(error, ATTEMPT, Secrets()) is error


def test_an_ipv6_address_is_bracketed() -> None:
    attempt = Attempt("chat", "ws://[::1]:9/", "::1", 9)
    assert str(connect_error(ConnectionRefusedError(111, ""), attempt, Secrets())).endswith(
        "connection refused ([::1]:9)."
    )
