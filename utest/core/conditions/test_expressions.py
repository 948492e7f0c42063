"""Expressions: what they can say, what they refuse before any item, and what counts as a misfit."""

import math
from types import SimpleNamespace

import pytest

from RealtimeLibrary.core.conditions.expressions import Expression
from RealtimeLibrary.core.conditions.findings import MISSING, UNSTATED, Finding, Misfit
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.messages import Message, SSEEvent

TRAINING = Message(
    7,
    1.0,
    '{"type": "progress", "items": [1, 2, 3], "data": {"epoch": 5, "name": "Ann Lee", "x y": null, "keys": "field"},'
    ' "done": false, "nested": "{\\"a\\": 1}", "values": [{"price": 5}, {"price": 7}]}',
)
EVENT = SSEEvent(3, 1.0, "alert", '{"level": "critical", "event": {"id": 9}}', id="41")
VARIABLES = {"min_epoch": 4, "wanted": {"type": "progress"}, "name": "Ann Lee", "check": lambda message: True}


def lookup(name):
    return VARIABLES[name]


def value(text, item=TRAINING, names=("msg",)):
    return Expression(text, names, lookup).value(item)


def misfit(text, item=TRAINING):
    with pytest.raises(Misfit) as caught:
        Expression(text, ("msg",), lookup).value(item)
    return str(caught.value)


def refused(text, names=("msg",), variable=lookup):
    with pytest.raises(InvalidArgument) as caught:
        Expression(text, names, variable)
    return str(caught.value)


def only_finding(text, item=TRAINING, names=("msg",)):
    (finding,) = Expression(text, names, lookup).findings(item)
    return finding


class TestReading:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("msg.type == 'progress'", True),
            ("msg['type'] == 'progress'", True),
            ("  msg.type == 'x'  ", False),
            ("msg.data.epoch > 4 and msg.data['epoch'] < 6", True),
            ("4 < msg.data.epoch <= 5", True),
            ("msg.items", [1, 2, 3]),
            ("msg.items[0]", 1),
            ("msg.items[-1]", 3),
            ("msg.items[1:]", [2, 3]),
            ("msg.data.keys", "field"),
            ("msg['data']['x y']", None),
            ("len(msg.items) == 3", True),
            ("msg.values[1].price", 7),
            ("sum(v.price for v in msg.values)", 12),
            ("[v.price for v in msg.values if v.price > msg.data.epoch]", [7]),
            ("any(v.price > 6 for v in msg.values)", True),
            ("sorted(msg.values, key=lambda v: -v.price)[0].price", 7),
            ("msg.data.name.lower()", "ann lee"),
            ("msg.get('type')", "progress"),
            ("msg.get('none', 4)", 4),
            ("'type' in msg", True),
            ("'epoch' in msg.data.keys()", None),
            ("not msg.done", True),
            ("(found := msg.data.epoch) and found > 4", True),
            ("msg.data.epoch if msg.done else -1", -1),
            ("f'{msg.data.epoch}!'", "5!"),
            ("isinstance(msg.items, list)", True),
        ],
    )
    def test_json_fields_come_before_methods_at_any_depth(self, text, expected):
        if text == "'epoch' in msg.data.keys()":
            assert "not callable" in misfit(text)  # `keys` is a field here
        else:
            assert value(text) == expected

    def test_robot_variables_are_values(self):
        assert value("msg.data.epoch > $min_epoch") is True
        assert value("msg.type == $wanted.type and msg.type == $wanted['type']") is True
        assert value("$check(msg)") is True

    def test_dollars_in_string_literals_stay(self):
        assert value("'$min_epoch' + msg.type") == "$min_epochprogress"
        assert value("[msg.type, '$.data', \"it's $5\", $min_epoch]") == ["progress", "$.data", "it's $5", 4]

    def test_modules_are_imported_when_named(self):
        assert value("re.match('prog', msg.type) is not None") is True
        assert value(r"re.findall('\w+', msg.data.name)") == ["Ann", "Lee"]
        assert value("math.floor(msg.data.epoch)") == 5
        assert value("msg.data.epoch < math.inf") is True

    def test_an_event_offers_event_and_data(self):
        names = ("event", "data")
        assert value("event.event == 'alert' and data.level == 'critical'", EVENT, names) is True
        assert value("event.id", EVENT, names) == "41"
        assert value("event.parsed_data.level", EVENT, names) == "critical"
        assert value("data.event.id", EVENT, names) == 9
        assert value("data", SSEEvent(1, 0.0, "tick", "plain"), names) == "plain"

    def test_objects_of_variables_are_read_by_attribute(self):
        VARIABLES["thing"] = SimpleNamespace(kind="progress")
        assert value("msg.type == $thing.kind") is True


class TestMisfits:
    @pytest.mark.parametrize(
        "text",
        [
            "msg.none",
            "msg.none.deeper == 1",
            "msg['none']",
            "msg.items[9]",
            "msg.items.first",
            "msg.items > 5",
            "msg.type.length",
            "msg.data.epoch.value",
            "msg.done.x",
            "msg.data['x y'].z",
            "msg.type.nosuch()",
            "int(msg.type)",
            "1 / (msg.data.epoch - 5)",
            "msg.data.epoch['x']",
            "len(msg.data.epoch)",
        ],
    )
    def test_what_the_item_lacks_is_a_misfit(self, text):
        assert misfit(text)

    @pytest.mark.parametrize(
        "text",
        [
            "msg.update",
            "msg.values[0].pop",
            "msg.type.count",
            "msg.items.index",
            "[value.pop for value in msg.values]",
            "[text.count for text in [msg.type]]",
        ],
    )
    def test_a_method_is_never_taken_for_a_field(self, text):
        """`msg.update` would else be true for every message that has no such field."""
        assert misfit(text)

    @pytest.mark.parametrize("raw", ["plain", b"\x00", "[1]", "{}"])
    def test_other_payloads_are_misfits_not_errors(self, raw):
        assert misfit("msg.data.epoch > 5", Message(1, 0.0, raw))

    def test_the_reason_is_told(self):
        assert misfit("msg.none") == "KeyError: 'none'"

    def test_another_failure_is_an_error(self):
        with pytest.raises(InvalidArgument, match=r"Expression 're.match\(.*\)' failed on #7: error: "):
            Expression("re.match('(', msg.type)").value(TRAINING)
        with pytest.raises(InvalidArgument, match="failed on #7: UnboundLocalError"):
            Expression("msg.done and (x := 1) or x").value(TRAINING)


class TestRefused:
    def test_what_is_not_python(self):
        assert refused("msg.type ==") == "Expression 'msg.type ==' is not valid Python: invalid syntax."
        assert "Compare with '=='" in refused("msg.type = 'x'")
        assert "Write 'and', 'or', 'not'" in refused("msg.a && msg.b")
        assert "is not valid Python" in refused("(msg.a")
        assert "is not valid Python" in refused("($min_epoch")
        assert "is not valid Python" in refused("msg.a\0")
        assert "is not valid Python" in refused("import os")
        assert "is not valid Python" in refused("(" * 300 + "msg" + ")" * 300)
        assert "is not valid Python" in refused("+".join(["msg.a"] * 5000))
        assert "is not valid Python" in refused("msg.a $ 5")

    def test_nothing(self):
        assert refused("  ") == "An expression cannot be empty."

    @pytest.mark.parametrize("text", ["(yield msg)", "await msg", "(yield from msg)", "[x async for x in msg]"])
    def test_what_has_no_value(self, text):
        assert "not valid" in refused(text)

    def test_unknown_names(self):
        text = refused("mesage.type == 'x' or msg.y")
        assert text == (
            "Expression 'mesage.type == 'x' or msg.y' has the unknown name 'mesage'. "
            "In an expression 'msg' is the payload."
        )
        assert refused("msg.done == true").endswith("has the unknown name 'true'. Write True.")
        assert "'payload'" in refused("payload.type == msg.type")
        assert "unknown name 'q'" in refused("[q for x in msg]")

    def test_names_of_the_other_family(self):
        assert "the name 'event', unknown on this connection" in refused("event.id and msg.id")
        text = refused("msg.id and data.x", names=("event", "data"))
        assert text.endswith("'event' is the event and 'data' is its parsed data.")

    def test_unknown_functions_of_modules(self):
        assert "unknown name 're.mtach'" in refused("re.mtach('a', msg.type)")

    def test_unknown_variables(self):
        assert "has the variable '$nope', which does not exist" in refused("msg.a == $nope")
        with pytest.raises(InvalidArgument, match="'\\$x', which does not exist"):
            Expression("msg.a == $x")

    @pytest.mark.parametrize("text", ["type == 'ack'", "1 == 1", "True", "$min_epoch > 3", "'ack'"])
    def test_what_looks_at_nothing(self, text):
        assert "looks at nothing of the item" in refused(text)


class TestKeys:
    def test_equal_expressions_have_equal_keys(self):
        assert Expression("msg.a == 1").key == Expression(" msg.a == 1 ").key is not None
        assert Expression("msg.a == 1").key != Expression("msg.a == 2").key

    def test_variables_count_with_their_type(self):
        def key_for(number):
            return Expression("msg.a == $x", variable=lambda name: number).key

        assert key_for(1) == key_for(1)
        assert len({key_for(1), key_for(True), key_for(1.0), key_for("1"), key_for(None)}) == 5

    @pytest.mark.parametrize("text", ["msg.t > time.time()", "msg.a == random.random()"])
    def test_what_depends_on_more_than_the_item_has_none(self, text):
        assert Expression(text).key is None

    def test_what_may_change_has_none(self):
        assert Expression("msg.a in $x", variable=lambda name: [1]).key is None
        assert Expression("re.match('a', msg.a)").key is not None


class TestFindings:
    def test_one_for_each_part_that_and_joins(self):
        found = Expression("msg.type == 'progress' and (msg.data.epoch > 50 and msg.done)").findings(TRAINING)
        assert found == [
            Finding("msg.type == 'progress'", True, "$.type", "progress", "progress"),
            Finding("msg.data.epoch > 50", False, "$.data.epoch", 50, 5),
            Finding("msg.done", False, "$.done", UNSTATED, False),
        ]

    def test_variables_read_as_written(self):
        finding = only_finding("msg.data.epoch == $wanted['type']")
        assert (finding.part, finding.expected) == ("msg.data.epoch == $wanted['type']", "progress")

    def test_chained_comparisons_are_several(self):
        first, second = Expression("1 < msg.data.epoch < 3").findings(TRAINING)
        assert (first.part, first.met, first.actual) == ("1 < msg.data.epoch", True, 5)
        assert (second.part, second.met, second.expected) == ("msg.data.epoch < 3", False, 3)

    @pytest.mark.parametrize(
        ("text", "note"),
        [
            ("msg.data.epoch == '5'", "same value, other type"),
            ("msg.data.name == 'ann lee'", "upper and lower case differ"),
            ("msg.data.name == 'Ann  Lee '", "white space differs"),
            ("msg.nested == {'a': 1}", "JSON text inside a string"),
            ("msg.nested.a == 1", "JSON text inside a string"),
            ("msg.type.a == 1", "no JSON object, so it has no 'a'"),
            ("msg.items.a == 1", "a JSON array, so it has no 'a'"),
            ("msg.data.epoch == 6", ""),
            ("msg.data.epoch == 5", ""),
        ],
    )
    def test_notes_tell_the_common_traps(self, text, note):
        assert only_finding(text).note == note

    @pytest.mark.parametrize(
        ("text", "path", "actual"),
        [
            ("msg.data.none == 1", "$.data.none", MISSING),
            ("msg.none.deeper == 1", "$.none", MISSING),
            ("msg['no such'].x == 1", "$['no such']", MISSING),
            ("msg.items[7] == 1", "$.items[7]", MISSING),
            ("msg.items[-1] == 1", "$.items[-1]", 3),
            ("len(msg.items) > 3", "len(msg.items)", 3),
            ("msg.data.name.lower() == 'x'", "msg.data.name.lower()", "ann lee"),
            ("5 < msg.data.epoch", "$.data.epoch", 5),
            ("'x' in msg.data.name", "$.data.name", "Ann Lee"),
            ("msg.type in ('a', 'b')", "$.type", "progress"),
            ("not msg.type", "$.type", "progress"),
            ("re.match('x', msg.type)", "$.type", "progress"),
            ("len(msg.none) > 3", "$.none", MISSING),
            ("msg.done or msg.data.keys == 1", "", UNSTATED),
            ("msg.done or msg.none == 1", "$.none", MISSING),
            ("msg == 5", "$", TRAINING.payload),
            ("int(msg.type) > 3", "$.type", "progress"),
        ],
    )
    def test_the_path_leads_to_the_decisive_value(self, text, path, actual):
        finding = only_finding(text)
        assert (finding.met, finding.path, finding.actual) == (False, path, actual)

    def test_a_part_that_binds_a_name_is_not_split(self):
        finding = only_finding("(x := msg.data.epoch) and x > 50")
        assert finding.part == "(x := msg.data.epoch) and x > 50"
        assert not finding.met

    def test_paths_into_events(self):
        names = ("event", "data")
        found = Expression("event.id == 41 and data.level == 'low'", names).findings(EVENT)
        assert found[0] == Finding("event.id == 41", False, "event.id", 41, "41", "same value, other type")
        assert (found[1].path, found[1].actual) == ("$.level", "critical")
        assert only_finding("event.nosuch == 1", EVENT, names).path == "event"

    def test_both_sides_may_be_missing(self):
        finding = only_finding("msg.data.epoch == msg.none")
        assert (finding.path, finding.actual, finding.expected) == ("$.data.epoch", 5, UNSTATED)


def test_repr_names_the_expression():
    assert repr(Expression("msg.a")) == "Expression('msg.a')"


def test_math_constants_stay_equal():
    """NaN is equal to nothing, so a condition with it simply never matches."""
    assert Expression("msg.data.epoch == $nan", variable=lambda name: math.nan).value(TRAINING) is False
