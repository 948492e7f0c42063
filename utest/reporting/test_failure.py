"""The text of every failure, word for word; see `failure_cases` and `failure_texts.txt`.

To accept changed texts, run `python -m utest.reporting.test_failure` and read the difference.
"""

from functools import cache
from pathlib import Path

import pytest

from RealtimeLibrary.core.errors import ExpectationFailed
from RealtimeLibrary.reporting.failure import MAX_LINES, explain
from utest.reporting.failure_cases import CASES

TEXTS = Path(__file__).with_name("failure_texts.txt")
HEADING = "=== "


@cache
def told(name: str) -> str:
    return CASES[name]()


@cache
def expected_texts() -> dict[str, str]:
    sections = TEXTS.read_text(encoding="utf-8").split(HEADING)[1:]
    return {name: text.strip("\n") for name, _, text in (section.partition("\n") for section in sections)}


@pytest.mark.parametrize("name", CASES)
def test_text(name: str) -> None:
    assert told(name) == expected_texts()[name]


def test_every_text_belongs_to_a_case() -> None:
    assert list(expected_texts()) == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_robot_shows_it_whole(name: str) -> None:
    lines = told(name).split("\n")
    assert len(lines) <= MAX_LINES
    assert sum(-(-len(line) // 78) or 1 for line in lines) <= 40


@pytest.mark.parametrize("name", CASES)
def test_it_is_plain_and_secret_free(name: str) -> None:
    text = told(name)
    assert not text.startswith("*")
    assert "s3cr3t" not in text
    assert all(character == "\n" or character.isprintable() or character == " " for character in text)


def test_without_a_situation_only_the_verdict_is_left() -> None:
    assert explain(ExpectationFailed("It\nfailed.")) == "It\\nfailed."


if __name__ == "__main__":
    TEXTS.write_text("\n\n".join(f"{HEADING}{name}\n{make()}" for name, make in CASES.items()) + "\n", encoding="utf-8")
