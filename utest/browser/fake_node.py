"""A stand-in for the Browser library's Node: it talks to a real uplink and lets a test say what the page does."""

import asyncio
import json
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any


class FakeNode:
    """Answers calls of the extension.

    Args:
        answers: What a function of the extension returns, by its name; an exception is raised, a function is called
            with the arguments.
        is_remote: Whether the events come over the log.
    """

    def __init__(self, answers: dict[str, Any] | None = None, *, is_remote: bool = False) -> None:
        self.answers = answers or {}
        self.is_remote = is_remote
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._log: SimpleQueue[str | None] = SimpleQueue()
        self._number = 0

    async def load_extension(self) -> None:
        """Nothing to load."""

    async def call(self, name: str, **arguments: Any) -> Any:
        """What the test wants the function to return."""
        self.calls.append((name, arguments))
        if name == "realtimeOpenSession" and arguments["port"] is not None:
            await self._connect(arguments["port"], arguments["token"])
        if name == "realtimeStop":
            self.leave()
            if self._writer is not None:
                await self._writer.wait_closed()
        answer = self.answers.get(name, not self.is_remote)
        if isinstance(answer, Exception):
            raise answer
        return answer(arguments) if isinstance(answer, Callable) else answer  # type: ignore[arg-type]

    def log_of(self, _name: str, **_arguments: Any) -> Iterator[str]:
        """The log messages until the session ends."""
        return iter(self._log.get, None)

    def tell(self, kind: str, stream: int | None = None, **fields: Any) -> None:
        """Send an event."""
        self._number += 1
        event = {"number": self._number, "kind": kind, **({} if stream is None else {"stream": stream}), **fields}
        self.tell_line(json.dumps(event))

    def tell_line(self, line: str) -> None:
        """Send a line as it is; over the log in pieces."""
        if self._writer is not None:
            self._writer.write(f"{line}\n".encode())
            return
        half = len(line) // 2
        self._log.put(f"+{line[:half]}")
        self._log.put(f".{line[half:]}")

    def leave(self) -> None:
        """End the uplink."""
        self._log.put(None)
        if self._writer is not None:
            self._writer.close()

    async def _connect(self, port: int, token: str) -> None:
        _, self._writer = await asyncio.open_connection("127.0.0.1", port)
        self._writer.write(json.dumps({"token": token}).encode() + b"\n")


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until something is true."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)
