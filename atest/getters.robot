*** Settings ***
Documentation     Getters return what is, and assert it when an operator is given.

Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend
Test Setup        Receive Four Messages


*** Test Cases ***
Without An Operator A Getter Only Returns
    ${count} =    Get Message Count
    Should Be Equal    ${count}    ${4}
    ${state} =    Get WebSocket State
    Should Be Equal    ${state}    CLOSED
    ${code} =    Get WebSocket Close Code
    Should Be Equal    ${code}    ${4001}

A Text Is Compared With The Number It Is
    Get Message Count    ==    4
    Get Message Count    >    3.5
    Get Message Count    !=    5
    Get Message Count    <=    ${4}
    Get WebSocket Close Code    ==    4001

A Failed Assertion Shows Both Values
    Run Keyword And Expect Error    *'4' (int) should be '5' (int)*    Get Message Count    ==    5
    Run Keyword And Expect Error    *'CLOSED' (str) should be 'OPEN' (str)*    Get WebSocket State    ==    OPEN
    Run Keyword And Expect Error    *'4' (int) should be less than '3' (int)*    Get Message Count    <    3

Conditions Select What Is Counted
    Get Message Count    ==    2    predicate=msg.seq > 2
    Get Message Count    ==    0    type=other
    Get Message Count    ==    1    jsonpath=$[?@ == 3]

An Expression Can Decide
    Get Message Count    validate    value % 2 == 0
    ${double} =    Get Message Count    then    value * 2
    Should Be Equal    ${double}    ${8}
    Run Keyword And Expect Error
    ...    *4*'value > 4'*
    ...    Get Message Count    validate    value > 4

Times Are Compared As Robot Times
    Get Gap    max    <    5s
    Get Gap    p95    <    5000 ms
    Run Keyword And Expect Error    *should be greater than*    Get Gap    max    >    1 min

An Open Connection Has No Close Code
    Connect WebSocket    ${WS}/test/echo
    Get WebSocket Close Code    ==    None
    ${code} =    Get WebSocket Close Code
    Should Be Equal    ${code}    ${None}

Wrong Assertions Are Refused
    Run Keyword And Expect Error    *no number*    Get Message Count    ==    four
    Run Keyword And Expect Error    *without an operator*    Get Message Count    assertion_expected=4
    Run Keyword And Expect Error    *assertion_operator*    Get Message Count    roughly    4

Event Getters Work Alike
    Connect SSE    ${HTTP}/test/sse/count?count=3
    SSE Should Be Closed    timeout=2s
    Get SSE State    ==    CLOSED
    Get SSE Event Count    ==    3
    Get SSE Event Count    ==    1    predicate=data.seq == 2


*** Keywords ***
Receive Four Messages
    Connect WebSocket    ${WS}/test/close?messages=4&code=4001
    WebSocket Should Be Closed    timeout=2s
