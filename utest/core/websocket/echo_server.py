"""A WebSocket server on `websockets` itself, in the test's own loop, that does what a message asks for."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.server import ServerConnection, serve


async def obey(websocket: ServerConnection) -> None:
    """Echo what comes; `{"do": "close"}`, `{"do": "flood", "count": 5}` and `{"do": "drop"}` are obeyed instead."""
    async for message in websocket:
        order = json.loads(message) if isinstance(message, str) and message.startswith('{"do"') else {}
        match order.get("do"):
            case "close":
                await websocket.close(order.get("code", 1000), order.get("reason", ""))
            case "flood":
                for number in range(1, order["count"] + 1):
                    await websocket.send(json.dumps({"type": "tick", "number": number}))
            case "drop":
                websocket.transport.abort()
                return
            case _:
                await websocket.send(message)


@asynccontextmanager
async def echo_server() -> AsyncIterator[str]:
    """The URL of a running server."""
    async with serve(obey, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/"
