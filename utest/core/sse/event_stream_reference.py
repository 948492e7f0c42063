"""A letter-by-letter reading of WHATWG HTML 9.2.5 and 9.2.6, to compare the fast parser with.

It has no state between chunks: it reads the whole stream at once, as the standard's sentences come.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Outcome:
    """What a stream means: events as (type, data, id, retry), and what stays after them."""

    events: list[tuple[str, str, str, int | None]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    last_event_id: str = ""
    reconnection_time: int | None = None


@dataclass(frozen=True)
class Case:
    """One row of the case table."""

    name: str
    stream: bytes
    expected: Outcome
    chromium: str = ""

    def __repr__(self) -> str:
        return self.name


def read_cases() -> list[Case]:
    """The case table."""
    table = tomllib.loads(Path(__file__).with_name("event_stream_cases.toml").read_text("utf-8"))
    return [_case(row) for row in table["case"]]


def _case(row: dict) -> Case:
    events = [(e.get("type", "message"), e["data"], e.get("id", ""), e.get("retry")) for e in row["events"]]
    last_id = row.get("last_event_id", events[-1][2] if events else "")
    expected = Outcome(events, row.get("comments", []), last_id, row.get("reconnection_time"))
    stream = row["bytes"].encode("latin-1") if "bytes" in row else row["stream"].encode()
    return Case(row["name"], stream, expected, row.get("chromium", ""))


def interpret(stream: bytes, last_event_id: str = "") -> Outcome:
    """What `stream` means up to its last byte, with nothing to follow."""
    outcome = Outcome(last_event_id=last_event_id)
    data, event_type, last_id, retry = "", "", last_event_id, None
    for line in _lines(stream.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")):
        if line == "":
            outcome.last_event_id = last_id
            if data != "":
                outcome.events.append((event_type or "message", data[:-1], last_id, retry))
            data, event_type, retry = "", "", None
            continue
        name, colon, value = line.partition(":")
        if value.startswith(" "):
            value = value[1:]
        if colon and not name:
            outcome.comments.append(value)
        elif name == "event":
            event_type = value
        elif name == "data":
            data += value + "\n"
        elif name == "id" and "\0" not in value:
            last_id = value
        elif name == "retry" and value and all(character in "0123456789" for character in value):
            retry = outcome.reconnection_time = min(int(value), 2**63 - 1)
    return outcome


def _lines(text: str) -> list[str]:
    """The finished lines of `text`."""
    lines, line, position = [], "", 0
    while position < len(text):
        character = text[position]
        if character in "\r\n":
            lines.append(line)
            line = ""
            position += 2 if text[position : position + 2] == "\r\n" else 1
        else:
            line += character
            position += 1
    return lines
