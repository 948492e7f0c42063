*** Settings ***
Documentation     Several connections at once: by alias, or one of each family with no alias at all.

Library           Collections
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
Two Connections Are Told Apart By Alias
    Connect WebSocket    ${WS}/test/echo    alias=left
    Connect WebSocket    ${WS}/test/echo    alias=right
    FOR    ${number}    IN RANGE    20
        Send Message    left ${number}    alias=left
        Send Message    right ${number}    alias=right
    END
    FOR    ${number}    IN RANGE    20
        ${left} =    Wait For Message    alias=left
        ${right} =    Wait For Message    alias=right
        Should Be Equal    ${left}    left ${number}
        Should Be Equal    ${right}    right ${number}
    END

Naming An Alias Does Not Switch
    Connect WebSocket    ${WS}/test/echo    alias=first
    Connect WebSocket    ${WS}/test/echo    alias=second
    Send Message    to first    alias=first
    Wait For Message    alias=first
    Send Message    to current
    ${message} =    Wait For Message    alias=second
    Should Be Equal    ${message}    to current

Switching Returns The Alias That Was Current
    Connect WebSocket    ${WS}/test/echo    alias=first
    Connect WebSocket    ${WS}/test/echo    alias=second
    ${before} =    Switch Connection    first
    Should Be Equal    ${before}    second
    Send Message    hello
    ${message} =    Wait For Message    alias=first
    Should Be Equal    ${message}    hello

Generated Aliases Count Up
    ${first} =    Connect WebSocket    ${WS}/test/echo
    ${second} =    Connect WebSocket    ${WS}/test/echo
    ${stream} =    Connect SSE    ${HTTP}/api/v1/sse/stream
    Should Be Equal    ${first}, ${second}, ${stream}    websocket-1, websocket-2, sse-1

The Families Have A Current Connection Each
    Connect WebSocket    ${WS}/test/echo
    Connect SSE    ${HTTP}/test/sse/count?count=1
    Send Message    over websocket
    ${message} =    Wait For Message
    ${event} =    Wait For SSE Event
    Should Be Equal    ${message}    over websocket
    Should Be Equal    ${event.parsed_data.seq}    ${1}

A Closed Connection's Alias May Be Used Again
    Connect WebSocket    ${WS}/test/close?messages=3    alias=one
    WebSocket Should Be Closed    timeout=2s
    Connect WebSocket    ${WS}/test/echo    alias=one
    Get Message Count    ==    0

Connections Are Listed
    Connect WebSocket    ${WS}/test/echo    alias=chat
    Connect SSE    ${HTTP}/test/sse/count?count=2    alias=news
    SSE Should Be Closed    timeout=2s
    ${connections} =    Get Connections
    Length Should Be    ${connections}    2
    Should Be Equal    ${connections[0]['alias']}    chat
    Should Be Equal    ${connections[0]['state']}    OPEN
    Should Be Equal    ${connections[1]['state']}    CLOSED

All Connections Can Be Closed At Once
    Connect WebSocket    ${WS}/test/echo    alias=one
    Connect SSE    ${HTTP}/api/v1/sse/stream    alias=two
    Disconnect All Connections
    Get WebSocket State    ==    CLOSED    alias=one
    Get SSE State    ==    CLOSED    alias=two
