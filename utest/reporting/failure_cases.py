"""Situations a tester gets into; `failure_texts.txt` holds what the library says of each."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from RealtimeLibrary.core.conditions.kinds import PredicateHolds
from RealtimeLibrary.core.connection import Mark
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import Message, PayloadCodec
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.reporting.failure import explain
from utest.reporting.stories import BEGUN, Story, failure, sse, told, websocket

CASES: Final[dict[str, Callable[[], str]]] = {}


def case(function: Callable[[], str]) -> Callable[[], str]:
    """Add a situation to the table."""
    CASES[function.__name__] = function
    return function


def secretive(*values: str) -> PayloadCodec:
    secrets = Secrets()
    for value in values:
        secrets.add(value)
    return PayloadCodec(secrets=secrets)


# Silence


@case
def silence_after_sending() -> str:
    chat = websocket().sent(-0.2, '{"type":"subscribe","room":"lobby"}')
    return told(chat.wait(of_type="ack"))


@case
def silence_and_nothing_sent() -> str:
    return told(websocket().wait())


@case
def silence_but_pings_arrive() -> str:
    chat = websocket().sent(-4, "hello")
    chat.happened(1, Happening.PING, payload=b"").happened(2, Happening.PING, payload=b"")
    return told(chat.wait(of_type="ack"))


@case
def silence_on_an_event_stream_with_comments() -> str:
    stream = sse().happened(1, Happening.COMMENT, payload=" keep-alive")
    return told(stream.wait(of_type="training_progress"))


@case
def silence_since_a_mark() -> str:
    chat = websocket().received(-3, '{"type":"ack"}').received(-2, '{"type":"tick"}')
    return told(chat.wait(of_type="nack", since=Mark(BEGUN - 1)))


# Other messages


@case
def noise_with_a_nearest_miss() -> str:
    orders = websocket("orders").received(0.1, '{"type":"open","id":42}')
    orders.received(1.204, '{"type":"filled","id":"42","price":10.5}')
    for second in (1.9, 2.4, 2.9, 3.4):
        orders.received(second, '{"type":"heartbeat"}')
    orders.received(4.1, '{"type":"rejected","id":43}')
    return told(orders.wait({"type": "filled", "id": 42}))


@case
def an_expression_with_a_value_just_missed() -> str:
    jobs = websocket("jobs")
    for number, progress in enumerate((10, 30, 48, 20)):
        jobs.received(number + 0.5, f'{{"type":"progress","data":{{"progress":{progress}}}}}')
    return told(jobs.wait("msg.type == 'progress' and msg.data.progress > 50"))


@case
def many_kinds_of_noise() -> str:
    feed = websocket("feed")
    for number in range(40):
        feed.received(number / 10, f'{{"type":"kind-{number % 9}","n":{number}}}')
    return told(feed.wait(of_type="alert"))


@case
def more_noise_than_a_report_looks_at() -> str:
    feed = websocket("feed").received(0.5, *(f'{{"type":"tick","n":{number}}}' for number in range(52_310)))
    return told(feed.wait("msg.n == 'last'"))


@case
def one_text_without_a_type() -> str:
    return told(websocket().received(0.3, "pong").wait("msg == 'PONG'"))


@case
def five_wanted_three_came() -> str:
    ticks = websocket().received(-1, '{"type":"tick","n":1}').received(1, '{"type":"tick","n":2}')
    ticks.received(2, '{"type":"tock"}').received(3, '{"type":"tick","n":3}')
    return told(ticks.wait(of_type="tick", count=5))


@case
def two_of_any_kind_wanted_one_came() -> str:
    return told(sse().event(0.5, "hello").wait(count=2))


@case
def an_event_of_another_type() -> str:
    stream = sse().event(0.2, '{"epoch":1}', "training_started", "7")
    return told(stream.wait(of_type="training_progress"))


@case
def binary_among_text() -> str:
    chat = websocket().received(0.5, b"\x00\xff\x10binary").received(0.6, '{"type":"tick"}')
    return told(chat.wait(of_type="ack"))


@case
def a_regexp_not_found() -> str:
    return told(websocket().received(1, "price: 10.5 EUR").wait(regexp=r"price: \d+ USD"))


@case
def data_do_not_match_a_regexp() -> str:
    return told(sse().event(1, "level=warning", "log").data(r"level=(critical|fatal)"))


@case
def data_do_not_match_a_subset() -> str:
    return told(sse().event(1, '{"level":"warning","host":{"name":"db1"}}', "log").data({"host": {"name": "db2"}}))


@case
def a_jsonpath_selects_nothing() -> str:
    chat = websocket().received(1, '{"data":[{"progress":20},{"progress":40}]}')
    return told(chat.wait(jsonpath="$.data[?@.progress > 50]"))


@case
def a_schema_not_met() -> str:
    schema = {
        "title": "order",
        "type": "object",
        "properties": {"id": {"type": "integer"}},
        "required": ["id", "price"],
    }
    return told(websocket().received(1, '{"id":"42"}').wait(schema=schema))


@case
def a_callable_says_no() -> str:
    def is_urgent(message: Message) -> bool:
        return bool(message.payload["urgent"])

    chat = websocket().received(1, '{"urgent":false}').received(2, '{"type":"tick"}')
    return told(chat.wait(is_urgent))


@case
def a_robot_keyword_is_not_asked_again() -> str:
    def refuse(payload: Any) -> bool:
        return False

    condition = PredicateHolds(refuse, description="keyword 'Is Urgent'", repeatable=False)
    return told(websocket().received(1, '{"type":"alert"}').wait(condition))


@case
def a_condition_that_does_not_fit() -> str:
    chat = websocket().received(1, '{"type":"tick"}').received(2, '{"type":"status","data":{"state":"idle"}}')
    return told(chat.wait("msg.data.state == 'done'"))


# Traps


@case
def trap_number_against_text() -> str:
    return told(websocket().received(1, '{"epoch":5}').wait({"epoch": "5"}))


@case
def trap_true_against_text() -> str:
    return told(websocket().received(1, '{"done":true}').wait("msg.done == 'True'"))


@case
def trap_upper_and_lower_case() -> str:
    return told(websocket().received(1, '{"type":"Ack"}').wait(of_type="ack"))


@case
def trap_white_space() -> str:
    return told(websocket().received(1, '{"text":"hello world "}').wait({"text": "hello world"}))


@case
def trap_a_key_that_stands_elsewhere() -> str:
    return told(websocket().received(1, '{"type":"p","data":{"progress":50}}').wait("msg.progress == 50"))


@case
def trap_a_key_in_another_case() -> str:
    return told(websocket().received(1, '{"type":"p","userId":7}').wait({"type": "p", "userid": 7}))


@case
def trap_json_in_a_json_string() -> str:
    return told(
        websocket().received(1, '{"type":"p","data":"{\\"id\\": 7}"}').wait("msg.type == 'p' and msg.data.id == 7")
    )


@case
def trap_json_encoded_twice() -> str:
    return told(websocket().received(1, '"{\\"type\\": \\"ack\\"}"').wait(of_type="ack"))


@case
def trap_json_in_a_binary_message() -> str:
    return told(websocket().received(1, b'{"type": "ack"}').wait(of_type="ack"))


@case
def trap_json_is_not_parsed() -> str:
    chat = websocket(codec=PayloadCodec(parse=False)).received(1, '{"type": "ack"}')
    return told(chat.wait(of_type="ack"))


@case
def trap_the_right_data_under_another_event_type() -> str:
    stream = sse().event(1, '{"epoch":3}').event(2, '{"epoch":4}')
    return told(stream.wait({"epoch": 3}, of_type="training_progress"))


@case
def trap_the_event_type_stands_in_the_data() -> str:
    return told(sse().event(1, '{"type":"training_progress","epoch":3}').wait(of_type="training_progress"))


@case
def trap_the_type_in_another_field() -> str:
    return told(websocket().received(1, '{"event":"ack","id":1}').wait(of_type="ack"))


@case
def trap_on_another_connection() -> str:
    alice, bob = websocket("alice"), websocket("bob").received(1, '{"type":"ack"}')
    return told(alice.wait(of_type="ack"), alice, bob)


@case
def trap_before_the_mark() -> str:
    chat = websocket().received(-1.6, '{"type":"ack"}').received(1, '{"type":"tick"}')
    return told(chat.wait(of_type="ack", since=Mark(BEGUN - 1)))


@case
def trap_before_the_message_was_sent() -> str:
    chat = websocket().received(-1, '{"type":"ack"}').sent(-0.1, "again")
    return told(chat.wait(of_type="ack", since=1))


@case
def trap_already_read() -> str:
    chat = websocket().received(-1, '{"type":"ack"}').received(1, '{"type":"tick"}').read(1)
    return told(chat.wait(of_type="ack"))


@case
def trap_all_already_read() -> str:
    stream = sse().event(-2, "1", "tick").event(-1, "2", "tick").read(1, 2)
    return told(stream.wait(of_type="tick"))


@case
def trap_just_after_the_deadline() -> str:
    chat = websocket().received(1, '{"type":"tick"}')
    error = failure(chat.wait(of_type="ack"))
    chat.received(5.004, '{"type":"ack"}')
    return explain(error, [], BEGUN + 5.01)


@case
def trap_dropped_from_a_full_record() -> str:
    feed = websocket(max_messages=2)
    for number in range(5):
        feed.received(number, f'{{"type":"tick","n":{number}}}')
    return told(feed.wait("msg.n == 1"))


@case
def trap_cleared() -> str:
    chat = websocket().received(-1, '{"type":"ack"}')
    chat.connection.record.clear()
    chat.received(1, '{"type":"tick"}')
    return told(chat.wait(of_type="ack"))


# Closed


@case
def closed_by_the_server_while_waiting() -> str:
    chat = websocket().received(1, '{"type":"tick"}')
    chat.closed(
        2.1, "closed by the server with 1011 (internal error) 'boom' after 12.1 seconds, 1 message received before"
    )
    return told(chat.wait(of_type="ack"), after=2.1)


@case
def closed_without_a_message() -> str:
    chat = websocket().sent(-1, "hello")
    chat.closed(
        0.5, "closed without a close frame: 1006 (abnormal closure) after 10.5 seconds, 0 messages received before"
    )
    return told(chat.wait(), after=0.5)


@case
def the_stream_ended() -> str:
    stream = sse().event(1, "one")
    stream.closed(1.5, "closed: the server ended the stream after 11.5 seconds, 1 event received")
    return told(stream.wait(count=3), after=1.5)


@case
def closed_by_us() -> str:
    return told(websocket().closed(-1, "closed by us with 1000 (OK)", 1000).wait(of_type="ack"), after=0)


@case
def never_connected() -> str:
    chat = Story().failed(-1, "Cannot connect 'websocket-1' to wss://shop.example/live: connection refused.")
    chat.closed(-1, "Cannot connect 'websocket-1' to wss://shop.example/live: connection refused")
    return told(chat.wait(of_type="ack"), after=0)


@case
def reconnecting() -> str:
    chat = websocket().received(-1, '{"type":"tick"}')
    chat.failed(1, "'websocket-1' was closed without a close frame: 1006 (abnormal closure) after 11 seconds.")
    chat.reconnecting(1, "attempt 1 of 3 in 1 second: closed without a close frame", attempt=1, delay=1)
    chat.failed(2, "Cannot connect 'websocket-1' to wss://shop.example/live: connection refused.")
    chat.reconnecting(2, "attempt 2 of 3 in 4 seconds: connection refused", attempt=2, delay=4)
    return told(chat.wait(of_type="ack"))


@case
def reconnected_in_between() -> str:
    chat = websocket().received(-1, '{"type":"tick"}')
    chat.failed(1, "'websocket-1' was closed by the server with 1012 (service restart) after 11 seconds.")
    chat.reconnecting(1, "attempt 1 of 3 in 1 second: closed by the server with 1012 (service restart)")
    chat.opened(2).received(3, '{"type":"welcome"}')
    return told(chat.wait(of_type="ack"))


# What must not come


@case
def an_unexpected_message() -> str:
    chat = websocket().received(-1, '{"type":"tick"}').received(0.35, '{"type":"error","text":"no stock"}')
    chat.received(0.4, '{"type":"error","text":"still none"}')
    return told(chat.quiet(of_type="error"), after=0.35)


@case
def an_unexpected_event_from_before() -> str:
    stream = sse().event(-1.5, "disk full", "error")
    return told(stream.quiet(of_type="error"), after=0)


@case
def an_unexpected_message_after_some_that_do_not_fit() -> str:
    chat = websocket().received(-2, "hello").received(-1, "world").received(0.5, '{"level":"fatal"}')
    return told(chat.quiet("msg.level == 'fatal'"), after=0.5)


@case
def quiet_only_because_it_is_closed() -> str:
    chat = websocket().closed(
        1, "closed by the server with 1001 (going away) after 11 seconds, 0 messages received before"
    )
    return told(chat.quiet(of_type="error"), after=1)


# The connection itself


@case
def not_connected_in_time() -> str:
    chat = websocket().failed(-1, "'websocket-1' was closed by the server with 1012 (service restart) after 9 seconds.")
    chat.reconnecting(-1, "attempt 1 of 3 in 30 seconds: closed by the server with 1012 (service restart)")
    return told(chat.open())


@case
def did_not_close() -> str:
    return told(websocket().received(4.8, '{"type":"tick"}').close())


@case
def closed_with_another_code() -> str:
    chat = websocket().closed(
        1, "closed by the server with 1008 (policy violation) 'token expired' after 11 seconds", 1008
    )
    return told(chat.close(code=1000), after=1)


@case
def closed_for_another_reason() -> str:
    chat = websocket().closed(1, "closed by the server with 1000 (OK) 'bye' after 11 seconds", 1000, "bye")
    return told(chat.close(reason="logout"), after=1)


# Hostile and huge


@case
def hostile_payloads() -> str:
    chat = websocket()
    chat.received(0.1, "*HTML* <script>alert(1)</script>").received(0.2, "*ERROR* ${NOPE} %{PATH} @{x}")
    chat.received(0.3, "\x1b[31mred\x1b[0m\x00\u202etxt.exe").received(0.4, "\ud800 alone\r\n*WARN* second line")
    chat.received(0.5, b"\xff\xfe\x00*HTML*", "{0} {name} %s")
    return told(chat.wait("msg == 'fine'"))


@case
def five_megabytes_in_one_line() -> str:
    return told(
        websocket().received(1, '{"type":"blob","data":"' + "x" * 5_000_000 + '"}').wait({"type": "blob", "data": "y"})
    )


@case
def long_texts_that_differ_late() -> str:
    text = "x" * 40_000
    chat = websocket().received(1, json.dumps({"type": "blob", "data": text + "b"}))
    return told(chat.wait({"type": "blob", "data": text + "a"}))


@case
def a_hostile_close_reason() -> str:
    chat = websocket()
    chat.closed(1, "closed by the server with 1000 (OK) '*HTML*<b>\n\x1b[2J\x00' after 11 seconds")
    return told(chat.wait(of_type="ack"), after=1)


@case
def a_condition_of_a_thousand_characters() -> str:
    wide = " and ".join(f"msg.field_{number} == {number}" for number in range(40))
    return told(websocket().received(1, '{"field_1":1}').wait(wide))


@case
def twenty_parts_on_ten_kinds() -> str:
    feed = websocket()
    for number in range(10):
        feed.received(number / 10, json.dumps({"type": f"kind-{number}", "text": "long " * 60}))
    return told(feed.wait({f"k{number}": number for number in range(20)} | {"type": "kind-4"}))


# Secrets


@case
def secrets_in_differences() -> str:
    chat = websocket(codec=secretive("s3cr3t-token")).sent(-1, '{"auth":"s3cr3t-token"}')
    chat.received(1, '{"type":"ack","token":"s3cr3t-token"}')
    return told(chat.wait({"type": "ack", "token": "other s3cr3t-token"}))


@case
def two_secrets_that_differ() -> str:
    chat = websocket(codec=secretive("s3cr3t-one", "s3cr3t-two")).received(1, '{"type":"ack","token":"s3cr3t-one"}')
    return told(chat.wait({"type": "ack", "token": "s3cr3t-two"}))


@case
def secrets_in_a_regexp_and_in_binary() -> str:
    chat = websocket(codec=secretive("s3cr3t-token")).received(1, b"s3cr3t-token").received(2, "bearer s3cr3t-token")
    return told(chat.wait(re.compile("basic s3cr3t-token")))


@case
def secrets_in_silence() -> str:
    chat = websocket(codec=secretive("s3cr3t-token")).sent(-1, '{"auth":"s3cr3t-token"}')
    return told(chat.wait(of_type="s3cr3t-token"))
