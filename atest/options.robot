*** Settings ***
Documentation     Options at import are the defaults of all connections; those of a connect keyword hold for one.

Library           Collections
Library           RealtimeLibrary    timeout=300ms    max_messages=3    headers=${BLUE}    AS    Own
Resource          resources/backend.resource
Resource          resources/faults.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Variables ***
&{BLUE}    X-Team=blue


*** Test Cases ***
Import Options Hold For Every Connection
    Own.Connect WebSocket    ${WS}/test/handshake
    ${seen} =    Own.Wait For Message
    Should Be Equal    ${seen.headers['x-team']}    blue
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error    *within 0.3 seconds*    Own.Wait For Message
    Should Be True    time.monotonic() - $begin < 3
    Own.Connect WebSocket    ${WS}/test/close?messages=5
    Own.WebSocket Should Be Closed
    ${messages} =    Own.Get Messages
    Length Should Be    ${messages}    3

A Connect Option Comes Before The Import's
    Own.Connect WebSocket    ${WS}/test/handshake    headers=${{ {"X-Team": "red"} }}
    ${seen} =    Own.Wait For Message
    Should Be Equal    ${seen.headers['x-team']}    red

The Default Timeout Can Be Changed
    ${old} =    Own.Set Realtime Timeout    150ms
    Should Be Equal    ${old}    300 milliseconds
    Own.Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *within 0.15 seconds*    Own.Wait For Message
    Run Keyword And Expect Error    *timeout*    Own.Set Realtime Timeout    0
    [Teardown]    Own.Set Realtime Timeout    ${old}

Sizes Have Units
    RealtimeLibrary.Connect WebSocket    ${WS}/test/flood?count=1&size=2000    max_size=4 KiB
    ${message} =    RealtimeLibrary.Wait For Message
    Should Be Equal    ${message.seq}    ${1}
    RealtimeLibrary.Connect WebSocket    ${WS}/test/flood?count=1&size=2000    max_size=1 kB
    Run Keyword And Expect Error    *1009*    RealtimeLibrary.Wait For Message    timeout=5s
    Run Keyword And Expect Error    *16 MiB*    RealtimeLibrary.Connect WebSocket    ${WS}/test/echo    max_size=lots

Compression Is Used When Asked For
    [Setup]    Start Faults
    RealtimeLibrary.Connect WebSocket    ${FAULT WS}/ws-echo    compression=deflate
    RealtimeLibrary.Connect WebSocket    ${FAULT WS}/ws-echo
    ${with}    ${without} =    Get Received Requests
    Should Contain    ${with.headers['sec-websocket-extensions']}    permessage-deflate
    Dictionary Should Not Contain Key    ${without.headers}    sec-websocket-extensions
    [Teardown]    Stop Faults

Secrets Reach The Server
    VAR    ${TOKEN: Secret}    %{TEST_TOKEN=s3cr3t-t0k3n}    scope=TEST
    VAR    ${AUTH: Secret}    Bearer ${TOKEN}    scope=TEST
    RealtimeLibrary.Connect WebSocket    ${WS}/test/handshake    headers=${{ {"Authorization": $AUTH} }}
    ${seen} =    RealtimeLibrary.Wait For Message
    Should Be True    $seen.headers["authorization"] == "Bearer s3cr3t-t0k3n"

Query Parameters Are Added To The URL
    RealtimeLibrary.Connect SSE    ${HTTP}/test/sse/request?a=1    params=${{ {"b": "two words"} }}
    ${event} =    RealtimeLibrary.Wait For SSE Event    request
    Should Be Equal    ${event.parsed_data.query}    ${{ {"a": "1", "b": "two words"} }}

Options Of The Wrong Kind Are Refused
    [Template]    Connect Should Refuse
    headers    headers=no dictionary
    ping    ping_interval=-1s
    attempts    reconnect_attempts=-1
    delay    reconnect_delay=-1s
    backoff    reconnect_backoff=0
    messages    max_messages=0
    compression    compression=gzip

Certificate Files That Do Not Exist Are Refused
    Run Keyword And Expect Error
    ...    */no/such/ca.pem*
    ...    RealtimeLibrary.Connect WebSocket    wss://127.0.0.1:1/    verify=/no/such/ca.pem
    Run Keyword And Expect Error
    ...    */no/such/cert.pem*
    ...    RealtimeLibrary.Connect WebSocket    wss://127.0.0.1:1/    client_cert=/no/such/cert.pem


*** Keywords ***
Connect Should Refuse
    [Arguments]    ${word}    ${option}
    ${name}    ${value} =    Evaluate    $option.split("=")
    Run Keyword And Expect Error
    ...    *${word}*
    ...    RealtimeLibrary.Connect WebSocket    ${WS}/test/echo    &{{ {$name: $value} }}
