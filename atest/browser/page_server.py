"""A small site with every kind of stream, for the page capture suites.

`/page` opens what its query asks for and keeps what its own script got in `window.seen`:
`ws=N` and `sse=N` and `fetch=N` ask for N messages, `gap=` is the time between them in milliseconds.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from aiohttp import WSMsgType, web

PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>streams</title><body><p id="state">loading</p><script>
const query = new URLSearchParams(location.search);
const seen = (window.seen = { ws: [], sse: [], fetch: '', closes: [], native: {} });
if (query.has('ws')) {
  const socket = (window.socket = new WebSocket(`ws://${location.host}/ws?${query}`));
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => seen.ws.push(typeof data === 'string' ? data : data.byteLength);
  socket.onclose = ({ code, reason, wasClean }) => seen.closes.push([code, reason, wasClean]);
}
if (query.has('sse')) {
  const source = (window.source = new EventSource(`/sse?${query}`));
  const keep = ({ type, data, lastEventId }) => seen.sse.push([type, data, lastEventId]);
  source.onmessage = keep;
  source.addEventListener('tick', keep);
  source.addEventListener('alert', keep);
}
if (query.has('fetch')) {
  fetch(`/stream?${query}`, { method: 'POST', body: '{"prompt": "hello"}' }).then(async (response) => {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    window.reader = reader;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      seen.fetch += value;
    }
    document.title = 'fetched';
  });
}
if (query.has('frame')) {
  const frame = document.createElement('iframe');
  frame.src = query.get('frame');
  document.body.append(frame);
}
if (query.has('worker')) {
  window.worker = new Worker(`/worker.js?${query}`);
  window.worker.onmessage = () => (seen.worker = true);
}
// What a page can find out about its streams, the same with and without capture.
window.behaviour = async () => {
  const { socket, source } = window;
  const again = new EventSource('/sse?sse=1');
  const first = await new Promise((resolve) => again.addEventListener('tick', resolve, { once: true }));
  again.close();
  const answer = await fetch('/stream?fetch=2', { method: 'POST' });
  const copy = answer.clone();
  const unused = answer.bodyUsed;
  const texts = [(await copy.text()).length > 0, (await answer.text()).length > 0];
  const own = ['seen', 'socket', 'source', 'reader', 'behaviour', 'firstEvents'];
  const globals = Object.keys(window).filter((name) => !own.includes(name) && !name.startsWith('__playwright__'));
  return JSON.stringify({
    socket: [socket instanceof WebSocket, socket.constructor === WebSocket, Object.keys(socket), String(socket)],
    socketState: [socket.readyState, socket.protocol, socket.extensions, socket.binaryType, seen.closes],
    WebSocket: [WebSocket.name, WebSocket.length, WebSocket.CLOSED, Object.getOwnPropertyNames(WebSocket).sort()],
    source: [source instanceof EventSource, source.constructor === EventSource, Object.keys(source), String(source)],
    sourceState: [source.readyState, source.withCredentials, seen.sse.map(([type, , id]) => [type, id])],
    EventSource: [EventSource.name, EventSource.length, again.readyState, first.type, first.isTrusted],
    fetch: [fetch.name, fetch.length, seen.fetch.split('\\n\\n').length],
    answer: [answer instanceof Response, answer.ok, answer.type, answer.redirected, new URL(answer.url).pathname],
    answerState: [copy.url === answer.url, unused, answer.bodyUsed, texts],
    globals: globals.sort(),
  });
};
// Milliseconds from opening a stream to its first event, medians of ten.
window.firstEvents = async () => {
  const taken = async (open, type) => {
    const times = [];
    for (let turn = 0; turn < 10; turn++) {
      const begun = performance.now();
      const stream = open();
      await new Promise((resolve) => stream.addEventListener(type, resolve, { once: true }));
      times.push(performance.now() - begun);
      stream.close();
    }
    return times.sort((a, b) => a - b)[5];
  };
  return {
    sse: await taken(() => new EventSource('/sse?sse=1'), 'tick'),
    ws: await taken(() => new WebSocket(`ws://${location.host}/ws?ws=1`), 'message'),
  };
};
document.getElementById('state').textContent = 'loaded';
</script>"""

WORKER = """
const count = new URLSearchParams(location.search).get('worker');
onmessage = () => {
  self.socket = new WebSocket(`ws://${location.host}/ws?ws=${count}&from=worker`);
  self.source = new EventSource(`/sse?sse=${count}&from=worker`);
  fetch(`/stream?fetch=${count}&from=worker`, { method: 'POST' }).then((response) => response.text());
};
postMessage('ready');
"""

HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}
TYPES = ("message", "tick", "alert")


def sse_event(number: int) -> str:
    """Event `number`: the three types in turn, an id, JSON data with the time of sending."""
    kind = TYPES[number % 3]
    head = "" if kind == "message" else f"event: {kind}\n"
    data = json.dumps({"n": number, "sent": time.monotonic()})
    return f"{head}id: id-{number}\ndata: {data}\n\n"


class PageServer:
    """The site and what it knows about its visitors."""

    def __init__(self) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        self.requests: list[dict[str, Any]] = []
        self.left: asyncio.Queue[str] = asyncio.Queue()
        self.go = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Serve on a free port; returns it."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/page", self.page),
                web.get("/worker.js", self.worker),
                web.get("/ws", self.websocket),
                web.get("/sse", self.sse),
                web.post("/stream", self.stream),
                web.get("/not-a-stream", self.page),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection and stop."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def page(self, request: web.Request) -> web.Response:
        response = web.Response(text=PAGE, content_type="text/html")
        if policy := request.query.get("csp"):
            response.headers["Content-Security-Policy"] = policy
        response.set_cookie("visitor", "cookie-of-the-page")
        return response

    async def worker(self, _request: web.Request) -> web.Response:
        return web.Response(text=WORKER, content_type="text/javascript")

    async def websocket(self, request: web.Request) -> web.WebSocketResponse:
        query = request.query
        self._note(request)
        if "status" in query:
            return web.Response(status=int(query["status"]))
        socket = web.WebSocketResponse(max_msg_size=0, protocols=("chat",))
        await socket.prepare(request)
        self.sockets.append(socket)
        try:
            if size := int(query.get("large", 0)):
                await socket.send_str("x" * size)
            if "binary" in query:
                await socket.send_bytes(bytes(range(256)))
            if "hostile" in query:
                await socket.send_str(query["hostile"])
            for number in range(1, int(query.get("ws") or 0) + 1):
                await socket.send_str(json.dumps({"type": "tick", "n": number, "sent": time.monotonic()}))
                await self._gap(query)
            if "close" in query:
                await socket.close(code=int(query["close"]), message=query.get("reason", "").encode())
            async for message in socket:
                await self._answer(socket, message)
        finally:
            self.left.put_nowait(f"ws {socket.close_code}")
        return socket

    async def _answer(self, socket: web.WebSocketResponse, message: Any) -> None:
        if message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
        elif message.data.startswith("close "):
            _, code, reason = message.data.split(" ", 2)
            await socket.close(code=int(code), message=reason.encode())
        else:
            await socket.send_str(f"echo {message.data}")

    async def sse(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        self._note(request)
        if "status" in query:
            return web.Response(status=int(query["status"]))
        response = web.StreamResponse(headers=HEADERS)
        first = int(request.headers.get("Last-Event-ID", "id-0").removeprefix("id-")) + 1
        with self._visit("sse"):
            await response.prepare(request)
            await response.write(f"retry: {query.get('retry', 100)}\n\n".encode())
            for number in range(first, int(query.get("sse") or 0) + 1):
                await response.write(sse_event(number).encode())
                await self._gap(query)
                if number == int(query.get("cut", 0)):
                    return response
            await response.write(b": all sent\n\n")
            await asyncio.Event().wait()
        return response

    async def stream(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        self._note(request)
        response = web.StreamResponse(headers=HEADERS)
        with self._visit("stream"):
            await response.prepare(request)
            for number in range(1, int(query.get("fetch") or 0) + 1):
                await response.write(sse_event(number).encode())
                await self._gap(query)
            if "hold" in query:
                await asyncio.Event().wait()
        return response

    @contextlib.contextmanager
    def _visit(self, kind: str) -> Iterator[None]:
        """A visitor who leaves in the middle is no error, but noted."""
        try:
            with contextlib.suppress(ConnectionResetError):
                yield
        finally:
            self.left.put_nowait(kind)

    async def _gap(self, query: Any) -> None:
        if gap := float(query.get("gap", 0)):
            await asyncio.sleep(gap / 1000)

    def _note(self, request: web.Request) -> None:
        self.requests.append({"path": request.path, "query": request.query_string, "headers": dict(request.headers)})


async def _serve() -> None:
    server = PageServer()
    print(f"http://127.0.0.1:{await server.start()}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(_serve())
