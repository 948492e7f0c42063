"""HTTP archives (HAR 1.2) with the fields in which Chrome keeps WebSocket messages and server-sent events.

The developer tools of Chromium browsers import them: Network, then Import HAR file. Every attempt to open a connection
is one request, as in a browser.

Source: http://www.softwareishard.com/blog/har-12-spec/; fields that begin with an underscore are Chrome's own.
"""

import base64
import json
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from RealtimeLibrary.core.connection import SSE, Connection
from RealtimeLibrary.core.journal import Entry, Happening
from RealtimeLibrary.core.messages import SSEEvent, size_of
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.version import __version__

_TEXT, _BINARY = 1, 2
"""Opcodes of messages (RFC 6455, section 5.2)."""

_UNKNOWN: Final = -1
"""HAR's value for a size or time that is not known."""


@dataclass(frozen=True)
class _Attempt:
    """One request: from an attempt to connect to the next one.

    Attributes:
        connection: Whose.
        begin: When it began, on the monotonic clock.
        end: When the last thing happened in it.
        status: The HTTP status of the answer, 0 without one.
        request: What is known of the request.
        answer: What is known of the answer.
        first: Number of the first item received in it.
        last: Number of the last one; smaller than `first` without any.
        sent: What was sent in it.
    """

    connection: Connection[Any]
    begin: float
    end: float
    status: int
    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    first: int
    last: int
    sent: tuple[Entry, ...]

    @property
    def is_sse(self) -> bool:
        """Whether it asked for an event stream."""
        return self.connection.family is SSE


def har(connections: Sequence[Connection[Any]], wall_clock: float) -> Iterator[str]:
    """The archive as JSON text, in pieces: the messages may be many.

    Args:
        connections: Whose past to write.
        wall_clock: What to add to a time on the monotonic clock for seconds since 1970.
    """
    creator = json.dumps({"name": "robotframework-realtime", "version": __version__})
    yield f'{{"log": {{"version": "1.2", "creator": {creator}, "pages": [], "entries": ['
    attempts = [attempt for connection in connections for attempt in _attempts(connection)]
    attempts.sort(key=lambda attempt: attempt.begin)
    for number, attempt in enumerate(attempts):
        yield ",\n" if number else "\n"
        yield from _request(attempt, wall_clock)
    yield "\n]}}\n"


def _attempts(connection: Connection[Any]) -> Iterator[_Attempt]:
    entries = list(connection.journal)
    starts = [number for number, entry in enumerate(entries) if entry.what is Happening.CONNECTING]
    if entries and not starts:
        starts = [0]
    for start, stop in zip(starts, [*starts[1:], len(entries)], strict=True):
        part, following = entries[start:stop], entries[stop : stop + 1]
        last = following[0].after if following else connection.record.last
        times = connection.record.times(last, last)
        openings = [entry.facts for entry in part if entry.what is Happening.OPENED]
        # A browser tells the handshake of a page's stream apart from its opening, and the request with the answer.
        answer = dict(ChainMap(*openings)) if openings else None
        asked = {} if answer is None or "request_headers" not in answer else {"headers": answer["request_headers"]}
        yield _Attempt(
            connection,
            part[0].at,
            max(part[-1].at, *times) if not following and len(times) else part[-1].at,
            _status(connection, answer, following),
            {**part[0].facts, **asked},
            answer or {},
            part[0].after + 1,
            last,
            tuple(entry for entry in part if entry.what is Happening.SENT),
        )


def _status(connection: Connection[Any], answer: Mapping[str, Any] | None, following: Sequence[Entry]) -> int:
    """The answer's status; that of a redirect is known to the attempt that follows it."""
    if answer is None:
        return int(following[0].facts.get("status", 0)) if following else 0
    return int(answer.get("status", 200 if connection.family is SSE else 101))


def _request(attempt: _Attempt, wall_clock: float) -> Iterator[str]:
    """One entry, its messages last."""
    yield json.dumps(_head(attempt, wall_clock))[:-1]
    yield f', "{"_eventSourceMessages" if attempt.is_sse else "_webSocketMessages"}": ['
    messages = _events(attempt, wall_clock) if attempt.is_sse else _messages(attempt, wall_clock)
    for number, message in enumerate(messages):
        yield (",\n" if number else "\n") + json.dumps(message)
    yield "]}"


def _head(attempt: _Attempt, wall_clock: float) -> dict[str, Any]:
    secrets = attempt.connection.secrets
    url = attempt.request.get("url") or secrets.mask_url(attempt.connection.url)
    milliseconds = round((attempt.end - attempt.begin) * 1000, 3)
    request = {
        "method": attempt.request.get("method", "GET"),
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(attempt.request, secrets),
        "queryString": [{"name": name, "value": value} for name, value in parse_qsl(urlsplit(url).query)],
        "headersSize": _UNKNOWN,
        "bodySize": 0,
    }
    if attempt.is_sse and attempt.sent and attempt.sent[0].payload:
        body = attempt.sent[0].payload
        text = body if isinstance(body, str) else body.decode("utf-8", "replace")
        request["bodySize"] = size_of(body)
        request["postData"] = {"mimeType": "", "params": [], "text": secrets.mask(text)}
    return {
        "startedDateTime": datetime.fromtimestamp(attempt.begin + wall_clock, UTC).isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": request,
        "response": {
            "status": attempt.status,
            "statusText": _reason(attempt.status),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(attempt.answer, secrets),
            "content": {"size": 0, "mimeType": "text/event-stream" if attempt.is_sse else "x-unknown"},
            "redirectURL": "",
            "headersSize": _UNKNOWN,
            "bodySize": _UNKNOWN,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": milliseconds},
        "comment": attempt.connection.alias,
        "_resourceType": "eventsource" if attempt.is_sse else "websocket",
    }


def _pairs(facts: Mapping[str, Any], secrets: Secrets) -> list[dict[str, str]]:
    headers = secrets.mask_headers(dict(facts.get("headers", {})))
    return [{"name": name, "value": value} for name, value in headers.items()]


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _events(attempt: _Attempt, wall_clock: float) -> Iterator[dict[str, Any]]:
    mask = attempt.connection.secrets.mask
    for event in attempt.connection.record.items(attempt.first, attempt.last):
        if isinstance(event, SSEEvent):
            yield {
                "time": event.received_at + wall_clock,
                "eventName": mask(event.event),
                "eventId": mask(event.id),
                "data": mask(event.data),
            }


def _messages(attempt: _Attempt, wall_clock: float) -> Iterator[dict[str, Any]]:
    """Sent and received in one order: an entry knows how many items were received before it."""
    sent = iter(attempt.sent)
    following = next(sent, None)
    for item in attempt.connection.record.items(attempt.first, attempt.last):
        while following is not None and following.after < item.number:
            yield _message("send", following.at, following.payload or "", attempt.connection, wall_clock)
            following = next(sent, None)
        yield _message("receive", item.received_at, item.raw, attempt.connection, wall_clock)
    while following is not None:
        yield _message("send", following.at, following.payload or "", attempt.connection, wall_clock)
        following = next(sent, None)


def _message(
    direction: str, at: float, raw: str | bytes, connection: Connection[Any], wall_clock: float
) -> dict[str, Any]:
    secrets = connection.secrets
    if isinstance(raw, bytes):
        opcode, data = _BINARY, base64.b64encode(secrets.mask_bytes(raw)).decode()
    else:
        opcode, data = _TEXT, secrets.mask(raw)
    return {"type": direction, "time": at + wall_clock, "opcode": opcode, "data": data}
