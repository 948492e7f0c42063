"""Conditions of every kind: what matches, what is refused, which keys are equal, what findings say."""

import json
import re

import pytest

from RealtimeLibrary.core.conditions.findings import MISSING, UNSTATED, Finding, Misfit
from RealtimeLibrary.core.conditions.json_conditions import JSONPathSelects, ValidAgainst
from RealtimeLibrary.core.conditions.kinds import (
    ANY,
    EVENTS,
    MESSAGES,
    AllOf,
    Dialect,
    PredicateHolds,
    RegexpFound,
    Subset,
    TypeIs,
    all_of,
    condition_from,
    conditions_from,
)
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.messages import Message, PayloadCodec, SSEEvent


def message(value, number=1):
    return Message(number, 0.0, value if isinstance(value, str | bytes) else json.dumps(value))


ACK = message({"type": "ack", "id": 5, "data": {"progress": 70}})
TEXT = message("plain text")
BINARY = message(b"\x00\xffab")
TICK = SSEEvent(1, 0.0, "tick", '{"price": 5}')


class TestCombining:
    def test_nothing_is_anything(self):
        assert all_of([]) is ANY
        assert all_of([ANY, ANY]) is ANY
        assert all(ANY.matches(item) for item in (ACK, TEXT, BINARY, TICK))
        assert ANY.findings(ACK) == [Finding("anything", True)]

    def test_one_is_itself(self):
        single = TypeIs("ack")
        assert all_of([ANY, single]) is single

    def test_all_must_match(self):
        both = all_of([TypeIs("ack"), condition_from("msg.id == 5")])
        assert both.matches(ACK)
        assert not both.matches(message({"type": "ack", "id": 6}))
        assert not both.matches(message({"type": "nack", "id": 5}))
        assert both.description == "type 'ack' and msg.id == 5"
        assert [finding.met for finding in both.findings(message({"type": "ack", "id": 6}))] == [True, False]

    def test_what_the_first_excludes_is_no_misfit_of_the_next(self):
        both = conditions_from("msg.price > 5", type="trade")
        assert not both.matches(message({"type": "heartbeat"}))
        with pytest.raises(Misfit):
            both.matches(message({"type": "trade"}))

    def test_keys(self):
        assert all_of([TypeIs("a"), RegexpFound("x")]).key == all_of([TypeIs("a"), RegexpFound("x")]).key is not None
        assert AllOf([TypeIs("a"), condition_from(lambda item: True)]).key is None


class TestType:
    def test_is_strict(self):
        assert TypeIs("ack").matches(ACK)
        assert not TypeIs("5").matches(message({"type": 5}))
        assert not TypeIs(1).matches(message({"type": True}))
        assert not TypeIs("ack").matches(TEXT)
        assert not TypeIs("ack").matches(BINARY)

    def test_of_an_event(self):
        assert TypeIs("tick", "event").matches(TICK)
        assert TypeIs("tock", "event").description == "event 'tock'"
        assert TypeIs("tock", "event").findings(TICK)[0].path == "event"

    def test_findings(self):
        assert TypeIs("Ack").findings(ACK) == [
            Finding("type 'Ack'", False, "$.type", "Ack", "ack", "upper and lower case differ")
        ]
        assert TypeIs("ack").findings(ACK) == [Finding("type 'ack'", True, "$.type", "ack", "ack")]
        assert TypeIs("ack").findings(TEXT)[0].actual is MISSING

    def test_the_path_names_the_type_field(self):
        item = Message(1, 0.0, '{"kind": "a"}', PayloadCodec(type_field="kind"))
        assert TypeIs("b").findings(item) == [Finding("type 'b'", False, "$.kind", "b", "a")]

    def test_keys(self):
        assert TypeIs("a").key == TypeIs("a").key
        assert len({TypeIs("1").key, TypeIs(1).key, TypeIs(True).key}) == 3
        assert TypeIs(object()).key is None


class TestRegexp:
    def test_is_searched_in_the_raw_text(self):
        assert RegexpFound('"ack"').matches(ACK)
        assert RegexpFound("^plain").matches(TEXT)
        assert not RegexpFound("^text").matches(TEXT)
        assert RegexpFound(re.compile("PLAIN", re.IGNORECASE)).matches(TEXT)
        assert RegexpFound("price").matches(TICK)

    def test_text_and_binary_do_not_mix(self):
        assert not RegexpFound("ab").matches(BINARY)
        assert RegexpFound(re.compile(b"ab")).matches(BINARY)
        assert not RegexpFound(re.compile(b"plain")).matches(TEXT)
        assert RegexpFound("ab").findings(BINARY)[0].note == "the payload is binary"
        assert RegexpFound(re.compile(b"ab")).findings(TEXT)[0].note == "the payload is text"

    def test_findings_show_the_text(self):
        assert RegexpFound("x{2}").findings(TEXT) == [Finding("regexp 'x{2}'", False, "", UNSTATED, "plain text")]
        assert RegexpFound(re.compile(b"x")).description == "regexp b'x'"

    def test_keys(self):
        assert RegexpFound("a").key == RegexpFound(re.compile("a")).key
        assert RegexpFound("a").key != RegexpFound(re.compile("a", re.IGNORECASE)).key

    def test_invalid(self):
        with pytest.raises(InvalidArgument, match=r"Regexp '\(' is not valid: missing \)"):
            RegexpFound("(")


class TestCallable:
    def test_gets_the_item_or_what_is_made_of_it(self):
        assert condition_from(lambda item: item.payload["id"] == 5).matches(ACK)
        payloads = Dialect(argument=lambda item: item.payload)
        assert condition_from(lambda payload: payload["id"] == 5, payloads).matches(ACK)

    def test_any_true_value_counts(self):
        assert condition_from(lambda item: [0]).matches(ACK) is True
        assert condition_from(lambda item: "").matches(ACK) is False

    def test_what_does_not_fit_is_a_misfit(self):
        condition = condition_from(lambda item: item.payload["none"])
        with pytest.raises(Misfit, match="KeyError: 'none'"):
            condition.matches(ACK)
        assert condition.findings(ACK) == [Finding(condition.description, False, note="KeyError: 'none'")]

    def test_other_errors_are_the_callers(self):
        def broken(item):
            raise RuntimeError("mine")

        with pytest.raises(RuntimeError, match="mine"):
            condition_from(broken).matches(ACK)

    def test_is_named_and_never_repeatable(self):
        def is_ack(item):
            return item.type == "ack"

        assert condition_from(is_ack).description.endswith("is_ack")
        assert PredicateHolds(is_ack, description="keyword 'Is Ack'").description == "keyword 'Is Ack'"
        assert condition_from(is_ack).key is None
        assert repr(PredicateHolds(is_ack, description="is ack")) == "<PredicateHolds: is ack>"

    def test_coroutines_are_refused(self):
        async def always_true(item):
            return False

        class Callable:
            async def __call__(self, item):
                return False

        with pytest.raises(InvalidArgument, match="always_true' is asynchronous"):
            condition_from(always_true)
        with pytest.raises(InvalidArgument, match="Callable' is asynchronous"):
            condition_from(Callable())


class TestSubset:
    def test_matches_payloads_and_parsed_data(self):
        assert condition_from({"data": {"progress": 70}}).matches(ACK)
        assert condition_from({"price": 5}).matches(TICK)
        assert not condition_from({"price": 5}).matches(SSEEvent(1, 0.0, "tick", "5"))
        assert not condition_from({}).matches(TEXT)

    def test_findings_and_description(self):
        condition = Subset({"id": "5"})
        assert condition.description == "{'id': '5'}"
        assert condition.findings(ACK)[0].note == "same value, other type"

    def test_keys(self):
        assert Subset({"a": [1, {"b": None}], "c": 2}).key == Subset({"c": 2, "a": (1, {"b": None})}).key
        keys = {Subset({"a": value}).key for value in (1, True, 1.0, "1", [1], {"1": 1}, None)}
        assert len(keys) == 7
        assert Subset({"a": object()}).key is None
        assert Subset({"a": [object()]}).key is None


class TestJSONPath:
    @pytest.mark.parametrize(
        ("path", "matches"),
        [
            ("$.data[?@ > 50]", True),
            ("$.data[?@ > 90]", False),
            ("$.type", True),
            ("$.none", False),
            ("$", True),
            ("$..progress", True),
        ],
    )
    def test_needs_a_node(self, path, matches):
        assert JSONPathSelects(path).matches(ACK) is matches

    def test_selects_nothing_in_what_is_no_json(self):
        assert not JSONPathSelects("$").matches(TEXT)
        assert not JSONPathSelects("$").matches(BINARY)

    def test_a_null_is_a_node(self):
        assert JSONPathSelects("$.a").matches(message({"a": None}))

    def test_too_deep_is_a_misfit(self):
        deep = message("[" * 150 + "]" * 150)
        with pytest.raises(Misfit):
            JSONPathSelects("$..a").matches(deep)
        assert not JSONPathSelects("$..a").findings(deep)[0].met

    @pytest.mark.parametrize("path", ["$.", "data.x", "", "$[?@.a = 1]", "$[99999999999999999999]"])
    def test_invalid(self, path):
        with pytest.raises(InvalidArgument, match=re.escape(f"JSONPath '{path}' is not valid (RFC 9535): ")):
            JSONPathSelects(path)

    def test_findings_show_where_the_path_ends(self):
        assert JSONPathSelects("$.type").findings(ACK) == [
            Finding("jsonpath '$.type'", True, "$['type']", UNSTATED, "ack")
        ]
        (finding,) = JSONPathSelects("$.data.epoch.x").findings(ACK)
        assert (finding.met, finding.path, finding.actual) == (False, "$['data']", {"progress": 70})
        assert finding.note == "['epoch']['x'] selects nothing here"
        assert JSONPathSelects("$.a").findings(TEXT)[0].note == "no JSON object or array"

    def test_keys(self):
        assert JSONPathSelects("$.a").key == JSONPathSelects("$.a").key != JSONPathSelects("$.b").key


SCHEMA = {"title": "ack", "type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}


class TestSchema:
    def test_validates_the_payload(self):
        assert ValidAgainst(SCHEMA).matches(ACK)
        assert ValidAgainst(json.dumps(SCHEMA)).matches(ACK)
        assert not ValidAgainst(json.dumps(SCHEMA)).matches(message({"id": "5"}))
        assert not ValidAgainst(SCHEMA).matches(message({"id": "5"}))
        assert not ValidAgainst(SCHEMA).matches(TEXT)
        assert not ValidAgainst({}).matches(BINARY)

    def test_findings_name_path_and_values(self):
        (finding,) = ValidAgainst(SCHEMA).findings(message({"id": "5"}))
        assert finding == Finding("schema 'ack': type", False, "$.id", "integer", "5", "'5' is not of type 'integer'")
        assert ValidAgainst(SCHEMA).findings(ACK)[0].met
        assert ValidAgainst(SCHEMA).findings(BINARY)[0].note == "binary, no JSON"

    def test_from_a_file_with_references(self, tmp_path):
        (tmp_path / "id.json").write_text('{"type": "integer"}', encoding="utf-8")
        path = tmp_path / "a schema.json"
        path.write_text(json.dumps({"properties": {"id": {"$ref": "id.json"}}}), encoding="utf-8")
        condition = ValidAgainst(str(path))
        assert condition.matches(ACK)
        assert not condition.matches(message({"id": "5"}))
        assert condition.description == f"schema '{path}'"
        assert condition.key == ValidAgainst(path).key is not None

    def test_older_drafts_find_their_references_too(self, tmp_path):
        draft = {"$schema": "http://json-schema.org/draft-04/schema#"}
        (tmp_path / "id.json").write_text(json.dumps({**draft, "type": "integer"}), encoding="utf-8")
        path = tmp_path / "draft4.json"
        path.write_text(json.dumps({**draft, "properties": {"id": {"$ref": "id.json"}}}), encoding="utf-8")
        assert not ValidAgainst(path).matches(message({"id": "5"}))

    def test_a_dict_is_named_by_title_id_or_itself(self):
        assert ValidAgainst(SCHEMA).description == "schema 'ack'"
        assert ValidAgainst({"$id": "urn:x"}).description == "schema 'urn:x'"
        assert ValidAgainst({"type": "object"}).description == 'schema \'{"type": "object"}\''
        assert ValidAgainst(SCHEMA, "trade").description == "schema 'trade'"
        assert ValidAgainst(SCHEMA).key is None

    def test_unusable_schemas(self, tmp_path):
        with pytest.raises(InvalidArgument, match=r"Schema 'x' is not valid: 'strnig' is not valid .* \(at \$\.type\)"):
            ValidAgainst({"type": "strnig"}, "x")
        with pytest.raises(InvalidArgument, match="cannot be read: No such file or directory"):
            ValidAgainst(tmp_path / "none.json")
        (tmp_path / "no.json").write_text("{", encoding="utf-8")
        with pytest.raises(InvalidArgument, match="is not JSON: "):
            ValidAgainst(tmp_path / "no.json")
        (tmp_path / "list.json").write_text("[]", encoding="utf-8")
        with pytest.raises(InvalidArgument, match="a schema is a JSON object"):
            ValidAgainst(tmp_path / "list.json")
        with pytest.raises(InvalidArgument, match=r"Schema 'tick' is not valid: a schema is a JSON object\."):
            ValidAgainst(True, "tick")

    @pytest.mark.parametrize("reference", ["https://example.invalid/schema.json", "#/$defs/none", "file:///none.json"])
    def test_references_that_lead_nowhere(self, reference):
        """Nothing is fetched from the network."""
        with pytest.raises(InvalidArgument, match=r"has a \$ref that cannot be"):
            ValidAgainst({"properties": {"id": {"$ref": reference}}}).matches(ACK)

    def test_endless_recursion_is_a_misfit(self):
        with pytest.raises(Misfit):
            ValidAgainst({"$ref": "#"}).matches(ACK)


class TestReadingArguments:
    def test_each_kind_by_its_value(self):
        assert condition_from("msg.id == 5").matches(ACK)
        assert condition_from({"id": 5}).matches(ACK)
        assert condition_from(re.compile("ack")).matches(ACK)
        assert condition_from(callable).matches(ACK) is False
        ready = TypeIs("ack")
        assert condition_from(ready) is ready

    @pytest.mark.parametrize("value", [None, 5, ["msg.a"], True, b"x"])
    def test_what_is_no_condition(self, value):
        with pytest.raises(InvalidArgument, match=r"Argument 'predicate' got value .* that is no condition"):
            condition_from(value)

    def test_robot_variables(self):
        dialect = Dialect(variable={"limit": 60}.__getitem__)
        assert condition_from("msg.data.progress > $limit", dialect).matches(ACK)

    def test_events_have_their_own_names(self):
        assert condition_from("event.event == 'tick' and data.price == 5", EVENTS).matches(TICK)
        with pytest.raises(InvalidArgument, match="the name 'msg', unknown on this connection"):
            condition_from("msg.price == 5 and data", EVENTS)

    def test_all_arguments_at_once(self):
        condition = conditions_from(
            "msg.id == 5", type="ack", regexp="ack", jsonpath="$.id", schema=SCHEMA, dialect=MESSAGES
        )
        assert condition.matches(ACK)
        assert (
            condition.description == "type 'ack' and msg.id == 5 and regexp 'ack' and jsonpath '$.id' and schema 'ack'"
        )
        assert conditions_from() is ANY
        assert conditions_from(event="tick", dialect=EVENTS).description == "event 'tick'"

    @pytest.mark.parametrize("name", ["type", "event", "regexp", "jsonpath", "schema"])
    def test_an_expression_without_spaces_is_explained(self, name):
        with pytest.raises(InvalidArgument) as caught:
            conditions_from(**{name: "='ack'"})
        subject = "event.event" if name == "event" else f"msg.{name}"
        assert str(caught.value) == (
            f"Argument '{name}' has the value \"='ack'\": Robot reads {name}=='ack' as a named argument. "
            f"If an expression is meant, write  {subject} == 'ack'  with spaces."
        )
        with pytest.raises(InvalidArgument, match="Argument 'predicate' has the value"):
            conditions_from("='ack'")

    def test_an_expression_holds_if_its_value_counts_as_true(self):
        assert condition_from("msg.data").matches(ACK) is True
        assert condition_from("msg.id - 5").matches(ACK) is False
        with pytest.raises(Misfit):
            condition_from("msg.none").matches(ACK)
        with pytest.raises(InvalidArgument, match="failed on #1"):
            condition_from("re.match('(', msg.type)").matches(ACK)

    def test_expression_keys_are_kept(self):
        assert condition_from("msg.a == 1").key == condition_from("msg.a == 1").key is not None
        assert condition_from("msg.a == random.random()").key is None
        assert condition_from("msg.a == 1").findings(ACK)[0].path == "$.a"
