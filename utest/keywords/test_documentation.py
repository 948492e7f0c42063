"""Every keyword's page: what it does, each argument, an example, tags; and the text that makes it complete."""

import inspect
import re
from typing import Any

import pytest

from RealtimeLibrary import RealtimeLibrary
from RealtimeLibrary.keywords.documentation import ARGUMENTS, completed

LIBRARY = RealtimeLibrary()
KEYWORDS = LIBRARY.get_keyword_names()


def arguments_of(keyword: str) -> list[str]:
    entries = [entry[0] if isinstance(entry, tuple) else entry for entry in LIBRARY.get_keyword_arguments(keyword)]
    return [entry.lstrip("*") for entry in entries if entry != "*"]


# Every keyword


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_a_keyword_says_what_it_does(keyword: str) -> None:
    first = LIBRARY.get_keyword_documentation(keyword).partition("\n")[0]
    assert re.fullmatch(r"[A-Z].*[.)]", first), first


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_argument_is_documented_in_the_order_of_the_signature(keyword: str) -> None:
    documentation = LIBRARY.get_keyword_documentation(keyword)
    section = documentation.partition("Args:\n")[2].partition("\n\n")[0]
    documented = re.findall(r"^    (\w+): \S", section, re.MULTILINE)
    assert documented == arguments_of(keyword)


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_a_keyword_shows_an_example_of_itself(keyword: str) -> None:
    documentation = LIBRARY.get_keyword_documentation(keyword)
    example = documentation.partition("```robotframework\n")[2].partition("```")[0]
    assert keyword in example


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_a_keyword_has_tags_of_its_family(keyword: str) -> None:
    tags = set(LIBRARY.get_keyword_tags(keyword))
    assert tags
    if "WebSocket" in keyword or "Message" in keyword:
        assert "WebSocket" in tags
    if "SSE" in keyword:
        assert "SSE" in tags


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_what_is_returned_is_documented(keyword: str) -> None:
    method: Any = LIBRARY.keywords[keyword]
    returns = inspect.signature(method).return_annotation
    assert ("Returns:" in LIBRARY.get_keyword_documentation(keyword)) == (returns not in (None, "None"))


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_links_lead_somewhere(keyword: str) -> None:
    introduction = LIBRARY.get_keyword_documentation("__intro__")
    sections = set(re.findall(r"^#+ (.+)$", introduction, re.MULTILINE))
    for text in (LIBRARY.get_keyword_documentation(keyword), introduction):
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
        for link in re.findall(r"\[([A-Z][^\]]*)\](?!\()", prose):
            assert link in sections or link in KEYWORDS, link


def test_a_keyword_takes_no_free_named_arguments() -> None:
    """With them Robot would take the expression `a == 'b'` apart."""
    for keyword in KEYWORDS:
        kinds = [parameter.kind for parameter in inspect.signature(LIBRARY.keywords[keyword]).parameters.values()]
        assert inspect.Parameter.VAR_KEYWORD not in kinds


def test_the_introduction_and_the_import_are_documented() -> None:
    introduction = LIBRARY.get_keyword_documentation("__intro__")
    assert "%TOC%" in introduction
    documentation = LIBRARY.get_keyword_documentation("__init__")
    section = documentation.partition("Args:\n")[2]
    assert re.findall(r"^    (\w+): \S", section, re.MULTILINE) == arguments_of("__init__")


def test_shared_texts_are_sentences() -> None:
    for name, text in ARGUMENTS.items():
        assert re.fullmatch(r"[A-Z`].*\.", text), name


# Completing


def test_arguments_are_added_between_text_and_sections() -> None:
    text = "Do it.\n\nMore of it.\n\nReturns:\n    The value.\n\nExamples:\n    Do It"
    assert completed(text, ["alias", "timeout"]) == (
        "Do it.\n\nMore of it.\n\n"
        f"Args:\n    alias: {ARGUMENTS['alias']}\n    timeout: {ARGUMENTS['timeout']}\n\n"
        "Returns:\n    The value.\n\nExamples:\n    Do It"
    )


def test_own_texts_come_first_and_in_the_order_of_the_signature() -> None:
    text = "Do it.\n\nArgs:\n    url: Where\n        it goes.\n    timeout: How long.\n\nRaises:\n    Error: So."
    assert completed(text, ["timeout", "url", "alias"]) == (
        f"Do it.\n\nArgs:\n    timeout: How long.\n    url: Where it goes.\n    alias: {ARGUMENTS['alias']}\n\n"
        "Raises:\n    Error: So."
    )


def test_no_arguments_and_no_sections() -> None:
    assert completed("Do it.", []) == "Do it."
    assert completed("Do it.\n\nArgs:\n    url: Where.\n", ["url"]) == "Do it.\n\nArgs:\n    url: Where."


def test_an_argument_that_nobody_documents_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        completed("Do it.", ["nothing"])
