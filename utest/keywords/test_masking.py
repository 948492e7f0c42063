"""Nothing that Robot writes down shows a secret, whoever wrote it and however it came there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from utest.keywords.robot_run import Run, run_suite, served

TESTS = """
*** Variables ***
${TOKEN: Secret}    %{TEST_TOKEN}

*** Test Cases ***
Log What Was Received
    Log    ${TEXT}
    Log    <b>${TEXT}</b>    html=True
    Log    ${DICT}
    Log    ${DICT.token}    WARN
    Log Many    ${TEXT}    &{DICT}

Assign
    ${copy}=    Set Variable    ${TEXT}
    @{list}=    Create List    ${TEXT}    ${DICT}
    &{pairs}=    Create Dictionary    a=${TEXT}
    ${joined}=    Catenate    before    ${TEXT}
    ${long}=    Evaluate    'x' * 195 + $TEXT
    Should Be Equal    ${joined}    before ${TOKEN.value}
    Should Be Equal    ${DICT.token}    ${TOKEN.value}
    Should Be Equal As Strings    ${{format($TEXT)}}    ${TOKEN.value}

Fail
    Should Be Equal    ${DICT.token}    other

Literal Argument
    Connect WebSocket    ${URL}?token=s3cret-literal&ticket=s3cret-ticket

Loop
    FOR    ${item}    IN    ${TEXT}    ${DICT}
        No Operation
    END

Hear
    On Message    Log
    Send Message    ${TOKEN}
    Wait For Message

Not Received
    Message Should Be Received    ${TOKEN.value}    timeout=10ms

*** Keywords ***
Receive The Token
    Connect WebSocket    %{TEST_URL}    headers=${{{'Authorization': $TOKEN}}}
    Send Message    ${TOKEN}
    ${TEXT}=    Wait For Message
    VAR    &{DICT}    token=${TOKEN}
    Send Message    ${DICT}
    ${DICT}=    Wait For Message
    VAR    ${TEXT}    ${TEXT}    scope=SUITE
    VAR    ${DICT}    ${DICT}    scope=SUITE
    VAR    ${URL}    %{TEST_URL}    scope=SUITE
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with served() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_TOKEN", "s3cret-t0ken")
        patch.setenv("TEST_URL", url)
        text = f"Suite Setup    Receive The Token\n{TESTS}"
        yield run_suite(tmp_path_factory.mktemp("masking"), text, "secret_params=ticket,token", loglevel="TRACE")


def test_values_are_true_and_only_what_should_fails(done: Run) -> None:
    failed = {name: message for name, message in done.messages.items() if message}
    assert failed.pop("Fail") == "<secret> != other"
    assert failed.pop("Not Received").startswith("Expected message of type '<secret>' was not received")
    assert failed == {}


@pytest.mark.parametrize("secret", ["s3cret-t0ken", "s3cret-literal", "s3cret-ticket"])
def test_no_secret_is_written_down(done: Run, secret: str) -> None:
    assert "&lt;secret&gt;" in done.output
    at = done.output.find(secret)
    assert at == -1, done.output[max(at - 200, 0) : at + 100]


def test_the_mask_is_no_markup(done: Run) -> None:
    assert "&lt;b&gt;&amp;lt;secret&amp;gt;&lt;/b&gt;" in done.output


def test_without_secrets_nothing_is_changed(tmp_path: Path) -> None:
    loop = "    FOR    ${x}    IN    text\n        Log    ${x} &amp;\n    END\n"
    text = f"*** Test Cases ***\nPlain\n{loop}    Fail    mine\n"
    done = run_suite(tmp_path, text)
    assert done.messages == {"Plain": "mine"}
    assert "text &amp;amp;" in done.output
