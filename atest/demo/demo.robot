*** Settings ***
Documentation     The guide's examples against an embedded backend that plays its part: start here.
...
...               Each test is a real-time feature as a QA team meets it. Open a test in log.html to see what was sent
...               and received in which step.

Library           Collections
Library           RealtimeLibrary    timeout=5s
Library           atest.servers.DemoServer

Suite Setup       Start The Backend
Suite Teardown    Stop Demo Server


*** Variables ***
@{LEVELS}    low    medium    high    critical


*** Test Cases ***
Training Monitor Reports Progress Over WebSocket
    [Documentation]    Subscribe, wait for the first progress, then check that progress only rises.
    Connect WebSocket    ${WS}/training-monitor
    Send Message    ${{ {"type": "subscribe", "channel": "training_progress"} }}
    ${first} =    Wait For Message Matching    msg.type == 'training_progress' and msg.data.progress > 0
    Dictionary Should Contain Key    ${first.data}    epoch
    VAR    ${last}    ${first.data.progress}
    FOR    ${_}    IN RANGE    3
        ${update} =    Wait For Message Matching    type=training_progress
        Log To Console    ${SPACE*4}progress ${update.data.progress} %
        Should Be True    ${update.data.progress} >= ${last}
        VAR    ${last}    ${update.data.progress}
    END
    Message Should Not Be Received    error    timeout=200ms

Risk Alerts Arrive As Server-Sent Events
    [Documentation]    Wait for the alert among other events and check its fields.
    Connect SSE    ${SSE}/status
    ${alert} =    Wait For SSE Data Matching    data.type == 'risk_alert' and data.level == 'critical'    timeout=10s
    Log To Console    ${SPACE*4}${alert.message} in portfolio '${alert.portfolio}'
    List Should Contain Value    ${LEVELS}    ${alert.severity}
    SSE Data Should Match    ${{ {"type": "training_progress", "status": "running"} }}
    SSE Should Have No Errors

A Command Over WebSocket Shows Its Effect On The Event Stream
    [Documentation]    Two connections side by side, without any alias.
    Connect WebSocket    ${WS}/monitor
    Connect SSE    ${SSE}/updates
    Wait For SSE Event    connected
    Send Message    ${{ {"type": "start_training", "modelId": "model-123"} }}
    ${acknowledge} =    Wait For Message Matching    type=acknowledge    timeout=3s
    Should Be Equal    ${acknowledge.modelId}    model-123
    ${progress} =    Wait For SSE Event    training_progress
    Should Be Equal    ${progress.parsed_data.data.modelId}    model-123

A Request Gets Its Own Response
    [Documentation]    One keyword sends and waits for the reply with the same id.
    Connect WebSocket    ${WS}/rpc
    VAR    &{params}    modelId=lstm-001
    VAR    &{request}    id=123    type=request    method=getModelStatus    params=${params}
    ${response} =    Send Message And Wait For Reply    ${request}    correlate=id
    Should Be Equal    ${response.data.status}    trained

Prices Tick Fast And In Order
    [Documentation]    Everything is recorded, also while the test does something else.
    Connect WebSocket    ${WS}/tick-data
    Send Message    ${{ {"type": "subscribe", "channel": "tick_updates", "symbols": ["AAPL", "GOOGL"], "rate": 500} }}
    ${ticks} =    Collect Messages    1s    type=tick_update
    ${count} =    Get Length    ${ticks}
    Log To Console    ${SPACE*4}${count} ticks in a second
    Should Be True    ${count} > 100
    ${numbers} =    Evaluate    [tick.data.seq for tick in $ticks]
    Should Be Equal    ${numbers}    ${{ list(range(1, $count + 1)) }}

The Monitor Survives A Lost Connection
    [Documentation]    The server drops the connection without a close frame; the test goes on after the reconnect.
    Connect WebSocket    ${WS}/unreliable?session=demo    auto_reconnect=True    reconnect_delay=100ms
    ${restored} =    Wait For Message Matching    type=connection_restored
    Log To Console    ${SPACE*4}reconnected, attempt ${restored.attempt}
    WebSocket Should Be Connected


*** Keywords ***
Start The Backend
    [Documentation]    Starts the demo server on a free port.
    ${address} =    Start Demo Server
    VAR    ${WS}    ws://${address}/api/v1/ws    scope=SUITE
    VAR    ${SSE}    http://${address}/api/v1/sse    scope=SUITE
