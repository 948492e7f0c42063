"""Transcripts: everything that happened on some connections, as a file to keep, search or open elsewhere.

`jsonl` has one JSON object per line, in the order in which things happened. `har` is for browsers' developer tools; see
`har`. Secrets are masked in both.
"""

import base64
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from heapq import merge
from pathlib import Path
from typing import Any, Final, Literal

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.journal import Entry
from RealtimeLibrary.core.messages import Item, SSEEvent, size_of
from RealtimeLibrary.reporting.har import har

Format = Literal["jsonl", "har"]

_PLAIN: Final = str | int | float | bool | None


def save_transcript(
    path: Path, connections: Sequence[Connection[Any]], wall_clock: float, format: Format = "jsonl"
) -> None:
    """Write a transcript. A file is there whole or not at all.

    Args:
        path: The file; missing folders are made, an older file is replaced.
        connections: Whose past to write.
        wall_clock: What to add to a time on the monotonic clock for seconds since 1970.
        format: See the module.

    Raises:
        InvalidArgument: The file cannot be written.
    """
    parts = har(connections, wall_clock) if format == "har" else jsonl(connections, wall_clock)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, parts)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidArgument(f"Transcript '{path}' cannot be written: {reason}.") from error


def _write_whole(path: Path, parts: Iterable[str]) -> None:
    """Write beside the file and put it in place at the end."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(parts)
        Path(name).chmod(0o644)  # `mkstemp` lets nobody else read it
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def jsonl(connections: Sequence[Connection[Any]], wall_clock: float) -> Iterator[str]:
    """The lines: first one for each connection, then everything in the order in which it happened."""
    for connection in connections:
        yield _line(_about(connection))
    for _, fact in merge(*(_facts(connection, wall_clock) for connection in connections), key=lambda timed: timed[0]):
        yield _line(fact)


def _line(fact: dict[str, Any]) -> str:
    return json.dumps(fact) + "\n"  # all of it ASCII, so that a lone surrogate can be written, too


def _about(connection: Connection[Any]) -> dict[str, Any]:
    record, mask = connection.record, connection.secrets.mask
    return {
        "connection": connection.alias,
        "what": "connection",
        "kind": connection.family.name,
        "url": mask(connection.url),
        "state": connection.state.value,
        "ending": None if connection.ending is None else mask(connection.ending.text),
        "received": record.last,
        "dropped": record.dropped,
        "sent": connection.sent_count,
        "errors": connection.error_count,
        "openings": connection.openings,
    }


def _facts(connection: Connection[Any], wall_clock: float) -> Iterator[tuple[float, dict[str, Any]]]:
    """Items and entries of one connection with their times, in order."""
    for what in happenings(connection):
        if isinstance(what, Entry):
            yield what.at, _entry(what, connection, wall_clock)
        else:
            yield what.received_at, _item(what, connection, wall_clock)


def happenings(connection: Connection[Any]) -> Iterator[Item | Entry]:
    """Items and entries in the order in which they happened."""
    items = (((item.number, 0), item) for item in connection.record.items())
    entries = (((entry.after, 1), entry) for entry in connection.journal)
    return (what for _, what in merge(items, entries, key=lambda keyed: keyed[0]))


def _item(item: Item, connection: Connection[Any], wall_clock: float) -> dict[str, Any]:
    fact = _fact(connection, "received", item.received_at, wall_clock)
    fact["number"] = item.number
    if isinstance(item.type, _PLAIN):
        fact["type"] = connection.secrets.mask(item.type) if isinstance(item.type, str) else item.type
    if isinstance(item, SSEEvent):
        fact["id"] = connection.secrets.mask(item.id)
        fact["retry"] = item.retry
    return fact | payload_fields(item.raw, connection)


def _entry(entry: Entry, connection: Connection[Any], wall_clock: float) -> dict[str, Any]:
    fact = _fact(connection, entry.what.value, entry.at, wall_clock)
    if entry.text:
        fact["note"] = connection.secrets.mask(entry.text)
    return fact if entry.payload is None else fact | payload_fields(entry.payload, connection)


def _fact(connection: Connection[Any], what: str, at: float, wall_clock: float) -> dict[str, Any]:
    moment = datetime.fromtimestamp(at + wall_clock, UTC).isoformat(timespec="microseconds")
    return {"connection": connection.alias, "what": what, "at": moment}


def payload_fields(raw: str | bytes, connection: Connection[Any]) -> dict[str, Any]:
    """A masked payload: `text`, or `base64` for binary, and its true size in bytes."""
    secrets = connection.secrets
    if isinstance(raw, str):
        return {"text": secrets.mask(raw), "size": size_of(raw)}
    return {"base64": base64.b64encode(secrets.mask_bytes(raw)).decode(), "size": len(raw)}
