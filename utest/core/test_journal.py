"""The journal and the log of errors: bounded, in order, readable from any thread."""

import threading
from dataclasses import FrozenInstanceError

import pytest

from RealtimeLibrary.core import journal as module
from RealtimeLibrary.core.errors import ConnectionClosed
from RealtimeLibrary.core.journal import Entry, ErrorLog, Happening, Journal


def entry(at: float = 1.0, what: Happening = Happening.SENT, payload: str | bytes | None = None) -> Entry:
    return Entry(at, what, 0, payload=payload)


def test_entries_come_in_order() -> None:
    journal = Journal()
    for at, what in enumerate([Happening.CONNECTING, Happening.OPENED, Happening.SENT, Happening.CLOSED]):
        journal.add(entry(float(at), what))
    assert len(journal) == 4
    assert [one.at for one in journal] == [0.0, 1.0, 2.0, 3.0]
    assert [one.what for one in journal.of(Happening.CLOSED, Happening.OPENED)] == [Happening.OPENED, Happening.CLOSED]
    assert journal.of() == []


def test_an_entry_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        entry().text = "other"  # type: ignore[misc]


def test_the_repr_of_an_entry_shows_no_payload() -> None:
    """What was sent may hold a secret, which only the connection knows to mask."""
    shown = repr(Entry(1.0, Happening.SENT, 0, payload="my secret", facts={"token": "my secret"}))
    assert "my secret" not in shown


def test_too_many_entries_drop_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENTRIES", 3)
    journal = Journal()
    for at in range(5):
        journal.add(entry(float(at)))
    assert [one.at for one in journal] == [2.0, 3.0, 4.0]
    assert journal.dropped == 2


def test_too_many_bytes_drop_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    journal = Journal()
    journal.add(entry(1.0, payload="12345"))
    journal.add(Entry(2.0, Happening.ERROR, 0, text="12345"))
    assert journal.dropped == 0
    journal.add(entry(3.0, payload=b"1"))
    assert [one.at for one in journal] == [2.0, 3.0]
    journal.add(entry(4.0, payload="larger than all of it"))
    assert [one.at for one in journal] == [4.0]
    assert journal.dropped == 3


def test_a_reader_sees_what_there_was_when_it_began() -> None:
    journal = Journal()
    journal.add(entry())
    for _ in journal:
        journal.add(entry())
    assert len(journal) == 2


def test_errors_have_numbers() -> None:
    log = ErrorLog()
    assert (log.count, len(log), list(log)) == (0, 0, [])
    first, second = ConnectionClosed("first"), ConnectionClosed("second")
    log.add(first)
    log.add(second)
    assert list(log) == [(1, first), (2, second)]
    assert log.count == 2


def test_the_newest_errors_are_kept_and_all_are_counted() -> None:
    log = ErrorLog()
    for number in range(1, 1_501):
        log.add(ConnectionClosed(f"error {number}"))
    assert (log.count, len(log)) == (1_500, 1_000)
    assert [(number, str(error)) for number, error in log][:1] == [(501, "error 501")]


def test_an_error_has_its_number_whenever_it_is_read() -> None:
    log = ErrorLog()
    stop = threading.Event()
    faults: list[tuple[int, str]] = []

    def read() -> None:
        while not stop.is_set():
            faults.extend((number, str(error)) for number, error in log if str(error) != f"error {number}")

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 3_000):
        log.add(ConnectionClosed(f"error {number}"))
    stop.set()
    reader.join()
    assert faults == []
