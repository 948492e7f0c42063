"""The core's public API, used as the design shows it, and what importing it loads."""

import ast
import asyncio
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import RealtimeLibrary
from RealtimeLibrary import core
from RealtimeLibrary.core import (
    CannotConnect,
    ExpectationFailed,
    Message,
    RealtimeError,
    SSEEvent,
    SSETester,
    State,
    TimedOut,
    WebSocketTester,
)
from utest.core.sse.scripted_server import ScriptedServer, held, stream
from utest.core.websocket.echo_server import echo_server

EVENTS = (
    "retry: 1500\nevent: training_progress\nid: 7\n"
    'data: {"type": "training_progress", "progress": 50}\n\n'
    'data: {"level": "critical"}\n\n'
)


async def test_a_websocket_as_the_design_shows_it() -> None:
    heard: list[Message] = []
    closes: list[Any] = []
    async with (
        echo_server() as url,
        WebSocketTester(
            timeout=5, connect_timeout=5, auto_reconnect=False, reconnect_attempts=3, reconnect_delay=1
        ) as ws,
    ):
        await ws.connect(url, headers={"X-Test": "yes"}, subprotocols=[])
        await ws.wait_for_connection()
        ws.assert_connected()
        ws.on_message(heard.append)
        ws.on_error(lambda error: None)
        ws.on_close(closes.append)
        await ws.send({"type": "ack"})
        message = await ws.wait_for_message(lambda m: m.payload["type"] == "ack", timeout=2)
        assert (message.number, message.raw, message.payload, message.type, message.size) == (
            1,
            '{"type":"ack"}',
            {"type": "ack"},
            "ack",
            14,
        )
        assert message.received_at <= asyncio.get_running_loop().time()
        for payload in ("text", b"\x00", [1], {"type": "x"}, {"type": "y"}):
            await ws.send(payload)
        batch = await ws.wait_for_messages(5, timeout=timedelta(seconds=10))
        assert [one.payload for one in batch] == ["text", b"\x00", [1], {"type": "x"}, {"type": "y"}]
        await ws.assert_message_received("ack")
        await ws.assert_message_not_received("error", timeout=0.01)
        assert [one.number for one in ws.messages] == [1, 2, 3, 4, 5, 6]
        assert ws.messages[-1].payload == {"type": "y"}
        assert heard == list(ws.messages)
        ws.clear_messages()
        assert (len(ws.messages), ws.is_connected, ws.state, ws.close_code, ws.close_reason) == (
            0,
            True,
            State.OPEN,
            None,
            None,
        )
        assert ws.subprotocol is None
        await ws.disconnect(code=1000, reason="")
        await ws.assert_connection_closed(timeout=5)
        ws.assert_no_error()
        assert (ws.is_connected, ws.state, ws.close_code, ws.close_reason, ws.errors) == (
            False,
            State.CLOSED,
            1000,
            "",
            [],
        )
        assert len(closes) == 1


async def test_an_event_stream_as_the_design_shows_it() -> None:
    heard: list[SSEEvent] = []
    async with (
        ScriptedServer(held(EVENTS)) as server,
        SSETester(timeout=5, auto_reconnect=True, max_size=2**24, max_messages=100_000) as sse,
    ):
        await sse.connect(server.url, method="POST", json={"prompt": "hello"}, last_event_id=None)
        assert (server.requests[0].method, server.requests[0].body) == ("POST", b'{"prompt":"hello"}')
        sse.on_event(heard.append)
        event = await sse.wait_for_event("training_progress", timeout=5)
        assert (event.number, event.event, event.id, event.retry) == (1, "training_progress", "7", 1500)
        assert event.parsed_data == {"type": "training_progress", "progress": 50}
        assert event.received_at <= asyncio.get_running_loop().time()
        data = await sse.wait_for_data(lambda e: e.parsed_data["level"] == "critical", timeout=5)
        assert data == {"level": "critical"}
        assert (await sse.assert_event_received("training_progress")).number == 1
        await sse.assert_event_not_received("error", timeout=0.01)
        assert await sse.assert_data_matches("crit.cal") == data
        assert await sse.assert_data_matches(re.compile("level.*critical")) == data
        assert await sse.assert_data_matches({"level": "critical"}) == data
        sse.assert_no_error()
        sse.assert_connected()
        assert (sse.errors, sse.state) == ([], State.OPEN)
        assert [one.event for one in sse.events] == ["training_progress", "message"]
        assert [one.number for one in sse.events_by_type("message")] == [2]
        assert heard == list(sse.events)
        assert (sse.last_event_id, sse.reconnection_time) == ("7", 1.5)
        sse.clear_events()
        assert len(sse.events) == 0
        await sse.disconnect()
        await sse.assert_connection_closed(timeout=5)
        sse.assert_no_error()


async def test_a_clean_end_is_no_error_and_the_reconnection_time_is_unknown_until_set() -> None:
    async with ScriptedServer(stream("data: a\n\n")) as server, SSETester() as sse:
        assert sse.reconnection_time is None
        await sse.connect(server.url)
        await sse.assert_connection_closed()
        sse.assert_no_error()
        assert sse.reconnection_time is None


@pytest.mark.parametrize("kind", [WebSocketTester, SSETester])
async def test_a_failed_connect_is_raised_and_an_error_but_no_verdict(kind: Any) -> None:
    async with kind(connect_timeout=5) as tester:
        scheme = "ws" if kind is WebSocketTester else "http"
        with pytest.raises(CannotConnect, match="connection refused") as caught:
            await tester.connect(f"{scheme}://127.0.0.1:1/")
        assert tester.errors == [caught.value]
        assert not isinstance(caught.value, AssertionError | TimeoutError)
        assert (tester.is_connected, tester.state) == (False, State.CLOSED)


def test_the_families_of_errors() -> None:
    assert not issubclass(CannotConnect, AssertionError | TimeoutError)
    assert issubclass(TimedOut, TimeoutError)
    assert not issubclass(TimedOut, AssertionError)
    assert issubclass(ExpectationFailed, AssertionError)
    for name in core.__all__:
        exported = getattr(core, name)
        if isinstance(exported, type) and issubclass(exported, BaseException):
            assert issubclass(exported, RealtimeError)
            assert exported.ROBOT_SUPPRESS_NAME


@pytest.mark.parametrize(
    ("statement", "loads_robot"),
    [
        ("from RealtimeLibrary.core import SSETester, WebSocketTester", False),
        ("import RealtimeLibrary; RealtimeLibrary.__version__", False),
        ("from RealtimeLibrary import RealtimeLibrary", True),
    ],
)
def test_what_an_import_loads_and_starts(statement: str, loads_robot: bool) -> None:
    """The core is free of Robot Framework, and nothing starts a thread."""
    script = (
        f"import sys, threading; {statement}; "
        "print([name in sys.modules for name in ('robot', 'robotlibcore', 'assertionengine', 'Browser')], "
        "threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"[{loads_robot}, {loads_robot}, {loads_robot}, False] 1\n"


def test_the_core_knows_no_threads_and_no_robot() -> None:
    """What the import checker says of modules, said of every single import."""
    folder = Path(core.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert name.partition(".")[0] not in ("robot", "threading", "concurrent", "robotlibcore"), path


def test_an_unknown_name_of_the_package() -> None:
    with pytest.raises(AttributeError, match="module 'RealtimeLibrary' has no attribute 'nothing'"):
        RealtimeLibrary.nothing  # noqa: B018
