"""The server for the event stream benchmarks: one thread per client, everything prepared before it is asked.

`python -m benchmarks.event_stream_server` prints its port and serves until its input ends. `/?count=N&chunk=B` sends N
events of about 100 bytes in HTTP chunks of B bytes; with `chunk=0` each event is a chunk of its own.
"""

import contextlib
import json
import socket
import subprocess
import sys
import threading
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT_SIZE = 100


def event(number: int) -> bytes:
    """An event of 100 bytes and its blank line, different for every number."""
    head = json.dumps({"type": "tick", "seq": number, "price": number % 1000 / 8})
    return f'data: {head[:-1]}, "pad": "{"x" * (EVENT_SIZE - len(head) - 17)}"}}\n\n'.encode()


@lru_cache
def body(count: int, size: int) -> bytes:
    """All events as an HTTP body in chunks."""
    events = [event(number) for number in range(count)]
    joined = b"".join(events)
    pieces = [joined[i : i + size] for i in range(0, len(joined), size)] if size else events
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def serve(connection: socket.socket) -> None:
    """Answer one request."""
    with connection, contextlib.suppress(OSError):  # the client may leave at any time
        target = connection.recv(65_536).split()[1].decode()
        query = {name: int(value) for name, value in parse_qsl(urlsplit(target).query)}
        connection.sendall(HEAD + body(query["count"], query["chunk"]))


class StreamServerProcess:
    """The server in a process of its own; a context manager that gives its URL."""

    def __enter__(self) -> str:
        command = [sys.executable, "-m", "benchmarks.event_stream_server"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        return f"http://127.0.0.1:{int(self._process.stdout.readline())}/"

    def __exit__(self, *error: object) -> None:
        self._process.communicate()


def main() -> None:
    """Serve until the input ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)

    def accept() -> None:
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
