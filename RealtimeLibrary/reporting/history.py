"""What happened to a connection besides receiving, as a few lines."""

from collections import Counter
from itertools import groupby
from typing import Any, Final

from RealtimeLibrary.core.connection import SSE, Connection
from RealtimeLibrary.core.journal import Entry, Happening
from RealtimeLibrary.core.situation import Situation
from RealtimeLibrary.core.wording import counted, in_words
from RealtimeLibrary.reporting.seen import moment
from RealtimeLibrary.reporting.showing import VALUE_LIMIT, described_payload, shown

_EVENTS: Final = 6
_TEXT: Final = 150

_LIFE: Final = (Happening.OPENED, Happening.ERROR, Happening.RECONNECTING, Happening.CLOSED)
_SIGNS_OF_LIFE: Final = {Happening.PING: "ping", Happening.PONG: "pong", Happening.COMMENT: "comment"}


def life_lines(connection: Connection[Any], begun_at: float) -> list[str]:
    """The last openings, errors, reconnections and closes; nothing if all it did was open."""
    entries = [next(group) for _, group in groupby(connection.journal.of(*_LIFE), _saying)]
    if len(entries) < 2:
        return []
    hidden = len(entries) - _EVENTS
    more = [f"    {hidden:,} more before"] if hidden > 0 else []
    lines = [_line(entry, connection, begun_at) for entry in entries[-_EVENTS:]]
    return ["What happened to the connection (time from the start of the wait):", *more, *lines]


def _saying(entry: Entry) -> str:
    """What it tells: that a connect failed is an error and a close in the same words."""
    return entry.text.rstrip(".") or entry.what.value


def _line(entry: Entry, connection: Connection[Any], begun_at: float) -> str:
    text = shown(entry.text, connection.secrets, _TEXT)
    if not text.startswith(entry.what.value):
        text = f"{entry.what.value}: {text}" if text else entry.what.value
    return f"    {moment(entry.at - begun_at)}  {text}"


def last_item_lines(connection: Connection[Any], number: int, now: float) -> list[str]:
    """When the item with this number came, if there is one."""
    item = connection.record.item(number)
    if item is None:
        return []
    ago = in_words(round(now - item.received_at, 3))
    return [f"The last {connection.family.noun}, #{number}, came {ago} ago."]


def silence_lines(situation: Situation, now: float) -> list[str]:
    """What there was instead of items: the last one before, what was sent, signs of life."""
    connection = situation.connection
    return [
        *last_item_lines(connection, min(situation.first - 1, connection.record.last), now),
        *_sent_lines(connection, now),
        *_signs_of_life(connection, situation.begun_at),
    ]


def _sent_lines(connection: Connection[Any], now: float) -> list[str]:
    if connection.family is SSE:
        return []
    sent = connection.journal.of(Happening.SENT)
    if not sent:
        return [] if connection.is_over else ["Nothing was sent on this connection."]
    last = sent[-1]
    ago = in_words(round(now - last.at, 3))
    payload = described_payload(last.payload or "", connection.secrets, VALUE_LIMIT)
    return [f"Sent: {counted(len(sent), 'message')}, the last {ago} ago: {payload}"]


def _signs_of_life(connection: Connection[Any], begun_at: float) -> list[str]:
    seen = Counter(entry.what for entry in connection.journal.of(*_SIGNS_OF_LIFE) if entry.at >= begun_at)
    told = ", ".join(counted(count, _SIGNS_OF_LIFE[what]) for what, count in seen.items())
    return [f"The peer is alive: {told} came in that time."] if told else []
