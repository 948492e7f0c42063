*** Settings ***
Documentation     Fails on purpose: `atest/reporting.robot` reads what a user would read of it.

Library           RealtimeLibrary    transcripts=on-failure
Library           atest.servers.DemoServer

Suite Setup       Start Backend
Suite Teardown    Stop Demo Server


*** Variables ***
${TOKEN: Secret}    %{REALTIME_TOKEN=s3cr3t-t0ken}
${URL TOKEN}        %{REALTIME_URL_TOKEN=url-t0ken}


*** Test Cases ***
Noise With A Nearest Miss
    Connect WebSocket    ${WS}/test/echo    alias=orders
    Send Message    {"type": "open", "id": 42}
    Send Message    {"type": "filled", "id": "42"}
    Send Message    {"type": "heartbeat"}
    Send Message    {"type": "heartbeat"}
    Message Should Be Received    heartbeat    since=${{ None }}
    VAR    &{expected}    type=filled    id=${42}
    Wait For Message Matching    ${expected}    timeout=300ms

Silence
    Connect WebSocket    ${WS}/test/echo
    Wait For Message    timeout=200ms

Closed While Waiting
    Connect WebSocket    ${WS}/test/close?messages=1&code=4001&reason=session%20over
    Wait For Message Matching    type=ack    timeout=30s

An Unexpected Event
    Connect SSE    ${HTTP}/test/sse/count?count=3
    SSE Event Should Not Be Received    tick    timeout=300ms

The Right Message On Another Connection
    Connect WebSocket    ${WS}/test/echo    alias=alice
    Connect WebSocket    ${WS}/test/echo    alias=bob
    Send Message    {"type": "ack"}    alias=bob
    Message Should Be Received    ack    alias=bob
    Wait For Message Matching    type=ack    timeout=200ms    alias=alice

Hostile Payloads
    Connect WebSocket    ${WS}/test/echo
    VAR    @{hostile}
    ...    ${{ b'\xff\xfe\x00*HTML*' }}
    ...    *HTML* <script>window.hacked = true</script>
    ...    *ERROR* \${NOPE} \%{PATH} \@{NOPE} {0} {name} %s
    ...    \x1b[31mred\x1b[0m\x00\u202etxt.exe
    ...    </td></table></script><b>bold</b>
    FOR    ${payload}    IN    @{hostile}
        Send Message    ${payload}
    END
    Wait For Message Matching    msg == 'the end'    timeout=1s

Five Megabytes In One Line
    Connect WebSocket    ${WS}/test/flood?count=1&size=5000000
    Wait For Message Matching    msg.pad == 'short'    timeout=1s

Secrets
    VAR    ${authorization: Secret}    Bearer ${TOKEN}
    VAR    &{headers}    Authorization=${authorization}
    Connect WebSocket    ${WS}/test/handshake?token=${URL TOKEN}    headers=${headers}
    Wait For Message Matching    msg.headers.authorization == $TOKEN.value    timeout=300ms

The User's Own Text
    Connect WebSocket    ${WS}/test/echo
    Message Should Be Received    ack    timeout=100ms    message=No acknowledgement: {"json": 1}

A Keyword Of Another Library Fails
    Connect WebSocket    ${WS}/test/echo
    Send Message    before the failure
    Wait For Message
    Fail    Not about the stream

A Getter's Assertion Fails
    Connect WebSocket    ${WS}/test/echo
    Send Message    counted
    Wait For Message
    Get Message Count    ==    3

Passing
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "ack"}
    Wait For Message Matching    type=ack
    Message Should Not Be Received    error    timeout=100ms
    Connect SSE    ${HTTP}/test/sse/count?count=3
    Wait For SSE Events    3
    Log Timeline
    Save Transcript    streams.har    format=har
    ${figures} =    Get Stream Statistics
    Should Be Equal    ${figures.received}    ${3}


*** Keywords ***
Start Backend
    [Documentation]    Starts the server. The resource of the other suites imports the library with other options.
    ${address} =    Start Demo Server
    VAR    ${WS}    ws://${address}    scope=SUITE
    VAR    ${HTTP}    http://${address}    scope=SUITE
