"""Endpoints with subscribers: a room that broadcasts, and a GraphQL subscription over `graphql-transport-ws`."""

import asyncio
import json
from collections import defaultdict
from typing import Any

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from atest.servers.endpoints import accept, until_closed


class Rooms:
    """Broadcasts what a client sends to every client of its room.

    The room is the query parameter `room`. A JSON message may say `"room"` to go to another one, `"copies"` to come
    several times, and `"after"` to come that many seconds later. A client of a `slow` room becomes a member only half a
    second after it joined, and nothing tells it.
    """

    def __init__(self) -> None:
        self._members: defaultdict[str, list[WebSocket]] = defaultdict(list)

    async def serve(self, socket: WebSocket) -> None:
        """Serve one client until it closes."""
        await accept(socket)
        own = socket.query_params.get("room", "")
        joining = asyncio.create_task(self._join(socket, own))
        try:
            async for message in until_closed(socket):
                await self._broadcast(message["text"], own)
        finally:
            joining.cancel()
            if socket in self._members[own]:
                self._members[own].remove(socket)

    async def _join(self, socket: WebSocket, room: str) -> None:
        await asyncio.sleep(0.5 if room == "slow" else 0)
        self._members[room].append(socket)

    async def _broadcast(self, text: str, own: str) -> None:
        order = json.loads(text)
        await asyncio.sleep(order.get("after", 0))
        for _ in range(order.get("copies", 1)):
            for member in list(self._members[order.get("room", own)]):
                await member.send_text(text)


async def graphql(socket: WebSocket) -> None:
    """A subscription `{ price }` that delivers three prices, by the protocol `graphql-transport-ws`."""
    await accept(socket)
    async for message in until_closed(socket):
        for answer in _graphql_answers(json.loads(message["text"])):
            await socket.send_json(answer)


def _graphql_answers(request: dict[str, Any]) -> list[dict[str, Any]]:
    match request["type"]:
        case "connection_init":
            return [{"type": "connection_ack"}]
        case "ping":
            return [{"type": "pong"}]
        case "subscribe":
            prices = [{"data": {"price": price}} for price in (101, 102, 103)]
            events = [{"type": "next", "id": request["id"], "payload": payload} for payload in prices]
            return [*events, {"type": "complete", "id": request["id"]}]
        case _:
            return []


def room_routes() -> list[BaseRoute]:
    """The routes of the endpoints with subscribers, with a state of their own."""
    return [WebSocketRoute("/test/room", Rooms().serve), WebSocketRoute("/test/graphql", graphql)]
