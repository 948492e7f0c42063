"""Reading values: paths and expressions, several values in one item, and items without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.conditions.json_conditions import compile_path, values_at
from RealtimeLibrary.core.conditions.kinds import EVENTS, Dialect
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.messages import SSEEvent
from RealtimeLibrary.core.stream_checks.reading import ValueReader
from utest.core.stream_checks.stream_items import messages


def values(source, *payloads, dialect=Dialect()):  # noqa: B008 - frozen
    found = ValueReader(source, dialect).readings(messages(*payloads))
    return [reading.value for reading in found.values], found.without


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$.seq", ([1, 2], 2)),
        ("$['seq']", ([1, 2], 2)),
        ("msg.seq", ([1, 2], 2)),
        ("msg.seq * 10", ([10, 20], 2)),
        ("$.list[-1]", ([9], 3)),
        ("$.list[*]", ([8, 9], 3)),
        ("$.list[5]", ([], 4)),
        ("$.list.seq", ([], 4)),
        ("$.seq[0]", ([], 4)),
        ("$.none.deeper", ([], 4)),
    ],
)
def test_paths_and_expressions(source, expected):
    assert values(source, {"seq": 1}, {"other": 1}, "text", {"seq": 2, "list": [8, 9]}) == expected


def test_the_whole_payload():
    assert values("$", {"a": 1}, [2], "text", b"\x00") == ([{"a": 1}, [2]], 2)


def test_an_expression_may_begin_with_a_variable():
    dialect = Dialect(variable={"offset": 100}.__getitem__)
    assert values("$offset + msg.seq", {"seq": 1}, dialect=dialect) == ([101], 0)


def test_events():
    events = [SSEEvent(1, 0.0, "tick", "5", id="41"), SSEEvent(2, 0.0, "tick", "5", id="x")]
    found = ValueReader("int(event.id)", EVENTS).readings(events)
    assert [(reading.item.number, reading.value) for reading in found.values] == [(1, 41)]
    assert found.without == 1


@pytest.mark.parametrize("source", ["$.", "$[", "msg.", "5"])
def test_neither_path_nor_expression(source):
    with pytest.raises(InvalidArgument):
        ValueReader(source)


JSON = st.recursive(
    st.integers() | st.none() | st.text(max_size=2),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from("ab"), children, max_size=3),
)
PATHS = st.lists(st.sampled_from([".a", ".b", "[0]", "[-1]", "[2]", "['a']"]), max_size=4).map(
    lambda p: "$" + "".join(p)
)


@given(JSON, PATHS)
def test_plain_paths_select_what_the_general_query_selects(payload, path):
    (item,) = messages(payload if isinstance(payload, dict | list) else [payload])
    assert list(ValueReader(path).read(item)) == list(values_at(compile_path(path), item.payload))
