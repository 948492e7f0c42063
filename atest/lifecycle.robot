*** Settings ***
Documentation     From connect to close: what a user sees of a WebSocket connection's life.

Library           Collections
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
Cleaning Up Works Also When Nothing Was Opened
    ${websocket} =    Is WebSocket Connected
    ${sse} =    Is SSE Connected
    Should Be Equal    ${{[$websocket, $sse]}}    ${{[False, False]}}
    Disconnect WebSocket
    Disconnect SSE
    Disconnect All Connections

A Connection Is Open When Connect Returns
    ${alias} =    Connect WebSocket    ${WS}/test/echo
    Should Be Equal    ${alias}    websocket-1
    WebSocket Should Be Connected
    ${connected} =    Is WebSocket Connected
    Should Be True    ${connected} is True
    Get WebSocket State    ==    OPEN
    Wait For WebSocket Connection    timeout=1s

A Disconnected WebSocket Keeps Its Record
    Connect WebSocket    ${WS}/test/echo
    Send Message    before
    Wait For Message
    Disconnect WebSocket    code=4000    reason=done
    ${connected} =    Is WebSocket Connected
    Should Be True    ${connected} is False
    Get WebSocket State    ==    CLOSED
    Get WebSocket Close Code    ==    4000
    ${messages} =    Get Messages
    Should Be Equal    ${messages}    ${{ ["before"] }}
    Run Keyword And Expect Error    STARTS: WebSocket is not connected    WebSocket Should Be Connected

The Server's Close Code And Reason Are Known
    Connect WebSocket    ${WS}/test/close?code=4001&reason=token%20expired
    WebSocket Should Be Closed    timeout=2s    code=4001    reason=token expired
    Get WebSocket Close Code    ==    4001

A Wrong Expectation Of The Close Names Both Codes
    Connect WebSocket    ${WS}/test/close?code=4001
    Run Keyword And Expect Error    *1000*4001*    WebSocket Should Be Closed    timeout=2s    code=1000

A Connection That Stays Open Does Not Count As Closed
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error
    ...    STARTS: Connection did not close within 0.2 seconds
    ...    WebSocket Should Be Closed    timeout=200ms

A Connection That Ends Without A Close Frame Is Closed With 1006
    Connect WebSocket    ${WS}/test/later
    Send Message    ${{ {"drop": True} }}
    WebSocket Should Be Closed    timeout=2s    code=1006

What Connect Asks For Reaches The Server
    VAR    &{headers}    X-User-ID=12345    X-Session-Token=abc123def456
    VAR    @{offered}    chat.v1    chat.v2
    Connect WebSocket
    ...    ${WS}/test/handshake?room=7
    ...    headers=${headers}
    ...    subprotocols=${offered}
    ...    origin=https://shop.example.org
    ${seen} =    Wait For Message Matching    type=handshake
    Should Be Equal    ${seen.headers['x-user-id']}    12345
    Should Be Equal    ${seen.headers['x-session-token']}    abc123def456
    Should Be Equal    ${seen.headers.origin}    https://shop.example.org
    Should Be Equal    ${seen.query.room}    7
    Should Be Equal    ${seen.offered}    ${offered}

First Messages Are Sent By Connect
    VAR    &{subscribe}    type=subscribe
    Connect WebSocket    ${WS}/test/echo    on_connect=${{ [$subscribe, "and text"] }}
    ${messages} =    Wait For Messages    2
    Should Be Equal    ${messages[0]}    ${subscribe}
    Should Be Equal    ${messages[1]}    and text

Every Kind Of Message Goes There And Back
    Connect WebSocket    ${WS}/test/echo
    VAR    &{inner}    epoch=${5}    names=${{ ["ä", "€", "😀"] }}
    Message Should Come Back    ${{ {"type": "object", "data": $inner} }}
    Message Should Come Back    ${{ [1, 2.5, None, True] }}
    Message Should Come Back    plain text
    Message Should Come Back    ${EMPTY}
    Message Should Come Back    123
    Message Should Come Back    ${{ b"\x00\xff binary" }}
    Message Should Come Back    ${{ "x" * 100000 }}

Objects Can Be Read By Attribute
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "progress", "data": {"items": [{"id": 7}]}}
    ${message} =    Wait For Message
    Should Be Equal    ${message.data['items'][0].id}    ${7}

Parsing Can Be Switched Off
    Connect WebSocket    ${WS}/test/echo    parse_json=False
    Send Message    {"type": "progress"}
    ${message} =    Wait For Message
    Should Be Equal    ${message}    {"type": "progress"}

The Type Can Be In Another Field
    Connect WebSocket    ${WS}/test/echo    type_field=kind
    Send Message    {"kind": "progress", "type": "x"}
    Message Should Be Received    progress

A Ping Returns Its Round Trip Time
    Connect WebSocket    ${WS}/test/echo
    ${seconds} =    Send Ping
    Should Be True    0 < ${seconds} < 2

A Trusted Certificate Is Enough For TLS
    [Setup]    Start TLS Backend    valid
    Connect WebSocket    ${TLS}/test/echo    verify=${CA}
    Send Message    secret
    ${message} =    Wait For Message
    Should Be Equal    ${message}    secret
    [Teardown]    Stop TLS Backend

An Untrusted Certificate Is Refused
    [Setup]    Start TLS Backend    untrusted
    Run Keyword And Expect Error    *certificate*    Connect WebSocket    ${TLS}/test/echo
    [Teardown]    Stop TLS Backend

A Client Certificate Can Be Shown
    [Setup]    Start TLS Backend    client-cert
    ${certificate}    ${key} =    Client Files
    Connect WebSocket    ${TLS}/test/echo    verify=${CA}    client_cert=${certificate}    client_key=${key}
    WebSocket Should Be Connected
    [Teardown]    Stop TLS Backend


*** Keywords ***
Message Should Come Back
    [Arguments]    ${message}
    Send Message    ${message}
    ${echo} =    Wait For Message
    Should Be Equal    ${echo}    ${message}
