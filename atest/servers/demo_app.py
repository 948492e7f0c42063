"""The guide's backend as a web application: `/api/v1/ws/…`, `/api/v1/sse/…`, and a page with both: `/dashboard`.

WebSocket endpoints share one little protocol of JSON messages, told apart by `type`: `subscribe` to
`channel` or `channels` (with an optional `rate` per second and `count`), `start_training`, `request` (answered
with the same `id`) and `ping`.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from atest.servers.backend import (
    CHANNELS,
    Channel,
    Json,
    event,
    measurement_events,
    respond,
    status_events,
    training_progress,
)
from atest.servers.dashboard import dashboard
from atest.servers.pacing import paced

ENDPOINTS = ("training-monitor", "monitor", "tick-data", "data", "rpc")
STREAM_RATE = 50.0  # events per second


class Updates:
    """Hands what one client started to every client of `/sse/updates`."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Json]] = set()

    def publish(self, update: Json) -> None:
        for listener in self._listeners:
            listener.put_nowait(update)

    async def stream(self) -> AsyncIterator[str]:
        """The events of one client, beginning with `connected` once nothing published later can be missed."""
        listener: asyncio.Queue[Json] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield event({"type": "connected"}, "connected")
            while True:
                update = await listener.get()
                yield event(update, update["type"])
        finally:
            self._listeners.discard(listener)


class Session:
    """One WebSocket client: its requests are answered while the channels it subscribed to are streamed."""

    def __init__(self, socket: WebSocket, updates: Updates) -> None:
        self._socket = socket
        self._updates = updates

    async def run(self) -> None:
        """Serve the client until it closes."""
        await self._socket.accept()
        try:
            async with asyncio.TaskGroup() as tasks:
                streams = []
                try:
                    while (received := await self._socket.receive())["type"] != "websocket.disconnect":
                        streams += [tasks.create_task(work) for work in self._work(received)]
                finally:
                    for stream in streams:
                        stream.cancel()
        except* WebSocketDisconnect:
            pass  # the client left in the middle of a stream

    def _work(self, received: Any) -> list[Any]:
        try:
            message = json.loads(received.get("text") or "")
            kind = message["type"]
        except (ValueError, KeyError, TypeError):
            return [self._send({"type": "error", "message": "Not a JSON object with a type"})]
        match kind:
            case "subscribe":
                return [self._stream(name, message) for name in message.get("channels") or [message.get("channel")]]
            case "start_training":
                return [self._train(message)]
            case "request":
                return [self._respond(message)]
            case "ping":
                return [self._send({"type": "pong"})]
            case _:
                return [self._send({"type": "error", "message": f"Unknown type '{kind}'"})]

    async def _send(self, message: Json) -> None:
        await self._socket.send_text(json.dumps(message))

    async def _stream(self, name: str, request: Json) -> None:
        channel: Channel | None = CHANNELS.get(name)
        if channel is None:
            await self._send({"type": "error", "message": f"Unknown channel '{name}'"})
            return
        await self._send({"type": "subscribed", "channel": name})
        async for message in paced(channel.messages(request), request.get("rate", channel.rate)):
            await self._send(message)

    async def _train(self, request: Json) -> None:
        await self._send({"type": "acknowledge", "command": "start_training", "modelId": request.get("modelId")})
        async for update in paced(training_progress(request), STREAM_RATE):
            self._updates.publish(update)

    async def _respond(self, request: Json) -> None:
        await asyncio.sleep(request.get("params", {}).get("delay", 0))
        await self._send(respond(request))


async def unreliable(socket: WebSocket, connects: Counter[str]) -> None:
    """Drop the first `drops` connections of a `session` after `messages` ticks, without a close frame.

    Every connection after the first begins with `connection_restored`.
    """
    session = socket.query_params.get("session", "")
    messages = int(socket.query_params.get("messages", "3"))
    earlier = connects[session]
    connects[session] += 1
    await socket.accept()
    if earlier:
        await socket.send_json({"type": "connection_restored", "attempt": earlier})
    for number in range(messages):
        await socket.send_json({"type": "tick_update", "data": {"seq": earlier * messages + number + 1}})
    if earlier >= int(socket.query_params.get("drops", "1")):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass


def event_stream(events: AsyncIterator[str]) -> StreamingResponse:
    """A response that is an event stream."""
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def guide_routes() -> list[BaseRoute]:
    """The routes of the guide's backend, with a state of their own."""
    updates = Updates()
    connects: Counter[str] = Counter()

    async def websocket(socket: WebSocket) -> None:
        if socket.path_params["endpoint"] in ENDPOINTS:
            await Session(socket, updates).run()
        else:
            await socket.send_denial_response(PlainTextResponse("No such endpoint", 404))

    async def websocket_unreliable(socket: WebSocket) -> None:
        await unreliable(socket, connects)

    async def sse_status(request: Request) -> StreamingResponse:
        return event_stream(paced(status_events(dict(request.headers)), STREAM_RATE))

    async def sse_updates(request: Request) -> StreamingResponse:
        return event_stream(updates.stream())

    async def sse_stream(request: Request) -> StreamingResponse:
        return event_stream(paced(measurement_events(), STREAM_RATE))

    return [
        WebSocketRoute("/api/v1/ws/unreliable", websocket_unreliable),
        WebSocketRoute("/api/v1/ws/{endpoint}", websocket),
        Route("/api/v1/sse/status", sse_status),
        Route("/api/v1/sse/updates", sse_updates),
        Route("/api/v1/sse/stream", sse_stream),
        Route("/dashboard", dashboard),
    ]
