"""Connections by alias: names, the current one of each family, owners and groups."""

from typing import Any

import pytest

from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Connection, sse_connection, websocket_connection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import InvalidArgument, UnknownAlias
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.keywords.store import Store


class Opened:
    """An open stream."""

    def __init__(self, alias: str) -> None:
        make = sse_connection if "sse" in alias else websocket_connection
        self.connection: Connection[Any] = make(alias, codec=PayloadCodec())
        self.connection.opened()

    async def disconnect(self) -> None:
        self.connection.closed(Ending("closed by us", "us"))


def store_with(*aliases: str, owner: str = "Suite") -> Store:
    store = Store()
    for alias in aliases:
        store.add(Opened(alias), owner)
    return store


def alias_of(stream: Any) -> str:
    return str(stream.connection.alias)


def test_aliases_are_generated_in_each_family() -> None:
    store = Store()
    assert store.new_alias(None, "websocket") == "websocket-1"
    store.add(Opened("websocket-1"), "Suite")
    store.add(Opened("WebSocket - 2"), "Suite")
    assert store.new_alias(None, "websocket") == "websocket-3"
    assert store.new_alias(None, "sse") == "sse-1"


def test_an_alias_in_use_is_refused() -> None:
    with pytest.raises(
        InvalidArgument, match=r"^Alias 'Chat' is in use by an open connection\. Disconnect it first\.$"
    ):
        store_with("chat").new_alias("Chat", "websocket")


def test_the_alias_of_a_closed_connection_may_be_used_again() -> None:
    store = store_with("chat", "other")
    store.get("chat").connection.closed(Ending("closed by us", "us"))
    assert store.new_alias("chat", "websocket") == "chat"
    assert [alias_of(stream) for stream in store] == ["other"]


@pytest.mark.parametrize("alias", ["", "  "])
def test_an_alias_is_not_empty(alias: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^Argument 'alias' cannot be empty\.$"):
        Store().new_alias(alias, "websocket")


def test_the_current_connection_is_the_one_opened_last_in_its_family() -> None:
    store = store_with("chat", "sse", "other")
    assert alias_of(store.get(None)) == "other"
    assert alias_of(store.get(None, WEBSOCKET)) == "other"
    assert alias_of(store.get(None, SSE)) == "sse"


def test_naming_an_alias_never_switches() -> None:
    store = store_with("chat", "other")
    assert alias_of(store.get(" C H A T ")) == "chat"
    assert alias_of(store.get(None)) == "other"


def test_switching_returns_what_was_current_in_that_family() -> None:
    store = store_with("chat", "sse", "other")
    assert store.switch("chat") == "other"
    assert store.switch("CHAT") == "chat"
    assert store.switch("sse") == "sse"
    assert alias_of(store.get(None, WEBSOCKET)) == "chat"
    assert alias_of(store.get(None)) == "sse"


def test_a_stream_in_the_background_is_current_only_alone() -> None:
    store = Store()
    store.add(Opened("page-1"), "Suite", current=False)
    assert alias_of(store.get(None)) == "page-1"
    store.add(Opened("chat"), "Suite")
    store.add(Opened("page-2"), "Suite", current=False)
    assert alias_of(store.get(None)) == "chat"


def test_a_closed_connection_stays_current() -> None:
    store = store_with("chat")
    store.get("chat").connection.closed(Ending("closed by us", "us"))
    assert alias_of(store.get(None, WEBSOCKET)) == "chat"


def test_forgetting_makes_the_one_before_current() -> None:
    store = store_with("chat", "other")
    store.forget(store.get("other"))
    assert alias_of(store.get(None)) == "chat"
    store.forget(store.get("chat"))
    with pytest.raises(UnknownAlias, match=r"^No connection has been opened\.$"):
        store.get(None)


@pytest.mark.parametrize(
    ("aliases", "alias", "family", "text"),
    [
        ([], None, WEBSOCKET, "WebSocket is not connected: no WebSocket connection has been opened."),
        (["sse"], None, WEBSOCKET, "WebSocket is not connected: no WebSocket connection has been opened."),
        ([], "chat", None, "Non-existing alias 'chat'. No connection has been opened."),
        (["chat", "sse"], "caht", None, "Non-existing alias 'caht'. Connections: 'chat', 'sse'."),
        (["chat", "sse"], "caht", SSE, "Non-existing alias 'caht'. Connections: 'sse'."),
        (["chat", "sse"], "chat", SSE, "Alias 'chat' is of kind WebSocket, not SSE. Connections: 'sse'."),
    ],
)
def test_an_unknown_alias_is_told_with_the_known_ones(aliases: list[str], alias: Any, family: Any, text: str) -> None:
    with pytest.raises(UnknownAlias) as caught:
        store_with(*aliases).get(alias, family)
    assert str(caught.value) == text


def test_not_all_of_many_aliases_are_told() -> None:
    store = store_with(*(f"ws-{number}" for number in range(25)))
    with pytest.raises(UnknownAlias, match=r" and 5 more\.$"):
        store.get("none")


def test_streams_have_owners() -> None:
    store = store_with("chat", owner="Suite")
    store.add(Opened("test-chat"), "Suite.Test")
    assert [alias_of(stream) for stream in store.owned_by("Suite.Test")] == ["test-chat"]
    assert [alias_of(stream) for stream in store.owned_by("Suite")] == ["chat"]
    assert store.owned_by("Other") == []


def test_the_streams_may_change_while_they_are_looked_through() -> None:
    store = store_with("chat", "other")
    for stream in store:
        store.forget(stream)
    assert list(store) == []


def test_groups() -> None:
    store = store_with("users-1", "users-2", "chat")
    store.add_group("users", ["users-1", "users-2"])
    assert [alias_of(stream) for stream in store.members("Users", WEBSOCKET)] == ["users-1", "users-2"]
    assert [alias_of(stream) for stream in store.members("chat")] == ["chat"]
    assert [alias_of(stream) for stream in store.members(None)] == ["chat"]
    with pytest.raises(UnknownAlias, match=r"^'users' is a group of 2 connections\. Name one, as 'users-1'\.$"):
        store.get("users")
    store.forget(store.get("users-1"))
    assert [alias_of(stream) for stream in store.members("users")] == ["users-2"]
    store.forget(store.get("users-2"))
    with pytest.raises(UnknownAlias, match="Non-existing alias 'users'"):
        store.members("users")


def test_a_stream_in_the_background_is_current_only_while_there_is_no_other() -> None:
    store = Store()
    store.add(Opened("page-websocket-1"), "Suite", current=False)
    store.add(Opened("page-websocket-2"), "Suite", current=False)
    assert alias_of(store.get(None, WEBSOCKET)) == "page-websocket-1"
    store.add(Opened("chat"), "Suite")
    store.add(Opened("page-websocket-3"), "Suite", current=False)
    assert alias_of(store.get(None, WEBSOCKET)) == "chat"
    store.switch("page-websocket-2")
    assert alias_of(store.get(None, WEBSOCKET)) == "page-websocket-2"
