"""One HTTP exchange of an event stream over `httpx`: from the request to the decoded bytes of the body.

httpx-sse opens the stream; its decoders stay out of the path. Redirects are followed here, so that each is recorded
and credentials stay with their origin. All errors are the library's own.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx
from httpx_sse import aconnect_sse

from RealtimeLibrary.core.connection import EventConnection
from RealtimeLibrary.core.errors import (
    CannotConnect,
    ConnectionClosed,
    HandshakeRejected,
    InvalidArgument,
    NotAnEventStream,
    PeerViolation,
    TimedOut,
)
from RealtimeLibrary.core.network.causes import RESET
from RealtimeLibrary.core.network.tls import tls_context, without_tls
from RealtimeLibrary.core.network.urls import is_loopback
from RealtimeLibrary.core.options import SSESettings
from RealtimeLibrary.core.sse.causes import http_cause
from RealtimeLibrary.core.sse.content_coding import ACCEPTED, CodingError, decoder_of
from RealtimeLibrary.core.sse.request import (
    MAX_REDIRECTS,
    REDIRECTS,
    SSERequest,
    is_event_stream,
    last_event_id_header,
    origin_of,
    retry_after,
)
from RealtimeLibrary.core.wording import in_words, seconds_of, shortened

_BODY_READ: Final = 1_000  # bytes of a refusal's body that are read to show how it starts
_BODY_WAIT: Final = 1.0  # longest wait for them, in seconds
_PROGRESS: Final = {
    "connection.connect_tcp.complete": "TCP connected, request not sent",
    "connection.start_tls.started": "TCP connected, TLS handshake not finished",
    "connection.start_tls.complete": "TLS established, request not sent",
    "http11.send_request_body.complete": "request sent, no complete answer",
}


@dataclass(frozen=True)
class Answer:
    """An event stream's opening.

    Attributes:
        request: The request that was answered: the last one, after redirects.
        status: The HTTP status.
        headers: By name in lower case; equal names are joined with commas.
        seconds: How long it took, redirects included.
    """

    request: SSERequest
    status: int
    headers: Mapping[str, str]
    seconds: float


class EventSource:
    """One event stream from its request to its end, and everything that must be closed with it.

    Args:
        connection: Gets the URL it goes to and the redirects; its alias is in the errors.
        settings: TLS and proxy.
        cookies: The jar of the connection; gets what the server sets.
    """

    def __init__(self, connection: EventConnection, settings: SSESettings, cookies: httpx.Cookies) -> None:
        self._connection = connection
        self._settings = settings
        self._cookies = cookies
        self._resources = AsyncExitStack()
        self._response: httpx.Response | None = None
        self._tls: ssl.SSLContext | None = None
        self._progress = ""

    async def open(self, request: SSERequest, last_event_id: str) -> Answer:
        """Send the request, follow redirects, and check that the answer is an event stream.

        Raises:
            TimedOut: The answer's headers were not there in time.
            CannotConnect: The server was not reached, broke off, or redirects without end.
            HandshakeRejected: The status is not 200.
            NotAnEventStream: The content type is another one.
            InvalidArgument: An option cannot be used.
        """
        if request.is_tls:
            self._trusted()  # made before the clock runs: it can take as long as the handshake
        begun = time.monotonic()
        timeout = seconds_of(self._settings.connect_timeout, "connect_timeout")
        try:
            async with asyncio.timeout(timeout):
                request, response = await self._follow(request, last_event_id)
        except TimeoutError as error:
            raise TimedOut(
                f"SSE connection timeout on '{self._connection.alias}' after {in_words(timeout)}: "
                f"{self._progress} ({self._connection.url})."
            ) from error
        seconds = time.monotonic() - begun
        await self._check(response)
        self._response = response
        return Answer(request, response.status_code, dict(response.headers), seconds)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The decoded body, piece by piece as it comes, to its clean end.

        Raises:
            ConnectionClosed: The connection broke, or ended before the body did.
            PeerViolation: The body is not coded as its header says.
        """
        if self._response is None:
            return
        try:
            decoder = decoder_of(self._response.headers.get("content-encoding", ""))
            async for data in self._response.aiter_raw():
                for piece in decoder.decode(data):
                    yield piece
        except CodingError as error:
            raise PeerViolation(f"The event stream of '{self._connection.alias}' cannot be read: {error}.") from error
        except (httpx.HTTPError, OSError) as error:
            raise ConnectionClosed(
                f"The event stream of '{self._connection.alias}' broke: {http_cause(error)}."
            ) from error

    async def close(self) -> None:
        """Close what is open. Does nothing if nothing is."""
        self._response = None
        await self._resources.aclose()

    # Inside

    async def _follow(self, request: SSERequest, last_event_id: str) -> tuple[SSERequest, httpx.Response]:
        """The first answer that is no redirect, and the request it answers."""
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._send(request, last_event_id)
            location = response.headers.get("location")
            if response.status_code not in REDIRECTS or location is None:
                return request, response
            await self.close()
            request = self._redirected(request, response.status_code, location)
        raise self._cannot_connect(f"more than {MAX_REDIRECTS} redirects")

    async def _send(self, request: SSERequest, last_event_id: str) -> httpx.Response:
        """The answer to one request, by a client of its own: TLS and proxy depend on the URL."""
        self._progress = "no TCP connection"
        try:
            client = await self._resources.enter_async_context(self._client(request, last_event_id))
            source = await self._resources.enter_async_context(
                aconnect_sse(
                    client,
                    request.method,
                    request.url,
                    headers=httpx.Headers({"Accept-Encoding": ACCEPTED}),
                    content=request.body,
                    extensions={"trace": self._trace},
                )
            )
        except httpx.InvalidURL as error:
            raise InvalidArgument(
                f"Cannot connect '{self._connection.alias}': {self._connection.url} is no URL."
            ) from error
        except (httpx.HTTPError, OSError) as error:
            raise self._cannot_connect(self._cause(error, request)) from error
        self._take_cookies(source.response)
        return source.response

    def _client(self, request: SSERequest, last_event_id: str) -> httpx.AsyncClient:
        settings = self._settings

        async def complete(sent: httpx.Request) -> None:
            _complete(sent.headers, request.headers, last_event_id)

        try:
            return httpx.AsyncClient(
                verify=self._trusted() if request.is_tls else without_tls(),
                timeout=None,
                proxy=settings.proxy,
                trust_env=not is_loopback(request.url),
                cookies=self._cookies,
                event_hooks={"request": [complete]},
            )
        except ValueError as error:
            raise InvalidArgument(f"Argument 'proxy' is no proxy URL: {shortened(str(error))}") from error

    def _trusted(self) -> ssl.SSLContext:
        if self._tls is None:
            settings = self._settings
            self._tls = tls_context(settings.verify, settings.client_cert, settings.client_key)
        return self._tls

    async def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        self._progress = _PROGRESS.get(name, self._progress)
        if name == "connection.connect_tcp.complete":
            # httpcore forgets a connection whose TLS handshake is cancelled; closing twice does nothing.
            self._resources.push_async_callback(info["return_value"].aclose)

    def _take_cookies(self, response: httpx.Response) -> None:
        self._cookies.extract_cookies(response)
        for cookie in response.headers.get_list("set-cookie"):
            value = cookie.partition(";")[0].partition("=")[2]
            self._connection.secrets.add_headers({"Set-Cookie": value.strip()})

    def _redirected(self, request: SSERequest, status: int, location: str) -> SSERequest:
        connection, secrets = self._connection, self._connection.secrets
        try:
            target = request.redirected(status, location, is_secret=lambda value: secrets.mask(value) != value)
        except InvalidArgument as error:
            shown = secrets.mask_url(shortened(location))
            raise self._cannot_connect(f"HTTP {status} redirects to '{shown}', no http:// or https:// URL") from error
        secrets.add_url(target.url)
        secrets.add_headers(target.headers)
        connection.url = secrets.mask_url(target.url)
        withheld = [name for name in request.headers if name not in target.headers]
        without = f", without {', '.join(withheld)}" if withheld else ""
        text = f"HTTP {status} redirects to {connection.url}{without}"
        connection.connecting(text, status=status, **request_facts(connection, target))
        return target

    async def _check(self, response: httpx.Response) -> None:
        """The answer must be an event stream (WHATWG HTML 9.2.3, "process the response")."""
        alias, url, mask = self._connection.alias, self._connection.url, self._connection.secrets.mask
        content_types = response.headers.get_list("content-type")
        if response.status_code == 200 and is_event_stream(content_types):
            return
        body = shortened(mask(await _start_of_body(response)))
        answered = f"HTTP {response.status_code} {response.reason_phrase}".rstrip()
        start = f"; body starts with '{body}'" if body else ""
        if response.status_code != 200:
            raise HandshakeRejected(
                f"Server rejected the request of '{alias}' to {url}: {answered}{start}.",
                response.status_code,
                retry_after(response.headers.get("retry-after")),
            )
        got = f"'{mask(shortened(', '.join(content_types)))}'" if content_types else "no Content-Type"
        raise NotAnEventStream(
            f"Expected an event stream (Content-Type text/event-stream), got {got} on '{alias}' from {url}: "
            f"{answered}{start}.",
            response.status_code,
        )

    def _cause(self, error: BaseException, request: SSERequest) -> str:
        scheme, host, port = origin_of(request.url)
        place = f"{host}:{port}" if self._settings.proxy is None else "the proxy"
        cause = http_cause(error, host, place)
        if scheme == "https" and cause == RESET and self._settings.client_cert is None:
            # In TLS 1.3 the handshake is done for the client before the server has seen its certificate.
            cause += "; it may ask for a client certificate (client_cert=)"
        return self._connection.secrets.mask(cause)

    def _cannot_connect(self, why: str) -> CannotConnect:
        return CannotConnect(f"Cannot connect '{self._connection.alias}' to {self._connection.url}: {why}.")


def request_facts(connection: EventConnection, request: SSERequest, last_event_id: str = "") -> dict[str, Any]:
    """What the journal tells of a request, without secrets."""
    headers = connection.secrets.mask_headers(request.headers)
    if (value := last_event_id_header(last_event_id)) is not None:
        headers["Last-Event-ID"] = connection.secrets.mask(value)
    return {"method": request.method, "url": connection.url, "headers": headers}


def _complete(headers: httpx.Headers, own: Mapping[str, str], last_event_id: str) -> None:
    """Put the connection's own headers into a request that is about to be sent.

    Only here do they win over what httpx-sse sets (Accept, Cache-Control), and can be other than ASCII.
    """
    jar = headers.get("cookie")
    headers.encoding = "utf-8"
    for name, value in own.items():
        headers[name] = value
    if jar is not None and headers["cookie"] != jar:
        headers["cookie"] += f"; {jar}"
    resumed_after = last_event_id_header(last_event_id)
    if resumed_after is not None:
        headers["Last-Event-ID"] = resumed_after


async def _start_of_body(response: httpx.Response) -> str:
    """The first bytes of a refusal's body, as far as they come in time."""
    body = b""
    with suppress(TimeoutError, httpx.HTTPError, OSError, CodingError):
        decoder = decoder_of(response.headers.get("content-encoding", ""))
        async with asyncio.timeout(_BODY_WAIT):
            async for data in response.aiter_raw():
                for piece in decoder.decode(data):
                    body += piece[:_BODY_READ]
                    if len(body) >= _BODY_READ:
                        return body[:_BODY_READ].decode("utf-8", "replace")
    return body.decode("utf-8", "replace")
