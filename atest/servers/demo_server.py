"""The demo server: the guide's backend and test endpoints on a free loopback port, in a thread of its own.

It runs Starlette on uvicorn with wsproto: a WebSocket stack that shares no code with the library under test.
"""

import asyncio
import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from robot.api.deco import keyword, library
from starlette.applications import Starlette

from atest.servers.certificates import server_context
from atest.servers.demo_app import guide_routes
from atest.servers.endpoints import endpoint_routes
from atest.servers.rooms import room_routes

STOP_LIMIT = 10.0  # seconds


@library(scope="SUITE", auto_keywords=False)
class DemoServer:
    """An embedded backend for demos and tests; a context manager in Python."""

    def __init__(self) -> None:
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @keyword
    def start_demo_server(self, tls: str | None = None) -> str:
        """Start the server and return its address, `127.0.0.1:<port>`; `tls` names a kind of certificate."""
        if self._server:
            raise RuntimeError("The demo server runs already.")
        # With the protocol named, asyncio sends small messages at once (TCP_NODELAY) instead of 40 ms later.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)
        config = uvicorn.Config(
            Starlette(routes=guide_routes() + endpoint_routes() + room_routes()),
            ws="wsproto",
            lifespan="off",
            log_config=None,
            log_level="critical",
            ws_ping_interval=None,
        )
        config.load()
        if tls:
            config.ssl = server_context(tls)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="demo-server", daemon=True)
        self._thread.start()
        return f"127.0.0.1:{listener.getsockname()[1]}"

    @keyword
    def stop_demo_server(self) -> None:
        """Stop the server at once, open connections included."""
        if not self._server or not self._thread:
            return
        self._server.force_exit = self._server.should_exit = True
        self._thread.join(STOP_LIMIT)
        if self._thread.is_alive():
            raise RuntimeError(f"The demo server did not stop within {STOP_LIMIT} seconds.")
        self._server = self._thread = None

    def _serve(self, listener: socket.socket) -> None:
        assert self._server
        asyncio.run(self._server.serve(sockets=[listener]))

    def __enter__(self) -> Self:
        self.address = self.start_demo_server()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_demo_server()
