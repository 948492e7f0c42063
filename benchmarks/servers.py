"""The server that benchmarks measure against: its own process, sockets and threads, hand-made framing.

It prepares everything it sends before it is asked, so it is never the slower side: it fills a bare socket with some
millions of messages a second. `python -m benchmarks.servers` prints its port and serves until its input ends.

- `/flood?count=N` sends N text messages of 154 bytes, then a close frame.
- `/flood?count=N&deflate=1` sends them with permessage-deflate.
- `/echo` answers every message with the same message.
- `/steady?rate=R&seconds=S` sends R messages a second, each with the time it was sent (`time.monotonic_ns()`).
- `/numbered?rate=R&seconds=S` sends R messages a second with numbers that go on from connection to connection, and ends
  TCP after S seconds.
- `/wait` sends nothing, until somebody opens `/broadcast`: then one message to every such connection.
"""

import base64
import contextlib
import hashlib
import json
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

PAYLOAD_SIZE = 154
CHUNK = 256 * 1024
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def payload(number: int) -> bytes:
    """A JSON text of 154 bytes, different for every number."""
    head = json.dumps({"type": "tick", "seq": number, "symbol": f"SYM{number % 97:02}", "price": number % 1000 / 8})
    return f'{head[:-1]}, "pad": "{"x" * (PAYLOAD_SIZE - len(head) - 11)}"}}'.encode()


def frame(data: bytes, first: int = 0x81) -> bytes:
    """One unmasked frame."""
    if len(data) < 126:
        return struct.pack("!BB", first, len(data)) + data
    if len(data) < 65_536:
        return struct.pack("!BBH", first, 126, len(data)) + data
    return struct.pack("!BBQ", first, 127, len(data)) + data


@lru_cache
def flood(count: int, *, deflate: bool) -> list[bytes]:
    """The bytes of `count` messages and a close frame, in chunks."""
    encoder = zlib.compressobj(wbits=-15)
    data = bytearray()
    for number in range(count):
        text = payload(number)
        if deflate:
            data += frame((encoder.compress(text) + encoder.flush(zlib.Z_SYNC_FLUSH))[:-4], 0xC1)
        else:
            data += frame(text)
    data += frame(struct.pack("!H", 1000), 0x88)
    return [bytes(data[i : i + CHUNK]) for i in range(0, len(data), CHUNK)]


class Shared:
    """What the connections of a server share."""

    def __init__(self) -> None:
        self.waiting: list[socket.socket] = []
        self.next_number = 0


class Connection(threading.Thread):
    """Serves one client."""

    def __init__(self, sock: socket.socket, shared: Shared) -> None:
        super().__init__(daemon=True)
        self._socket = sock
        self._shared = shared

    def run(self) -> None:
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):  # the client may leave at any time
            self._serve()

    def _serve(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (data := self._socket.recv(65_536)):
                return
            head += data
        request, _, lines = head.partition(b"\r\n")
        target = urlsplit(request.split()[1].decode())
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines.split(b"\r\n"))
        }
        if target.path == "/flood":
            flood(int(query["count"]), deflate="deflate" in query)
        key = base64.b64encode(hashlib.sha1(headers[b"sec-websocket-key"] + _GUID).digest())
        answer = [b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade"]
        answer.append(b"Sec-WebSocket-Accept: " + key)
        if "deflate" in query:
            answer.append(b"Sec-WebSocket-Extensions: permessage-deflate")
        self._socket.sendall(b"\r\n".join([*answer, b"", b""]))
        getattr(self, f"_{target.path[1:]}")(query)

    def _flood(self, query: dict[str, str]) -> None:
        for chunk in flood(int(query["count"]), deflate="deflate" in query):
            self._socket.sendall(chunk)
        self._finish()

    def _echo(self, query: dict[str, str]) -> None:
        data = b""
        while received := self._socket.recv(65_536):
            data += received
            while (parsed := unmasked(data)) is not None:
                first, message, data = parsed
                self._socket.sendall(frame(message, first))
                if first == 0x88:
                    return self._socket.close()
        return None

    def _steady(self, query: dict[str, str]) -> None:
        interval = 1 / float(query["rate"])
        start = time.monotonic()
        for number in range(int(float(query["rate"]) * float(query["seconds"]))):
            time.sleep(max(0.0, start + number * interval - time.monotonic()))
            self._socket.sendall(frame(b'{"sent": %d}' % time.monotonic_ns()))
        self._socket.sendall(frame(struct.pack("!H", 1000), 0x88))
        self._finish()

    def _numbered(self, query: dict[str, str]) -> None:
        rate, seconds = float(query["rate"]), float(query["seconds"])
        begun, sent = time.monotonic(), 0
        while (elapsed := time.monotonic() - begun) < seconds:
            first = self._shared.next_number
            count = int(elapsed * rate) - sent
            self._shared.next_number += count
            sent += count
            self._socket.sendall(b"".join(frame(b'{"seq": %d}' % number) for number in range(first, first + count)))
            time.sleep(0.001)
        self._socket.shutdown(socket.SHUT_WR)
        self._finish()

    def _wait(self, query: dict[str, str]) -> None:
        self._shared.waiting.append(self._socket)
        self._finish()

    def _broadcast(self, query: dict[str, str]) -> None:
        """Send one message to all that wait."""
        waiting, self._shared.waiting = self._shared.waiting, []
        for each in waiting:
            with contextlib.suppress(OSError):  # one of an earlier client, which is gone
                each.sendall(frame(payload(0)))
        self._socket.sendall(frame(struct.pack("!H", 1000), 0x88))
        self._finish()

    def _finish(self) -> None:
        """Wait for the client's close frame or its end, and close: a client waits for the server to end TCP."""
        data = b""
        while received := self._socket.recv(65_536):
            data += received
            while (parsed := unmasked(data)) is not None:
                first, _, data = parsed
                if first == 0x88:
                    self._socket.close()
                    return
        self._socket.close()


def unmasked(data: bytes) -> tuple[int, bytes, bytes] | None:
    """First byte and payload of the client's frame at the start of `data`, and what follows it."""
    if len(data) < 6:
        return None
    length, start = data[1] & 127, 2
    if length == 126:
        length, start = int.from_bytes(data[2:4]), 4
    stop = start + 4 + length
    if len(data) < stop:
        return None
    mask = int.from_bytes((data[start : start + 4] * (length // 4 + 1))[:length])
    plain = (int.from_bytes(data[start + 4 : stop]) ^ mask).to_bytes(length)
    return data[0], plain, data[stop:]


class ServerProcess:
    """The server in a process of its own; a context manager that gives its address, `ws://127.0.0.1:<port>`."""

    def __enter__(self) -> str:
        command = [sys.executable, "-m", "benchmarks.servers"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        return f"ws://127.0.0.1:{int(self._process.stdout.readline())}"

    def __exit__(self, *error: object) -> None:
        self._process.communicate()


def main() -> None:
    """Serve until the input ends."""
    shared = Shared()
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listener.getsockname()[1], flush=True)

    def accept() -> None:
        while True:
            Connection(listener.accept()[0], shared).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
