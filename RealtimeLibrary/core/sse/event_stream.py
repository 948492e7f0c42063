"""The event-stream parser (WHATWG HTML 9.2.5 and 9.2.6), without I/O: bytes in, batches of events out.

Any chunking of the bytes gives the same events, and an event is handed out with the byte that ends it:

1. `feed` cuts what arrived after its last line end. The rest waits for more bytes. LF and CR are ASCII, so
   the cut never splits a character, and the lines can be decoded as one text.
2. A CR at the end of the bytes ends its line at once; a LF that follows it in the next bytes is skipped.
3. A stretch of events that all have the same fields (the usual case) is read with one regular expression, in
   one call. All other lines are read one by one.
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

DEFAULT_MAX_SIZE: Final = 2**24  # of a line and of an event's data, in bytes
LONGEST_RECONNECTION_TIME: Final = 2**63 - 1  # in milliseconds; a longer `retry` counts as this

_BOM: Final = b"\xef\xbb\xbf"
_LONGEST_UTF8: Final = 3  # bytes of text that one byte of the stream can become: an invalid byte is U+FFFD
_WORTH_A_NEW_SHAPE: Final = 1024  # characters; making a shape costs as much as reading some ten lines
_SIMPLE_FIELDS: Final = frozenset({"data", "event", "id"})
_SHOWN: Final = 40  # characters of an overlong line that its error shows
_DIGITS_OF_LONGEST: Final = len(str(LONGEST_RECONNECTION_TIME))


class Batch(NamedTuple):
    """What one `feed` completed: the events as parallel columns, and the comments.

    Attributes:
        types: Event types, `message` where the stream gave none.
        datas: Data of the events: their data lines, joined with line feeds.
        ids: The last event ID when the event was dispatched.
        retries: Reconnection time that came in the event's block, in milliseconds, else `None`.
        comments: Comment lines without the colon and one space, in order.
        violation: What exceeded a limit after these events, in words, else `None`: the parser reads no further.
    """

    types: list[str]
    datas: list[str]
    ids: list[str]
    retries: list[int | None]
    comments: list[str]
    violation: str | None = None

    def extend(self, other: "Batch") -> None:
        """Add the events that `other` has."""
        self.types.extend(other.types)
        self.datas.extend(other.datas)
        self.ids.extend(other.ids)
        self.retries.extend(other.retries)


@dataclass(frozen=True)
class _Shape:
    """The fields of an event in their order, and the expression that reads them."""

    fields: tuple[str, ...]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, blocks: str) -> Self | None:
        """The shape of the first block, or `None` where its lines need reading one by one."""
        first = blocks[: blocks.find("\n\n")]
        fields = tuple(line.partition(":")[0] for line in first.split("\n"))
        if "data" not in fields or len(set(fields)) < len(fields) or not _SIMPLE_FIELDS.issuperset(fields):
            return None
        lines = (f"{field}: ?(.*)\n" for field in fields)
        return cls(fields, re.compile(f"^{''.join(lines)}\n", re.MULTILINE))

    def columns(self, blocks: str) -> dict[str, list[str]] | None:
        """The values of each field, or `None` unless all the blocks have this shape."""
        rows = self.pattern.findall(blocks)
        # A match spans whole lines: if they account for every line end, nothing was skipped between them.
        if len(rows) * (len(self.fields) + 1) != blocks.count("\n") or "\0" in blocks:
            return None
        if len(self.fields) == 1:
            return {self.fields[0]: rows}
        return dict(zip(self.fields, map(list, zip(*rows, strict=True)), strict=True))


_DATA_ONLY: Final = _Shape(("data",), re.compile(r"^data: ?(.*)\n\n", re.MULTILINE))


class EventStreamParser:
    """Parser of one connection's event stream.

    Args:
        last_event_id: The last event ID of the connection before, which this one continues.
        max_size: Longest line, and largest data of an event, in bytes.

    Attributes:
        last_event_id: As of the last block that ended: an `id` takes effect with the blank line after it.
        reconnection_time: As of the last valid `retry`, in milliseconds; `None` until there is one.
        violation: What exceeded a limit, in words such as `a line of more than …`, else `None`.
    """

    def __init__(self, *, last_event_id: str = "", max_size: int = DEFAULT_MAX_SIZE) -> None:
        self.last_event_id = last_event_id
        self.reconnection_time: int | None = None
        self.violation: str | None = None
        self._max_size = max_size
        self._at_start = True
        self._skip_line_feed = False
        self._unfinished_line = bytearray()
        self._shape = _DATA_ONLY
        # The block that is being read: the standard's three buffers, and the retry that came with it.
        self._in_block = False
        self._data: list[str] = []
        self._data_size = 0
        self._type = ""
        self._id = last_event_id
        self._retry: int | None = None

    @property
    def has_unfinished_event(self) -> bool:
        """Whether an event has begun that the end of the stream would discard."""
        return bool(self._data) or self._unfinished_line.startswith(b"data")

    def feed(self, data: bytes) -> Batch:
        """Read the next bytes of the stream, and return what they completed.

        A limit that is exceeded does not take the events before it away: see `Batch.violation`.
        """
        batch = Batch([], [], [], [], [])
        if self.violation is None:
            lines = self._finished_lines(data)
            if lines:
                self._read_text(lines, batch)
            if len(self._unfinished_line) > self._max_size and not self._at_start:
                self._fail(f"a line of more than {self._max_size} bytes", self._unfinished_line)
        return batch if self.violation is None else batch._replace(violation=self.violation)

    def _is_small(self, lines: bytes) -> bool:
        """Whether no limit can be exceeded within these bytes."""
        return len(lines) * _LONGEST_UTF8 <= self._max_size

    # Bytes to lines...

    def _finished_lines(self, data: bytes) -> bytes:
        """The lines that `data` completes, with their ends. What follows them is kept."""
        if self._skip_line_feed and data:
            self._skip_line_feed = False
            data = data.removeprefix(b"\n")
        if self._at_start:
            data = self._without_bom(data)
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if not end:
            self._unfinished_line += data
            return b""
        finished = data[:end]
        if self._unfinished_line:
            finished = bytes(self._unfinished_line) + finished
            self._unfinished_line.clear()
        if end < len(data):
            self._unfinished_line += data[end:]
        elif finished.endswith(b"\r"):
            self._skip_line_feed = True
        return finished

    def _without_bom(self, data: bytes) -> bytes:
        """The stream's first bytes without one byte order mark; nothing while they can still be one."""
        data = bytes(self._unfinished_line) + data
        self._unfinished_line.clear()
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._unfinished_line += data
            return b""
        self._at_start = False
        return data.removeprefix(_BOM)

    def _read_text(self, finished: bytes, batch: Batch) -> None:
        """Read finished lines: whole blocks at once where possible, what is before and after them by line."""
        if not self._is_small(finished):
            self._read_within_limits(finished, batch)
            return
        text = _decode(finished)
        start = _end_of_block(text) if self._in_block else 0
        end = text.rfind("\n\n", start) + 2
        if end < start + 2:
            self._read_lines(text, batch)
            return
        if start:
            self._read_lines(text[:start], batch)
        if self.violation is None:
            alike = self._read_alike(text[start:end])
            if alike is None:
                self._read_lines(text[start:end], batch)
            else:
                batch.extend(alike)
        if self.violation is None and end < len(text):
            self._read_lines(text[end:], batch)

    def _read_within_limits(self, finished: bytes, batch: Batch) -> None:
        """Read lines one by one up to the first that is too long."""
        for line in finished.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:-1]:
            if len(line) > self._max_size:
                self._fail(f"a line of more than {self._max_size} bytes", line)
            if self.violation is not None:
                return
            self._read_lines(_decode(line + b"\n"), batch)

    # Lines to events...

    def _read_alike(self, blocks: str) -> Batch | None:
        """Read whole blocks that all have the same fields in the same order; `None` if they have not."""
        columns = self._shape.columns(blocks)
        if columns is None:
            if len(blocks) < _WORTH_A_NEW_SHAPE:
                return None
            shape = _Shape.of(blocks)
            columns = None if shape is None else shape.columns(blocks)
            if shape is None or columns is None:
                return None
            self._shape = shape
        datas = columns["data"]
        count = len(datas)
        types = _event_types(columns["event"]) if "event" in columns else ["message"] * count
        ids = columns["id"] if "id" in columns else [self._id] * count
        self._id = self.last_event_id = ids[-1]
        return Batch(types, datas, ids, [None] * count, [])

    def _read_lines(self, text: str, batch: Batch) -> None:
        """Read lines one by one (WHATWG HTML 9.2.6, "processed line by line")."""
        for line in text.split("\n")[:-1]:
            if not line:
                self._dispatch(batch)
                continue
            field, colon, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                self._data.append(value)
                self._data_size += 1 + (len(value) if value.isascii() else len(value.encode()))
                if self._data_size > self._max_size + 1:
                    self._fail(f"an event with more than {self._max_size} bytes of data", b"")
                    return
            elif field == "event":
                self._type = value
            elif field == "id":
                if "\0" not in value:
                    self._id = value
            elif field == "retry":
                if value.isascii() and value.isdigit():
                    self._retry = self.reconnection_time = _milliseconds(value)
            elif colon and not field:
                batch.comments.append(value)
            self._in_block = True

    def _dispatch(self, batch: Batch) -> None:
        """End the block: an event if it has data, and in any case the last event ID."""
        if not self._in_block:
            return
        self.last_event_id = self._id
        if self._data:
            batch.types.append(self._type or "message")
            batch.datas.append("\n".join(self._data))
            batch.ids.append(self._id)
            batch.retries.append(self._retry)
            self._data.clear()
            self._data_size = 0
        self._type = ""
        self._retry = None
        self._in_block = False

    def _fail(self, excess: str, line: bytes | bytearray) -> None:
        start = f"; it starts with {bytes(line[:_SHOWN]).decode('utf-8', 'replace')!r}" if line else ""
        self.violation = f"{excess} (max_size){start}"
        self._unfinished_line.clear()


def _decode(lines: bytes) -> str:
    """Whole lines as text, with line feeds as line ends.

    Python replaces invalid bytes as the Encoding standard does: a U+FFFD for each maximal part of a character.
    """
    text = lines.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _end_of_block(text: str) -> int:
    """Position after the first blank line of `text`; its length where there is none."""
    if text.startswith("\n"):
        return 1
    return text.find("\n\n") + 2 if "\n\n" in text else len(text)


def _event_types(values: list[str]) -> list[str]:
    """The types that these values of `event` stand for; equal ones are one object, for the record's sake."""
    types = {value: value or "message" for value in values}
    return [types[value] for value in values]


def _milliseconds(digits: str) -> int:
    significant = digits.lstrip("0")
    if len(significant) > _DIGITS_OF_LONGEST:  # also keeps clear of the limit of `int` (4300 digits)
        return LONGEST_RECONNECTION_TIME
    return min(int(significant or "0"), LONGEST_RECONNECTION_TIME)
