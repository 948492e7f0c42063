"""Test endpoints: a peer that does what its URL or the client's messages ask, well behaved in every byte.

Peers that break the protocol are in `atest.servers.faults`.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from atest.servers.backend import event
from atest.servers.demo_app import event_stream
from atest.servers.pacing import paced

SUBPROTOCOLS = ("chat.v2", "chat.v1", "graphql-transport-ws")
METHODS = ["GET", "POST", "PUT", "DELETE"]


async def accept(socket: WebSocket) -> None:
    """Accept with the server's first choice of what the client offers."""
    offered = socket.scope["subprotocols"]
    await socket.accept(next((name for name in SUBPROTOCOLS if name in offered), None))


async def until_closed(socket: WebSocket) -> AsyncIterator[Any]:
    """The messages of the client, until it closes."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        yield message


def numbered(count: int, size: int = 0) -> Iterator[str]:
    """`count` ticks (0: without end) with a gapless `seq`, padded to `size` bytes."""
    for seq in itertools.islice(itertools.count(1), count or None):
        text = json.dumps({"type": "tick", "seq": seq, "pad": ""})
        yield text[:-2] + "x" * (size - len(text)) + text[-2:]


# WebSocket


async def echo(socket: WebSocket) -> None:
    """Send back what comes, text as text and binary as binary."""
    await accept(socket)
    async for message in until_closed(socket):
        await socket.send(
            {"type": "websocket.send", **{key: message[key] for key in ("text", "bytes") if key in message}}
        )


async def handshake(socket: WebSocket) -> None:
    """Send what the opening handshake carried, then stay open."""
    await accept(socket)
    carried = {
        "type": "handshake",
        "headers": dict(socket.headers),
        "query": dict(socket.query_params),
        "offered": socket.scope["subprotocols"],
    }
    await socket.send_json(carried)
    async for _ in until_closed(socket):
        pass


async def later(socket: WebSocket) -> None:
    """Obey orders, `{"after": seconds}` with `"send": message`, `"close": code, "reason": text` or `"drop": true`."""
    await accept(socket)
    async for message in until_closed(socket):
        order = json.loads(message["text"])
        await asyncio.sleep(order.get("after", 0))
        if "send" in order:
            await socket.send_json(order["send"])
        elif "close" in order:
            await socket.close(order["close"], order.get("reason"))
            return
        elif "drop" in order:
            return  # the connection ends without a close frame


async def close(socket: WebSocket) -> None:
    """Send `messages` ticks, then close with `code` and `reason`."""
    await accept(socket)
    query = socket.query_params
    for text in itertools.islice(numbered(0), int(query.get("messages", "0"))):
        await socket.send_text(text)
    await socket.close(int(query.get("code", "1000")), query.get("reason", ""))


async def flood(socket: WebSocket) -> None:
    """Send `count` ticks of `size` bytes at `rate` per second; 0 means without end, as fast as possible."""
    await accept(socket)
    query = {name: int(value) for name, value in socket.query_params.items()}
    async for text in paced(numbered(query.get("count", 0), query.get("size", 0)), query.get("rate", 0)):
        await socket.send_text(text)
    async for _ in until_closed(socket):
        pass


async def deny(socket: WebSocket) -> None:
    """Refuse the opening handshake with this HTTP status."""
    await socket.send_denial_response(refusal(socket.path_params["status"]))


# HTTP and event streams


def refusal(status: int) -> Response:
    """An HTTP answer with a body that says why."""
    return PlainTextResponse(f"The server says {status}: no stream for you", status)


async def status(request: Request) -> Response:
    return refusal(request.path_params["status"])


async def html(request: Request) -> Response:
    return HTMLResponse("<!doctype html><title>Login</title><p>Please log in")


async def redirect(request: Request) -> Response:
    return RedirectResponse(request.query_params["to"], int(request.query_params.get("status", "307")))


async def sse_count(request: Request) -> Response:
    """`count` ticks at `rate` per second, then a clean end; goes on after `Last-Event-ID` up to `drop_after` more."""
    query = {name: int(value) for name, value in request.query_params.items()}
    first = int(request.headers.get("last-event-id", "0")) + 1
    last = query.get("count", 0)
    numbers = itertools.count(first) if not last else range(first, last + 1)
    if first > last > 0:
        return Response(status_code=204)
    events = (event({"type": "tick", "seq": seq}, "tick", seq) for seq in numbers)
    until_drop = itertools.islice(events, query.get("drop_after"))
    opening = [f"retry: {query['retry']}\n\n"] if "retry" in query else []
    return event_stream(paced(itertools.chain(opening, until_drop), query.get("rate", 0)))


async def sse_script(request: Request) -> Response:
    """Stream the posted list of texts as they are, `pause` seconds apart, then end or `hold` open."""
    texts = await request.json()

    async def stream() -> AsyncIterator[str]:
        for text in texts:
            yield text
            await asyncio.sleep(float(request.query_params.get("pause", "0.02")))
        if "hold" in request.query_params:
            await asyncio.Event().wait()

    return event_stream(stream())


async def sse_request(request: Request) -> Response:
    """Show the request as one event, then stay open."""
    seen = {
        "type": "request",
        "method": request.method,
        "headers": dict(request.headers),
        "query": dict(request.query_params),
        "body": (await request.body()).decode(),
    }

    async def stream() -> AsyncIterator[str]:
        yield event(seen, "request")
        await asyncio.Event().wait()

    return event_stream(stream())


# LLM streams


def openai_events(words: list[str], fails: bool) -> Iterator[str]:
    """Deltas without event types, ended by `[DONE]`; or an error in mid-stream and no end mark."""
    for word in words:
        yield event({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": word}}]})
    if fails:
        yield event({"error": {"type": "server_error", "message": "The model is overloaded"}})
    else:
        yield event("[DONE]")


def anthropic_events(words: list[str], fails: bool) -> Iterator[str]:
    """Named events from `message_start` to `message_stop`; or an `error` event in mid-stream."""
    yield event({"type": "message_start", "message": {"role": "assistant"}}, "message_start")
    yield event({"type": "ping"}, "ping")
    for word in words:
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
        yield event(delta, "content_block_delta")
    if fails:
        yield event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "error")
    else:
        yield event({"type": "message_stop"}, "message_stop")


async def llm(request: Request) -> Response:
    """Answer a posted chat request word by word, at `rate` per second."""
    prompt = (await request.json())["messages"][-1]["content"]
    words = [f"{word} " for word in f"You said: {prompt}".split()]
    shape = {"openai": openai_events, "anthropic": anthropic_events}[request.path_params["shape"]]
    fails = request.query_params.get("fails") == "true"
    return event_stream(paced(shape(words, fails), float(request.query_params.get("rate", "50"))))


def endpoint_routes() -> list[BaseRoute]:
    """The routes of the test endpoints."""
    return [
        WebSocketRoute("/test/echo", echo),
        WebSocketRoute("/test/handshake", handshake),
        WebSocketRoute("/test/later", later),
        WebSocketRoute("/test/close", close),
        WebSocketRoute("/test/flood", flood),
        WebSocketRoute("/test/status/{status:int}", deny),
        Route("/test/status/{status:int}", status, methods=METHODS),
        Route("/test/html", html, methods=METHODS),
        Route("/test/redirect", redirect, methods=METHODS),
        Route("/test/sse/count", sse_count),
        Route("/test/sse/script", sse_script, methods=["POST"]),
        Route("/test/sse/request", sse_request, methods=METHODS),
        Route("/test/llm/{shape}", llm, methods=["POST"]),
    ]
