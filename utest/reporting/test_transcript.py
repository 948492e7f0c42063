"""Transcripts as files: whole or not at all, complete, in order, without secrets."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.reporting.transcript import Format, save_transcript
from utest.reporting.stories import Story, sse, websocket
from utest.reporting.test_table import HOSTILE

WALL_CLOCK = 1_700_000_000.0


def lines(path: Path, *stories: Story) -> list[dict[str, Any]]:
    save_transcript(path, [story.connection for story in stories], WALL_CLOCK)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def archive(path: Path, *stories: Story) -> list[dict[str, Any]]:
    save_transcript(path, [story.connection for story in stories], WALL_CLOCK, "har")
    log = json.loads(path.read_text(encoding="utf-8"))["log"]
    assert log["version"] == "1.2"
    entries: list[dict[str, Any]] = log["entries"]
    return entries


def test_a_connection_comes_first_then_all_that_happened_in_order(tmp_path: Path) -> None:
    alice = websocket("alice").received(1, "one").sent(3, "two")
    bob = sse("sse-bob").event(2, "three", "tick", "7")

    about_alice, about_bob, *facts = lines(tmp_path / "all.jsonl", alice, bob)

    assert about_alice["what"] == about_bob["what"] == "connection"
    assert about_alice | {"connection": "alice", "received": 1, "state": "OPEN"} == about_alice
    told = [(fact["connection"], fact["what"], fact.get("text")) for fact in facts]
    assert told == [
        ("alice", "opened", None),
        ("sse-bob", "opened", None),
        ("alice", "received", "one"),
        ("sse-bob", "received", "three"),
        ("alice", "sent", "two"),
    ]


def test_a_received_item_has_number_type_time_and_size(tmp_path: Path) -> None:
    event = lines(tmp_path / "t.jsonl", Story("sse-1").event(0.5, '{"n":1}', "tick", "id-1"))[-1]
    assert event == {
        "connection": "sse-1",
        "what": "received",
        "at": "2023-11-14T22:15:00.500000+00:00",
        "number": 1,
        "type": "tick",
        "id": "id-1",
        "retry": None,
        "text": '{"n":1}',
        "size": 7,
    }


def test_binary_is_kept_as_base64(tmp_path: Path) -> None:
    message = lines(tmp_path / "t.jsonl", Story().received(0, b"\x00\xff"))[-1]
    assert base64.b64decode(message["base64"]) == b"\x00\xff"


@pytest.mark.parametrize("payload", HOSTILE)
def test_every_text_comes_back_as_it_was(payload: str, tmp_path: Path) -> None:
    assert lines(tmp_path / "t.jsonl", Story().received(0, payload))[-1]["text"] == payload
    [entry] = archive(tmp_path / "t.har", websocket().received(0, payload))
    assert entry["_webSocketMessages"][0]["data"] == payload


@pytest.mark.parametrize("format", ["jsonl", "har"])
def test_secrets_are_masked(format: Format, tmp_path: Path) -> None:
    secrets = Secrets()
    secrets.add('s3cr3t"token')
    chat = Story(codec=PayloadCodec(secrets=secrets)).opened().sent(0, '{"auth":"s3cr3t\\"token"}')
    chat.received(1, 's3cr3t"token', b'binary s3cr3t"token').failed(2, 'no s3cr3t"token')
    stream = Story("sse-1", codec=PayloadCodec(secrets=secrets)).opened()
    stream.event(1, 's3cr3t"token', 's3cr3t"token', 's3cr3t"token')

    path = tmp_path / "t"
    save_transcript(path, [chat.connection, stream.connection], WALL_CLOCK, format)

    assert "s3cr3t" not in path.read_text()
    assert base64.b64encode(b"binary s3cr3t").decode()[:12] not in path.read_text()


def test_a_websocket_becomes_one_request_with_its_messages(tmp_path: Path) -> None:
    chat = Story("chat").happened(0, Happening.CONNECTING).opened(0.1).sent(1, "ask").received(2, "answer", b"\x01")

    [entry] = archive(tmp_path / "t.har", chat)

    assert entry["_resourceType"] == "websocket"
    assert entry["request"]["url"] == "wss://shop.example/live"
    assert entry["response"]["status"] == 101
    assert [(m["type"], m["opcode"], m["data"]) for m in entry["_webSocketMessages"]] == [
        ("send", 1, "ask"),
        ("receive", 1, "answer"),
        ("receive", 2, "AQ=="),
    ]
    assert entry["_webSocketMessages"][0]["time"] == WALL_CLOCK + 101
    assert entry["time"] == 2000.0


def test_every_reconnection_is_a_request_of_its_own(tmp_path: Path) -> None:
    stream = Story("sse-1").happened(0, Happening.CONNECTING).opened(0.1).event(1, "one", "tick", "1")
    stream.reconnecting(2, "lost").happened(3, Happening.CONNECTING)
    stream.happened(4, Happening.CONNECTING).opened(4.1).event(5, "two", "tick", "2")

    entries = archive(tmp_path / "t.har", stream)

    assert [entry["response"]["status"] for entry in entries] == [200, 0, 200]
    assert [[event["data"] for event in entry["_eventSourceMessages"]] for entry in entries] == [["one"], [], ["two"]]
    assert entries[2]["_eventSourceMessages"][0] == {
        "time": WALL_CLOCK + 105,
        "eventName": "tick",
        "eventId": "2",
        "data": "two",
    }


def test_a_request_shows_method_headers_and_body_without_credentials(tmp_path: Path) -> None:
    stream = Story("sse-1")
    headers = {"Accept": "text/event-stream", "Authorization": "Bearer x"}
    stream.happened(0, Happening.CONNECTING, method="POST", headers=headers).sent(0, '{"prompt":"hi"}')
    stream.happened(0.5, Happening.OPENED, status=200, headers={"content-type": "text/event-stream"})

    [entry] = archive(tmp_path / "t.har", stream)

    assert entry["request"]["method"] == "POST"
    assert entry["request"]["postData"]["text"] == '{"prompt":"hi"}'
    assert entry["request"]["headers"] == [
        {"name": "Accept", "value": "text/event-stream"},
        {"name": "Authorization", "value": "<secret>"},
    ]
    assert entry["response"]["headers"] == [{"name": "content-type", "value": "text/event-stream"}]


def test_requests_of_all_connections_stand_in_the_order_of_time(tmp_path: Path) -> None:
    late = Story("late").happened(2, Happening.CONNECTING)
    early = Story("early").happened(1, Happening.CONNECTING)
    assert [entry["comment"] for entry in archive(tmp_path / "t.har", late, early)] == ["early", "late"]


def test_an_archive_has_what_the_format_requires(tmp_path: Path) -> None:
    [entry] = archive(tmp_path / "t.har", websocket())
    assert entry.keys() >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert entry["request"].keys() >= {
        "method",
        "url",
        "httpVersion",
        "cookies",
        "headers",
        "queryString",
        "headersSize",
        "bodySize",
    }
    assert entry["response"].keys() >= {
        "status",
        "statusText",
        "httpVersion",
        "cookies",
        "headers",
        "content",
        "redirectURL",
        "headersSize",
        "bodySize",
    }
    assert entry["timings"].keys() >= {"send", "wait", "receive"}


def test_nothing_is_a_transcript_too(tmp_path: Path) -> None:
    assert lines(tmp_path / "t.jsonl") == []
    assert archive(tmp_path / "t.har") == []


def test_folders_are_made_and_an_older_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "t.jsonl"
    lines(path, websocket().received(0, "old"))
    assert lines(path, websocket().received(0, "new"))[-1]["text"] == "new"
    assert [file.name for file in path.parent.iterdir()] == ["t.jsonl"]


def test_a_failed_write_leaves_the_older_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("old")
    broken = websocket().happened(float("inf"), Happening.PING)
    with pytest.raises(OverflowError):
        lines(path, broken)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["t.jsonl"]


def test_a_path_that_cannot_be_written_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidArgument, match=r"Transcript '.*t\.jsonl' cannot be written: .+\."):
        lines(tmp_path / "file" / "t.jsonl", websocket())
