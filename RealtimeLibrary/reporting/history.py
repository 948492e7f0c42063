"""What happened to a connection besides receiving, as a few lines."""

from collections import Counter
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
    """The last openings, errors, reconnections and closes."""
    entries = connection.journal.of(*_LIFE)
    if not entries:
        return []
    hidden = len(entries) - _EVENTS
    more = [f"    {hidden:,} more before"] if hidden > 0 else []
    lines = [_line(entry, connection, begun_at) for entry in entries[-_EVENTS:]]
    return ["What happened to the connection:", *more, *lines]


def _line(entry: Entry, connection: Connection[Any], begun_at: float) -> str:
    text = shown(entry.text, connection.secrets, _TEXT)
    return f"    {moment(entry.at - begun_at)}  {entry.what.value}{': ' if text else ''}{text}"


def silence_lines(situation: Situation, now: float) -> list[str]:
    """What there was instead of items: what was sent, signs of life, the last item before."""
    connection = situation.connection
    return [
        line
        for line in (_last_item(situation, now), _sent(connection, now), _signs_of_life(connection, situation.begun_at))
        if line
    ]


def _last_item(situation: Situation, now: float) -> str:
    record, noun = situation.connection.record, situation.connection.family.noun
    last = record.item(min(situation.first - 1, record.last))
    if last is None:
        return ""
    return f"The last {noun} before, #{last.number}, came {in_words(round(now - last.received_at, 3))} ago."


def _sent(connection: Connection[Any], now: float) -> str:
    if connection.family is SSE:
        return ""
    sent = connection.journal.of(Happening.SENT)
    if not sent:
        return "Nothing was sent on this connection."
    last = sent[-1]
    ago = in_words(round(now - last.at, 3))
    payload = described_payload(last.payload or "", connection.secrets, VALUE_LIMIT)
    return f"Sent: {counted(len(sent), 'message')}, the last {ago} ago: {payload}"


def _signs_of_life(connection: Connection[Any], begun_at: float) -> str:
    seen = Counter(entry.what for entry in connection.journal.of(*_SIGNS_OF_LIFE) if entry.at >= begun_at)
    told = [counted(count, _SIGNS_OF_LIFE[what]) for what, count in seen.items()]
    return f"The peer is alive: {', '.join(told)} came in that time." if told else ""
