*** Settings ***
Documentation     Reconnection is done by the library, and visible to the test.

Library           Collections
Library           atest.servers.DemoServer    AS    Doomed Server
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend
Test Setup        Start Noting


*** Test Cases ***
A Lost WebSocket Comes Back And The Wait Goes On
    Connect WebSocket    ${WS}/api/v1/ws/unreliable?session=one    auto_reconnect=True    reconnect_delay=50ms
    ${restored} =    Wait For Message Matching    type=connection_restored    timeout=5s
    Should Be Equal    ${restored.attempt}    ${1}
    WebSocket Should Be Connected

Messages Of Both Connections Are In One Record
    Connect WebSocket    ${WS}/api/v1/ws/unreliable?session=both&drops=2    auto_reconnect=True    reconnect_delay=50ms
    ${ticks} =    Wait For Messages    9    timeout=5s    type=tick_update
    ${numbers} =    Evaluate    [tick.data.seq for tick in $ticks]
    Should Be Equal    ${numbers}    ${{ list(range(1, 10)) }}
    Get Message Count    ==    2    type=connection_restored

Reconnecting Is An Error That The Test Can See
    Connect WebSocket    ${WS}/api/v1/ws/unreliable?session=seen    auto_reconnect=True    reconnect_delay=50ms
    On WebSocket Error    Note
    Wait For Message Matching    type=connection_restored    timeout=5s
    Set Mark
    Should Not Be Empty    ${NOTED}
    Run Keyword And Expect Error    STARTS: WebSocket error detected:    WebSocket Should Have No Errors

First Messages Are Sent Again After A Reconnect
    VAR    &{hello}    send=${{ {"type": "welcome"} }}
    Connect WebSocket    ${WS}/test/later    on_connect=${hello}    auto_reconnect=True    reconnect_delay=50ms
    Wait For Message Matching    type=welcome
    Send Message    ${{ {"drop": True} }}
    Wait For Message Matching    type=welcome

Without Auto Reconnect A Lost Connection Stays Lost
    Connect WebSocket    ${WS}/api/v1/ws/unreliable?session=off
    WebSocket Should Be Closed    timeout=2s
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error
    ...    *closed*
    ...    Wait For Message Matching    type=connection_restored    timeout=30s
    Should Be True    time.monotonic() - $begin < 5

A Wait Ends When The Attempts Are Used Up
    ${address} =    Doomed Server.Start Demo Server
    Connect WebSocket
    ...    ws://${address}/test/echo
    ...    auto_reconnect=True
    ...    reconnect_attempts=2
    ...    reconnect_delay=50ms
    Doomed Server.Stop Demo Server
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error    *2 *attempts*    Wait For Message    timeout=30s
    Should Be True    time.monotonic() - $begin < 10
    Get WebSocket State    ==    CLOSED
    [Teardown]    Doomed Server.Stop Demo Server

A Policy Close Is Not Retried
    Connect WebSocket    ${WS}/test/close?code=4001    auto_reconnect=True    reconnect_delay=50ms
    WebSocket Should Be Closed    timeout=2s    code=4001

A Code Can Be Named For Retrying
    Connect WebSocket
    ...    ${WS}/test/close?code=4001&messages=1
    ...    auto_reconnect=True
    ...    reconnect_delay=20ms
    ...    reconnect_on=4001
    Wait For Messages    3    timeout=5s

An Event Stream Goes On After The Last Event
    Connect SSE    ${HTTP}/test/sse/count?count=6&drop_after=2&retry=20    auto_reconnect=True
    ${events} =    Wait For SSE Events    6    timeout=5s    event=tick
    ${numbers} =    Evaluate    [event.parsed_data.seq for event in $events]
    Should Be Equal    ${numbers}    ${{ [1, 2, 3, 4, 5, 6] }}

A Status Without Content Ends The Stream For Good
    Connect SSE    ${HTTP}/test/sse/count?count=2&retry=20    auto_reconnect=True
    Wait For SSE Events    2
    SSE Should Be Closed    timeout=5s

Without Auto Reconnect The Stream Ends With Its End
    Connect SSE    ${HTTP}/test/sse/count?count=6&drop_after=2
    SSE Should Be Closed    timeout=2s
    Get SSE Event Count    ==    2


*** Keywords ***
Start Noting
    VAR    ${NOTED}    ${{ [] }}    scope=TEST

Note
    [Arguments]    @{what}
    Append To List    ${NOTED}    ${what}
