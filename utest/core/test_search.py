"""Looking through a record, and what a search remembers for the next one with the same condition."""

from collections.abc import Hashable
from typing import Any

import pytest

from RealtimeLibrary.core import search as module
from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.findings import Misfit
from RealtimeLibrary.core.conditions.kinds import ANY, TypeIs, condition_from
from RealtimeLibrary.core.connection import Mark, MessageConnection, websocket_connection
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.messages import Item, PayloadCodec
from RealtimeLibrary.core.search import Search, fits

ACK, TICK = '{"type":"ack"}', '{"type":"tick"}'


def connection_with(*raws: str, **limits: Any) -> MessageConnection:
    connection = websocket_connection("chat", codec=PayloadCodec(), **limits)
    receive(connection, *raws)
    return connection


def receive(connection: MessageConnection, *raws: str, at: float = 1.0) -> None:
    connection.received([raws], at, sum(map(len, raws)))


class Equals(Condition):
    """Text equality that counts what it was asked; `?` is a misfit, and `!` an error of the user's own."""

    def __init__(self, text: str, *, repeatable: bool = True) -> None:
        self._text = text
        self._key = ("equals", text) if repeatable else None
        self.asked: list[int] = []

    @property
    def description(self) -> str:
        return self._text

    @property
    def key(self) -> Hashable | None:
        return self._key

    def matches(self, item: Item) -> bool:
        self.asked.append(item.number)
        if item.raw == "?":
            raise Misfit("not to be judged")
        if item.raw == "!":
            raise RuntimeError("mine")
        return item.raw == self._text


def found(search: Search[Any], **limit: int) -> list[int | None]:
    """The numbers of what it finds, until it finds nothing."""
    numbers = []
    while (item := search.find(**limit)) is not None:
        numbers.append(item.number)
    return numbers


# One search


def test_every_item_is_looked_at_once_and_in_order() -> None:
    connection = connection_with("a", "b", "a")
    condition = Equals("a", repeatable=False)
    search = Search(connection, condition)
    assert (search.first, search.last, search.behind) == (1, 0, True)
    assert found(search) == [1, 3]
    receive(connection, "a")
    assert search.behind
    assert found(search) == [4]
    assert condition.asked == [1, 2, 3, 4]
    assert (search.last, search.behind) == (4, False)


def test_it_stops_after_a_batch() -> None:
    search = Search(connection_with(*"aaab"), Equals("b"))
    assert search.find(2) is None
    assert (search.last, search.behind) == (2, True)
    assert search.find(2).number == 4


def test_it_looks_no_further_than_told() -> None:
    search = Search(connection_with(*"aab"), Equals("b"))
    search.until = 2
    assert search.find() is None
    assert (search.last, search.behind) == (2, False)
    search.until = 99
    assert search.find().number == 3


def test_a_search_beyond_the_end_does_not_go_back() -> None:
    connection = connection_with("a")
    search = Search(connection, Equals("a"), since=5)
    assert search.find() is None
    assert search.last == 5


@pytest.mark.parametrize(("since", "expected"), [(None, [1, 2]), (1, [2]), (Mark(1.0), [2]), (Mark(2.0), [])])
def test_where_it_begins(since: Mark | int | None, expected: list[int]) -> None:
    connection = connection_with("a")
    receive(connection, "a", at=2.0)
    assert found(Search(connection, Equals("a"), since)) == expected


def test_items_that_a_wait_returned_are_passed_over_on_request() -> None:
    connection = connection_with("a", "a")
    connection.unread.add(1)
    assert found(Search(connection, Equals("a"), unread_only=True)) == [2]
    assert found(Search(connection, Equals("a"))) == [1, 2]


def test_misfits_are_counted_and_do_not_match() -> None:
    search = Search(connection_with("?", "a", "?"), Equals("a"))
    assert found(search) == [2]
    assert search.misfits == 2


def test_errors_of_the_condition_are_the_callers_and_lose_nothing() -> None:
    connection = connection_with("a", "!", "a")
    search = Search(connection, Equals("a"))
    assert search.find().number == 1
    with pytest.raises(RuntimeError, match="mine"):
        search.find()
    assert search.last == 1


def test_fits_is_a_yes_or_no() -> None:
    yes, misfit = connection_with("a", "?").record.items()
    assert fits(Equals("a"), yes)
    assert not fits(Equals("b"), yes)
    assert not fits(Equals("?"), misfit)


# What is remembered


def test_items_known_not_to_match_are_not_judged_again() -> None:
    connection = connection_with(*"abab")
    assert found(Search(connection, Equals("c"))) == []
    receive(connection, "c")
    condition = Equals("c")
    again = Search(connection, condition)
    assert (again.first, again.last, again.behind) == (1, 4, True)
    assert found(again) == [5]
    assert condition.asked == [5]


def test_a_match_that_no_wait_took_is_found_again() -> None:
    """A wait for three that finds two and fails, or is cancelled, leaves both to the next wait."""
    connection = connection_with(TICK, ACK, ACK)
    assert found(Search(connection, TypeIs("ack"), unread_only=True)) == [2, 3]
    assert Search(connection, TypeIs("ack"), unread_only=True).find().number == 2


def test_a_read_match_is_not_found_again() -> None:
    connection = connection_with(ACK, ACK)
    connection.unread.add(Search(connection, TypeIs("ack"), unread_only=True).find().number)
    assert Search(connection, TypeIs("ack"), unread_only=True).find().number == 2


def test_successive_waits_look_at_each_item_once_in_all() -> None:
    connection = connection_with(*"ab" * 50)
    condition = Equals("b")
    for number in range(2, 101, 2):
        item = Search(connection, condition, unread_only=True).find()
        assert item.number == number
        connection.unread.add(item.number)
    assert len(condition.asked) == 100


def test_unread_and_all_are_remembered_apart() -> None:
    connection = connection_with("a", "b")
    connection.unread.add(1)
    assert found(Search(connection, Equals("a"), unread_only=True)) == []
    assert found(Search(connection, Equals("a"))) == [1]


def test_other_conditions_are_judged_anew() -> None:
    connection = connection_with("a", "b")
    assert found(Search(connection, Equals("a"))) == [1]
    assert found(Search(connection, Equals("b"))) == [2]


def test_a_condition_that_may_change_its_mind_is_asked_again() -> None:
    connection = connection_with("a", "b")
    condition = Equals("c", repeatable=False)
    found(Search(connection, condition))
    found(Search(connection, condition))
    assert condition.asked == [1, 2, 1, 2]
    assert connection.judged == {}


def test_a_search_since_a_mark_leaves_what_was_before_to_others() -> None:
    connection = connection_with("a", "b", "a")
    assert found(Search(connection, Equals("a"), since=1)) == [3]
    assert found(Search(connection, Equals("a"))) == [1, 3]


def test_a_search_since_a_mark_knows_what_was_judged_before() -> None:
    connection = connection_with("a", "a", "a")
    found(Search(connection, Equals("b")))
    receive(connection, "b")
    condition = Equals("b")
    assert found(Search(connection, condition, since=2)) == [4]
    assert condition.asked == [4]


def test_memory_goes_on_after_a_clear() -> None:
    """A record that is cleared or full is searched as cheaply as before."""
    connection = connection_with("a", "a")
    found(Search(connection, Equals("b")))
    receive(connection, "a", "a")
    connection.record.clear(3)
    condition = Equals("b")
    found(Search(connection, condition))
    found(Search(connection, condition))
    assert condition.asked == [4]


def test_misfits_are_remembered() -> None:
    """A wait that fails for the second time has the same reason as before."""
    connection = connection_with("?", "?", "a")
    found(Search(connection, Equals("b")))
    again = Search(connection, Equals("b"))
    assert again.misfits == 2
    receive(connection, "?")
    found(again)
    assert again.misfits == 3
    assert Search(connection, Equals("b"), since=3).misfits == 1


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MEMORY", 3)
    connection = connection_with("x")
    for text in "abcde":
        found(Search(connection, Equals(text)))
    assert len(connection.judged) <= 3
    known = Equals("e")
    found(Search(connection, known))
    assert known.asked == []


# Dropped items


def test_items_dropped_before_the_search_are_unseen() -> None:
    connection = connection_with(*"abcde", max_messages=2)

    def unseen(since: Mark | int | None = None) -> int:
        search = Search(connection, Equals("z", repeatable=False), since)
        search.find()
        return search.unseen

    assert [unseen(), unseen(0), unseen(1), unseen(3)] == [3, 3, 2, 0]
    assert [unseen(Mark(0.5)), unseen(Mark(1.0))] == [3, 0]
    assert Search(connection, ANY).first == 4
    connection.record.clear(1)
    assert [unseen(), unseen(0), unseen(2)] == [2, 2, 1]
    connection.record.clear()
    assert [unseen(), unseen(0), unseen(Mark(0.5))] == [0, 0, 0]


def test_items_dropped_and_compacted_away_after_a_mark_are_unseen() -> None:
    """Their times are gone; that the last of them came after the mark is known."""
    connection = connection_with(max_messages=2)
    receive(connection, *"x" * 5_000, at=1.0)
    receive(connection, *"xx", at=2.0)
    search = Search(connection, ANY, Mark(0.5))
    search.find()
    assert search.unseen >= 1
    search = Search(connection, ANY, Mark(1.5))
    search.find()
    assert search.unseen == 0


def test_items_dropped_after_they_were_looked_at_are_seen() -> None:
    connection = connection_with(*"ab", max_messages=2)
    search = Search(connection, Equals("z"))
    for _ in range(5):
        search.find()
        receive(connection, "c", "d")
    search.find()
    assert search.unseen == 0
    again = Search(connection, Equals("z"))
    again.find()
    assert again.unseen == 0


def test_items_dropped_before_they_were_looked_at_are_unseen_also_later() -> None:
    connection = connection_with(*"ab", max_messages=2)
    search = Search(connection, Equals("z"))
    receive(connection, "c")
    search.find()
    assert search.unseen == 1
    for _ in range(3):
        again = Search(connection, Equals("z"))
        again.find()
        assert again.unseen == 1
        receive(connection, "d")
        again.find()
    assert Search(connection, Equals("z"), since=1).unseen == 0
    connection.record.clear()
    assert Search(connection, Equals("z")).unseen == 0


def test_items_dropped_during_a_look_are_unseen() -> None:
    class Overrun(Equals):
        """While the first item is looked at, the next ones come and go."""

        def matches(self, item: Item) -> bool:
            if item.number == 1:
                receive(connection, *"abc")
            return super().matches(item)

    connection = connection_with(*"abc", max_messages=3)
    search = Search(connection, Overrun("z"))
    search.find()
    assert (search.last, search.unseen) == (3, 2)


def test_items_cleared_during_a_look_do_not_matter() -> None:
    class Clearing(Equals):
        def matches(self, item: Item) -> bool:
            connection.record.clear(2)
            return super().matches(item)

    connection = connection_with(*"abc")
    search = Search(connection, Clearing("z"))
    search.find()
    assert (search.last, search.unseen) == (3, 0)


def test_items_cleared_before_they_were_looked_at_do_not_matter() -> None:
    connection = connection_with(*"ab")
    search = Search(connection, Equals("z"))
    connection.record.clear()
    receive(connection, "c")
    assert search.find() is None
    assert (search.last, search.unseen) == (3, 0)


# Expressions over payloads, which are judged without building items

MIXED = [ACK, TICK, "no JSON", '{"type":"tick","seq":3}', "[1]", '{"type":"tick","seq":5}']


@pytest.mark.parametrize(
    "text", ["msg.type == 'tick'", "msg.seq > 3", "msg['seq'] == 3", "msg == 'no JSON'", "len(msg) == 1", "msg"]
)
@pytest.mark.parametrize("read", [[], [2], [1, 2, 3, 4, 5, 6]], ids=str)
def test_judging_payloads_finds_the_same_as_judging_items(text: str, read: list[int]) -> None:
    searches = []
    for by_item in (False, True):
        connection = connection_with(*MIXED)
        if by_item:
            connection.decode = None
        for number in read:
            connection.unread.add(number)
        searches.append(Search(connection, condition_from(text), unread_only=True))
    assert searches[0]._judge is not None
    assert found(searches[0]) == found(searches[1])
    assert searches[0].misfits == searches[1].misfits


def test_an_expression_that_breaks_is_told_in_words_also_for_payloads() -> None:
    search = Search(
        connection_with(ACK, TICK), condition_from("(lambda: (_ for _ in ()).throw(OSError('disk')))() or msg")
    )
    search = Search(connection_with(ACK, TICK), condition_from("open('/no/such/file') and msg"))
    assert search._judge is not None
    with pytest.raises(InvalidArgument, match="failed on #1: FileNotFoundError"):
        search.find()


def test_a_condition_that_needs_more_than_the_payload_judges_items() -> None:
    connection = connection_with(ACK)
    assert Search(connection, TypeIs("ack"))._judge is None
    assert Search(connection, ANY)._judge is None


def test_what_was_dropped_is_not_judged() -> None:
    connection = connection_with(ACK, TICK, ACK, TICK, max_messages=2)
    search = Search(connection, condition_from("msg.type == 'ack'"))
    assert found(search) == [3]
    assert search.unseen == 2
