"""What all keywords share: connecting, sending, waiting on Robot's thread, conditions, listeners and failures."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from robot.api.types import Secret

from RealtimeLibrary.core.conditions.kinds import ANY
from RealtimeLibrary.core.connection import SSE, WEBSOCKET
from RealtimeLibrary.core.errors import (
    CannotConnect,
    ConnectionClosed,
    InvalidArgument,
    NothingMatched,
    RealtimeError,
    UnknownAlias,
)
from RealtimeLibrary.core.waiting import Items
from RealtimeLibrary.keywords.arguments import Url, revealed
from RealtimeLibrary.keywords.session import AutoClose, Session
from utest.core.sse.scripted_server import ScriptedServer, held
from utest.keywords.robot_run import run_suite, served


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as url:
        yield url


def new_session(**options: Any) -> Session:
    return Session(timedelta(seconds=2), options, ["token"], AutoClose.test, progress=False)


@pytest.fixture
def session() -> Iterator[Session]:
    session = new_session()
    yield session
    session.shut_down()


def open_chat(session: Session, url: str, alias: str | None = "chat", **options: Any) -> Any:
    session.connect_websocket(Url.of(url), alias, options)
    return session.connection(alias)


def received(session: Session, count: int, alias: str | None = None) -> list[Any]:
    connection = session.connection(alias)
    return [item.raw for item in session.wait_for_items(connection, session.wanted(WEBSOCKET), None, None, count=count)]


# Connections


def test_what_a_forgotten_connection_recorded_is_gone_at_once(session: Session, url: str) -> None:
    connection = open_chat(session, url)
    session.send(None, "hello")
    received(session, 1)
    session.close(list(session.store))
    assert connection.record.item(1) is None
    assert connection.record.last == 1


def test_connecting_starts_the_thread_and_shutting_down_ends_it(url: str) -> None:
    session = new_session()
    assert not session.bridge.is_running
    session.shut_down()
    before = threading.active_count()
    connection = open_chat(session, url)
    assert connection.is_open
    session.shut_down()
    assert (connection.is_open, session.bridge.is_running, list(session.store)) == (False, False, [])
    assert threading.active_count() == before


def test_options_of_the_import_are_defaults(url: str) -> None:
    session = new_session(type_field="kind", max_messages=5, method="POST", max_size="1 KiB")
    connection = open_chat(session, url, max_messages=3, on_connect={"kind": "hello"})
    assert received(session, 1) == ['{"kind":"hello"}']
    assert connection.record.item(1).type == "hello"
    assert connection.record._max_items == 3
    session.shut_down()


def test_an_event_stream_and_a_websocket_side_by_side(session: Session, url: str) -> None:
    open_chat(session, url)
    server = ScriptedServer(held("data: a\n\n"))
    session.bridge.run(server.__aenter__())
    try:
        assert session.connect_sse(Url.of(server.url), None, {"method": "GET"}) == "sse-1"
        connection = session.connection(None, SSE)
        (event,) = session.wait_for_items(connection, session.wanted(SSE), None, None)
        assert event.data == "a"
        assert session.connection(None, WEBSOCKET).alias == "chat"
        session.close(session.store)
    finally:
        session.bridge.run(server.__aexit__(None, None, None))


def test_a_group_is_opened_together_or_not_at_all(session: Session, url: str) -> None:
    aliases = session.connect_group(WEBSOCKET, Url.of(url), 3, "users", {})
    assert aliases == ["users-1", "users-2", "users-3"]
    assert all(stream.connection.is_open for stream in session.websockets("users"))
    with pytest.raises(CannotConnect, match=r"^2 of 2 connections could not be opened\. First: .*connection refused"):
        session.connect_group(SSE, Url.of("http://127.0.0.1:1/"), 2, "readers", {})
    assert len(list(session.store)) == 3


def test_a_failed_connect_leaves_nothing(session: Session) -> None:
    with pytest.raises(CannotConnect, match="connection refused"):
        open_chat(session, "ws://127.0.0.1:1/")
    with pytest.raises(UnknownAlias):
        session.connection("chat")
    assert list(session.store) == []


def test_a_used_alias_forgets_the_old_connection_with_its_listeners(session: Session, url: str) -> None:
    heard: list[Any] = []
    old = open_chat(session, url)
    session.listen(old, "items", heard.append)
    session.bridge.run(session.websocket("chat").disconnect())
    new = open_chat(session, url)
    assert session.connection("chat") is new
    assert session._listeners == []


def test_families_are_told_apart(session: Session, url: str) -> None:
    open_chat(session, url)
    with pytest.raises(UnknownAlias, match="is of kind WebSocket, not SSE"):
        session.connection("chat", SSE)
    with pytest.raises(UnknownAlias, match="no SSE connection has been opened"):
        session.connection(None, SSE)


def test_the_overview(session: Session, url: str) -> None:
    connection = open_chat(session, f"{url}?token=s3cret-value")
    session.send(None, "hello")
    received(session, 1)
    (row,) = session.overview()
    assert row == {
        "alias": "chat",
        "kind": "WebSocket",
        "url": f"{url}?token=<secret>",
        "state": "OPEN",
        "received": 1,
        "sent": 1,
        "errors": 0,
        "reconnects": 0,
    }
    assert connection.url == row["url"]


# Sending


def test_sending_keeps_the_order(session: Session, url: str) -> None:
    open_chat(session, url)
    for number in range(100):
        session.send(None, str(number))
    assert received(session, 100) == [str(number) for number in range(100)]


def test_sending_on_a_closed_connection_tells_how_it_ended(session: Session, url: str) -> None:
    open_chat(session, url)
    session.bridge.run(session.websocket("chat").disconnect(4000, "done"))
    with pytest.raises(ConnectionClosed, match=r"^WebSocket is not connected on 'chat': closed by us with 4000"):
        session.send("chat", "late")


def test_what_cannot_be_sent_is_told_at_once(session: Session, url: str) -> None:
    open_chat(session, url)
    with pytest.raises(InvalidArgument, match="Message cannot be encoded as JSON"):
        session.send(None, {"at": object()})


# Waiting


def test_the_default_timeout(session: Session, url: str) -> None:
    open_chat(session, url)
    assert session.seconds(None) == 2.0
    assert session.seconds(timedelta(milliseconds=5)) == 0.005
    with pytest.raises(InvalidArgument, match="Argument 'duration' must be greater than zero"):
        session.seconds(timedelta(0), "duration")
    session.timeout = 0.01
    with pytest.raises(NothingMatched, match=r"within 0\.01 seconds on 'chat'"):
        received(session, 1)


def test_a_mark_may_name_a_connection_that_exists(session: Session, url: str) -> None:
    open_chat(session, url)
    assert session.mark("chat").at <= session.mark(None).at <= time.monotonic()
    with pytest.raises(UnknownAlias):
        session.mark("other")


def test_waiting_for_a_connection(session: Session, url: str) -> None:
    open_chat(session, url)
    session.wait_until_open(WEBSOCKET, None, None)


def test_something_may_happen_meanwhile(session: Session, url: str) -> None:
    connection = open_chat(session, url)
    calls: list[int] = []

    def send() -> None:
        if not calls:
            session.send(None, "hello")
        calls.append(1)

    looked_for = session.wanted(WEBSOCKET)
    items = session.wait(Items(connection, looked_for, 2.0, time.monotonic(), consume=True), send)
    assert [item.raw for item in items] == ["hello"]
    assert calls


# Conditions


@pytest.mark.parametrize(
    ("conditions", "description"),
    [
        ({"predicate": "msg.type == 'a'"}, "msg.type == 'a'"),
        ({"predicate": {"type": "a"}}, "{'type': 'a'}"),
        ({"regexp": "a+"}, "regexp 'a+'"),
        ({"jsonpath": "$.a"}, "jsonpath '$.a'"),
        ({"keyword": "Is Good"}, "keyword 'Is Good'"),
        ({"predicate": "msg", "keyword": "Is Good"}, "msg and keyword 'Is Good'"),
    ],
)
def test_conditions_in_words(session: Session, conditions: dict[str, Any], description: str) -> None:
    assert session.condition(WEBSOCKET, **conditions).description == description


def test_no_condition_is_any(session: Session) -> None:
    assert session.condition(WEBSOCKET) is ANY
    assert session.wanted(SSE, ANY, "tick").phrase == "event 'tick'"


def test_what_a_keyword_judges_is_not_judged_again(session: Session) -> None:
    condition = session.condition(WEBSOCKET, keyword="Is Good")
    assert (condition.repeatable, condition.key) == (False, None)


# Listeners


def test_listeners_run_while_waiting_and_before_it_returns(session: Session, url: str) -> None:
    connection = open_chat(session, url)
    heard: list[str] = []
    session.listen(connection, "items", lambda item: heard.append(item.raw))
    for number in range(20):
        session.send(None, str(number))
        received(session, 1)
        assert heard == [str(count) for count in range(number + 1)]


def test_listeners_run_also_before_a_wait_fails(session: Session, url: str) -> None:
    connection = open_chat(session, url)
    heard: list[str] = []
    session.listen(connection, "items", lambda item: heard.append(item.raw))
    session.bridge.call(connection.received, [["hello"]], time.monotonic(), 5)
    looked_for = session.wanted(WEBSOCKET, session.condition(WEBSOCKET, {"type": "none"}))
    with pytest.raises(NothingMatched):
        session.wait_for_items(connection, looked_for, timedelta(milliseconds=1), None)
    assert heard == ["hello"]


def test_an_interrupt_runs_no_listener_any_more(session: Session, url: str) -> None:
    connection = open_chat(session, url)
    heard: list[str] = []

    def interrupt() -> None:
        session.bridge.call(connection.received, [["late"]], time.monotonic(), 4)
        raise KeyboardInterrupt

    session.listen(connection, "items", lambda item: heard.append(item.raw))
    looked_for = session.wanted(WEBSOCKET, session.condition(WEBSOCKET, {"type": "none"}))
    with pytest.raises(KeyboardInterrupt):
        session.wait(Items(connection, looked_for, 5.0, time.monotonic(), consume=True), interrupt)
    assert heard == []
    session.run_listeners()
    assert heard == ["late"]


def test_a_listener_that_missed_items_fails(session: Session, url: str) -> None:
    connection = open_chat(session, url, max_messages=2)
    session.listen(connection, "items", lambda item: None)
    session.bridge.call(connection.received, [["a", "b", "c", "d", "e"]], time.monotonic(), 5)
    with pytest.raises(RealtimeError, match=r"^A listener of 'chat' missed 3 messages: dropped from the full record"):
        session.run_listeners()
    session.run_listeners()


def test_listeners_hear_what_is_cleared(session: Session, url: str) -> None:
    connection = open_chat(session, url)
    heard: list[str] = []
    session.bridge.call(connection.received, [["a", "b"]], time.monotonic(), 2)
    session.listen(connection, "items", lambda item: heard.append(item.raw))
    session.clear(WEBSOCKET, None)
    assert (heard, connection.record.held) == (["a", "b"], 0)


# Failures


def test_failures_are_explained_without_secrets(session: Session, url: str) -> None:
    session.secrets.add("s3cret")
    assert session.explained(CannotConnect("to s3cret")) == "to <secret>"
    connection = open_chat(session, url)
    looked_for = session.wanted(WEBSOCKET, of_type="s3cret")
    with pytest.raises(NothingMatched) as caught:
        session.wait_for_items(connection, looked_for, timedelta(milliseconds=10), None)
    text = session.explained(caught.value)
    assert text.startswith("Expected message of type '<secret>' was not received within 0.01 seconds on 'chat'")
    assert "\n" in text


# In Robot

TESTS = """
*** Test Cases ***
Variables In Expressions
    Connect WebSocket    %{TEST_URL}
    VAR    ${min}    ${5}
    Send Message    {"n": 7}
    ${found}=    Wait For Message Matching    msg.n > $min
    Should Be Equal    ${found.n}    ${7}

Unknown Variable
    Connect WebSocket    %{TEST_URL}
    Send Message    {"n": 7}
    Wait For Message Matching    msg.n > $missing    timeout=1s

Keyword As Condition
    Connect WebSocket    %{TEST_URL}
    Send Message    {"n": 1}
    Send Message    {"n": 2}
    ${found}=    Wait For Message Matching    keyword=Is Two
    Should Be Equal    ${found.n}    ${2}

What A Peer Sends Is No Robot Syntax
    Connect WebSocket    %{TEST_URL}
    On Message    Remember    \\${literal}    name=value
    VAR    ${text}    \\${min} \\@{list} \\\\n name=value \\%{PATH}
    Send Message    ${text}
    Wait For Message
    Should Be Equal    ${HEARD}    ${text}
    Should Be Equal    ${REST}    \\${literal}
    Should Be Equal    ${NAMED}    value

Failing Listener
    Connect WebSocket    %{TEST_URL}
    Send Message    hello
    Wait For Message
    Run Keyword And Expect Error    hello    On Message    Fail
    Message Should Be Received

*** Keywords ***
Is Two
    [Arguments]    ${payload}
    RETURN    ${{$payload.n == 2}}

Remember
    [Arguments]    ${received}    ${rest}    ${name}=none
    VAR    ${HEARD}    ${received}    scope=TEST
    VAR    ${REST}    ${rest}    scope=TEST
    VAR    ${NAMED}    ${name}    scope=TEST
"""


def test_variables_keywords_and_listeners_in_robot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TEST_URL", url)
    messages = run_suite(tmp_path, TESTS).messages
    assert "missing" in messages.pop("Unknown Variable")
    assert set(messages.values()) == {""}, messages


def test_a_secret_is_sent_and_never_shown(session: Session, url: str) -> None:
    open_chat(session, url)
    session.send(None, revealed(Secret("s3cret"), session.secrets))
    assert received(session, 1) == ["s3cret"]
    assert "s3cret" not in repr(session.connection(None).record.item(1))
