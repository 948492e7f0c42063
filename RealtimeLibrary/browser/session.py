"""A session of the capture extension: opened with an uplink, called by its id, closed."""

import contextlib
import uuid
from collections.abc import Callable
from typing import Any

from RealtimeLibrary.browser.node import Node
from RealtimeLibrary.browser.uplink import Event, Uplink
from RealtimeLibrary.core.errors import RealtimeError


class Session:
    """One side of a session; the other lives in the Browser library's Node process.

    Args:
        node: Calls the extension.
        on_event: Called on the event loop with every event, in order.
        on_end: Called once when no event can come any more, with the reason; `None` after `close`.
    """

    def __init__(self, node: Node, on_event: Callable[[Event], None], on_end: Callable[[str | None], None]) -> None:
        self.id = uuid.uuid4().hex
        self._node = node
        self._uplink = Uplink(on_event, on_end)

    async def open(self, **options: Any) -> None:
        """Make the session in Node and connect its uplink.

        Node on this machine gets a TCP connection; where that fails, and on another machine, the events come as the
        log of a running gRPC call.

        Raises:
            ConnectionProblem: The Browser library failed.
        """
        await self._node.load_extension()
        port = None if self._node.is_remote else await self._uplink.listen()
        token = self._uplink.token
        connected = await self._node.call("realtimeOpenSession", id=self.id, port=port, token=token, options=options)
        if not connected:
            self._uplink.read_log(self._node.log_of("realtimeUplink", id=self.id))

    async def call(self, name: str, **arguments: Any) -> Any:
        """Call a function of the extension for this session."""
        return await self._node.call(name, id=self.id, **arguments)

    async def close(self) -> None:
        """Let the pages go and receive no more. A browser or Node that is gone has nothing to let go."""
        with contextlib.suppress(RealtimeError):
            await self.call("realtimeStop")
        await self._uplink.close()
