"""Tables for log.html: order, marks, masking, and that no payload can break them."""

import xml.etree.ElementTree as ET

import pytest

from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.reporting.table import LAST, Row, item_row, last_items, last_rows, listed_items, table
from utest.reporting.stories import BEGUN, Story, sse, websocket

HOSTILE = [
    "*HTML* <script>alert(1)</script>",
    "</td></table></details><b>",
    "<!-- & ]]> &lt;",
    "\x1b[31mred\x1b[0m",
    "nul\x00 bell\x07 c1\x9b",
    "\ud800 lone surrogate",
    "\ufffe\uffff noncharacters",
    "\u202etxt.exe\u2066",
    "\r\n*ERROR* second line",
    "%{PATH} ${NOPE} @{NOPE} {0} %s",
]


def parsed(markup: str) -> ET.Element:
    """The markup as XML: Robot's output.xml can hold it, and it is closed where it is opened."""
    markup.encode("utf-8")
    return ET.fromstring(f"<div>{markup}</div>")


def cells(markup: str) -> list[list[str]]:
    return [[cell.text or "" for cell in row] for row in parsed(markup).iter("tr")][1:]


def rows_of(story: Story) -> list[Row]:
    return [item_row(item, story.connection) for item in story.connection.record.items()]


def test_items_and_entries_stand_in_the_order_in_which_they_happened() -> None:
    chat = websocket().received(1, '{"type":"a"}').sent(1.5, "mine").received(2, '{"type":"b"}')
    chat.happened(2, Happening.PING, payload=b"\x01").failed(3, "lost").closed(3, "closed: lost")

    rows = last_rows(chat.connection)

    assert [row.mark for row in rows] == ["=", "<", ">", "<", "%", "!", "x"]
    assert [row.number for row in rows] == [None, 1, None, 2, None, None, None]


def test_only_the_last_ones_are_taken() -> None:
    feed = websocket()
    for number in range(50):
        feed.received(number, f"{number}").sent(number, "ok")

    rows = last_rows(feed.connection, 5)

    assert [(row.mark, row.text) for row in rows] == [(">", "ok"), ("<", "48"), (">", "ok"), ("<", "49"), (">", "ok")]


def test_a_row_tells_number_time_type_payload_and_true_size() -> None:
    chat = websocket().received(1.25, '{"type":"filled","pad":"' + "x" * 5_000 + '"}')
    rows = rows_of(chat)

    [[number, at, mark, kind, label, payload, size]] = cells(table(rows, BEGUN, "one"))

    assert (number, at, mark, kind, label, size) == ("1", "+1.250 s", "<", "text", "filled", "5 kB")
    assert payload.startswith('{"type":"filled"')
    assert len(payload) <= 200
    assert payload.endswith(" …")


def test_an_event_shows_type_and_id() -> None:
    stream = sse().event(0.5, "42", "tick", "id-7")
    [row] = rows_of(stream)
    assert (row.kind, row.label, row.text) == ("event", "tick id=id-7", "42")


def test_binary_is_shown_in_hexadecimal_digits() -> None:
    chat = websocket().received(0, b"\x00\xff" * 100)
    [row] = rows_of(chat)
    assert row.kind == "binary"
    assert row.text == " ".join(["00 ff"] * 12) + " …"
    assert row.size == 200


def test_what_a_wait_returned_is_marked() -> None:
    chat = websocket().received(0, "a", "b").read(2)
    assert [row.is_read for row in rows_of(chat)] == [False, True]


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_payload_breaks_the_table(payload: str) -> None:
    chat = websocket().received(0, payload).sent(0, payload).happened(0, Happening.COMMENT, payload=payload)
    chat.failed(0, payload)

    shown = [row[5] for row in cells(last_items(chat.connection, BEGUN))[1:]]

    assert len(shown) == 4
    assert len(set(shown)) == 1
    assert all(character.isprintable() for character in shown[0])


def test_the_alias_cannot_break_the_table() -> None:
    assert parsed(last_items(websocket("<b>&\x00").connection))[0].text == "<b>&\\x00"


def test_secrets_are_masked_also_where_they_are_cut() -> None:
    secrets = Secrets()
    secrets.add("s3cr3t-token")
    chat = Story(codec=PayloadCodec(secrets=secrets)).opened()
    for length in range(180, 205):
        chat.received(0, "x" * length + "s3cr3t-token").sent(0, "x" * length + "s3cr3t-token")
        chat.received(0, b"x" * (length - 180) + b"s3cr3t-token")

    markup = last_items(chat.connection, count=100)

    assert "s3cr" not in markup
    assert b"s3cr".hex(" ") not in markup


def test_of_many_items_the_last_are_listed() -> None:
    ticks = websocket().received(0, *map(str, range(1_000)))
    markup = listed_items(list(ticks.connection.record.items()), ticks.connection, None, "#1 to #1000")
    assert f"#1 to #1000, the last {LAST}<" in markup
    assert [row[0] for row in cells(markup)] == [str(number) for number in range(981, 1_001)]
    assert cells(markup)[0][1] == "+10.000 s"


def test_the_state_is_told_with_counts() -> None:
    chat = websocket(max_messages=1).received(0, "one", "two").failed(1, "boom").closed(1, "closed: boom")
    markup = last_items(chat.connection)
    assert "WebSocket wss://shop.example/live" in markup
    assert "CLOSED: closed: boom" in markup
    assert "2 messages (6 bytes) received, 0 sent, 1 dropped from the full record, 1 error" in markup
