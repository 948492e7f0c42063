"""When to reconnect, how often and how long to wait."""

import pytest

from RealtimeLibrary.core.reconnection import ReconnectionPolicy


def test_the_delay_stays_or_grows() -> None:
    assert [ReconnectionPolicy(delay=2).delay_before(attempt) for attempt in (1, 2, 9)] == [2, 2, 2]
    growing = ReconnectionPolicy(delay=1, backoff=2)
    assert [growing.delay_before(attempt) for attempt in (1, 2, 3, 4)] == [1, 2, 4, 8]


def test_the_server_sets_the_first_delay() -> None:
    policy = ReconnectionPolicy(delay=1, backoff=2)
    assert [policy.delay_before(attempt, 0.25) for attempt in (1, 2, 3)] == [0.25, 0.5, 1]
    assert policy.delay_before(1, 0.0) == 0


@pytest.mark.parametrize("attempt", [8, 100, 5_000])
def test_the_delay_has_an_upper_bound(attempt: int) -> None:
    assert ReconnectionPolicy(delay=1.0, backoff=2.0).delay_before(attempt) == 60
    assert ReconnectionPolicy(delay=90.0, backoff=2.0).delay_before(attempt) == 90


@pytest.mark.parametrize("attempt", [1, 2, 5_000])
def test_no_delay_stays_no_delay(attempt: int) -> None:
    assert ReconnectionPolicy(delay=0.0, backoff=10.0).delay_before(attempt) == 0


@pytest.mark.parametrize(
    ("code", "by_default"),
    [(1000, True), (1001, True), (1006, True), (1011, True), (3000, True), (1008, False), (4000, False), (4999, False)],
)
def test_policy_closes_are_retried_only_if_asked(code: int, by_default: bool) -> None:
    assert ReconnectionPolicy().retries_close(code) is by_default
    assert ReconnectionPolicy(also_on=frozenset({code})).retries_close(code)


def test_statuses_are_retried_only_if_asked() -> None:
    policy = ReconnectionPolicy(also_on=frozenset({503}))
    assert policy.retries_status(503)
    assert not policy.retries_status(403)


def test_a_connection_that_lived_makes_attempts_count_anew() -> None:
    policy = ReconnectionPolicy()
    assert policy.counts_anew(0.0, 1)
    assert policy.counts_anew(1.0, 0)
    assert not policy.counts_anew(0.9, 0)
