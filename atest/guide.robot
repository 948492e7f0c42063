*** Settings ***
Documentation     The guide, part by part: every method and every example, against a server on another stack.

Library           Collections
Library           RealtimeLibrary
Library           atest.servers.DemoServer

Suite Setup       Start The Guide's Backend
Suite Teardown    Stop Demo Server
Test Setup        Forget What Was Heard


*** Variables ***
@{LEVELS}    low    medium    high    critical


*** Test Cases ***
Part 1-2 Connection Life Cycle
    Connect WebSocket
    ...    ${WS}/training-monitor
    ...    connect_timeout=5s
    ...    auto_reconnect=False
    ...    reconnect_attempts=3
    ...    reconnect_delay=1s
    ${active} =    Is WebSocket Connected
    Should Be True    ${active}
    VAR    &{simple}    type=subscribe    channel=training_progress
    Send Message    ${simple}
    VAR    &{filters}    minAccuracy=${0.95}
    VAR    &{more}    type=subscribe    modelId=lstm-001    channel=model_metrics    filters=${filters}
    Send Message    ${more}
    Send Message    {"type": "ping"}
    Wait For Message    timeout=5s
    Wait For Message Matching    msg.type == 'training_progress'    timeout=5s
    ${updates} =    Wait For Messages    5    timeout=10s
    Length Should Be    ${updates}    5
    Message Should Be Received    pong
    Disconnect WebSocket
    ${active} =    Is WebSocket Connected
    Should Not Be True    ${active}

Part 1-2 A Complex Predicate
    Subscribe To    alerts
    ${alert} =    Wait For Message Matching    msg.type == 'alert' and msg.severity == 'critical'    timeout=5s
    Should Contain    ${alert.message}    GPU

Part 1-3 Listeners For Messages, Errors And The Close
    Connect WebSocket    ${WS}/unreliable?session=listeners
    On Message    Hear    first
    On Message    Hear    second
    On WebSocket Error    Hear    error
    On WebSocket Close    Hear Close
    WebSocket Should Be Closed    timeout=5s
    Set Mark
    ${heard} =    Evaluate    collections.Counter($HEARD)
    Should Be Equal    ${heard}    ${{ {"first": 3, "second": 3, "error": 1, "close": 1} }}

Part 1-4 Assertions
    Subscribe To    training_progress
    Message Should Be Received    training_progress    timeout=5s
    Message Should Not Be Received    error    timeout=500ms
    WebSocket Should Be Connected
    Send Message    {"type": "no such type"}
    Run Keyword And Expect Error
    ...    Unexpected message of type 'error' was received*
    ...    Message Should Not Be Received    error    timeout=2s
    Disconnect WebSocket
    WebSocket Should Be Closed    timeout=5s
    Run Keyword And Expect Error    STARTS: WebSocket is not connected    WebSocket Should Be Connected

Part 1-5 The Record
    Subscribe To    training_progress
    Wait For Messages    5
    ${messages} =    Get Messages
    Should Be Equal    ${messages[0].type}    subscribed
    Should Be Equal    ${messages[1].data.epoch}    ${1}
    Clear Messages
    Disconnect WebSocket
    Clear Messages
    Get Message Count    ==    0

Part 1-6 Training Monitor
    Connect WebSocket    ${WS}/training-monitor    connect_timeout=5s    auto_reconnect=True    reconnect_attempts=3
    On Message    Hear Progress
    VAR    &{subscribe}    type=subscribe    channel=training_progress
    Send Message    ${subscribe}
    ${first} =    Wait For Message Matching
    ...    msg.type == 'training_progress' and msg.data.progress > 0
    ...    timeout=5s
    FOR    ${field}    IN    progress    modelId    epoch
        Dictionary Should Contain Key    ${first.data}    ${field}
    END
    VAR    ${last}    ${first.data.progress}
    FOR    ${_}    IN RANGE    3
        ${update} =    Wait For Message Matching    msg.type == 'training_progress'    timeout=5s
        Should Be True    ${update.data.progress} >= ${last}
        VAR    ${last}    ${update.data.progress}
    END
    Should Be True    len($HEARD) >= 4

Part 2-2 An Event Stream With Custom Headers
    VAR    &{headers}    X-User-ID=12345    X-Session-Token=abc123def456    Authorization=Bearer token
    Connect SSE    ${SSE}/status    headers=${headers}
    ${active} =    Is SSE Connected
    Should Be True    ${active}
    ${event} =    Wait For SSE Event    connected    timeout=5s
    Should Be Equal    ${event.parsed_data.headers['x-user-id']}    12345
    Should Be Equal    ${event.parsed_data.headers.authorization}    Bearer token
    Wait For SSE Event    message    timeout=5s
    Wait For SSE Event    training_progress    timeout=5s
    ${alert} =    Wait For SSE Data Matching
    ...    data.type == 'risk_alert' and data.level == 'critical'
    ...    timeout=5s
    Should Be Equal    ${alert.level}    critical
    Disconnect SSE
    ${active} =    Is SSE Connected
    Should Not Be True    ${active}

Part 2-3 Listeners For Events And The Close
    Connect SSE    ${SSE}/status
    On SSE Event    Hear Event
    On SSE Error    Hear    error
    On SSE Close    Hear Close
    Wait For SSE Events    5
    Disconnect SSE
    Set Mark
    Should Be Equal    ${HEARD[:3]}    ${{ ["connected", "training_progress", "message"] }}
    Should Be Equal    ${HEARD[-1]}    close
    Should Not Contain    ${HEARD}    error

Part 2-4 Assertions About Events
    Connect SSE    ${SSE}/status
    SSE Event Should Be Received    training_progress    timeout=5s
    SSE Data Should Match    training|progress    timeout=5s
    VAR    &{pattern}    type=training_progress    status=running
    SSE Data Should Match    ${pattern}    timeout=5s
    SSE Should Have No Errors

Part 2-5 The Record Of Events
    Connect SSE    ${SSE}/status
    Wait For SSE Events    7
    Disconnect SSE
    ${all} =    Get SSE Events
    Should Be True    len($all) >= 7
    ${training} =    Get SSE Events    training_progress
    ${numbers} =    Evaluate    [event.id for event in $training][:3]
    Should Be Equal    ${numbers}    ${{ ["1", "3", "5"] }}
    Clear SSE Events
    Get SSE Event Count    ==    0

Part 2-6 Risk Monitor
    Connect SSE    ${SSE}/status    connect_timeout=5s
    On SSE Event    Hear Event
    ${risk} =    Wait For SSE Data Matching    data.type == 'risk_alert'    timeout=10s
    FOR    ${field}    IN    severity    message    portfolio
        Dictionary Should Contain Key    ${risk}    ${field}
    END
    List Should Contain Value    ${LEVELS}    ${risk.severity.lower()}
    Should Not Be Empty    ${HEARD}

Part 3-1 WebSocket And Event Stream Together
    Connect WebSocket    ${WS}/monitor
    Connect SSE    ${SSE}/updates
    Wait For SSE Event    connected
    VAR    &{command}    type=start_training    modelId=model-123
    Send Message    ${command}
    ${acknowledge} =    Wait For Message Matching    msg.type == 'acknowledge'    timeout=3s
    Should Be Equal    ${acknowledge.modelId}    model-123
    ${progress} =    Wait For SSE Event    training_progress    timeout=5s
    Should Be Equal    ${progress.parsed_data.data.modelId}    model-123

Part 3-2 Reconnection
    Connect WebSocket
    ...    ${WS}/unreliable?session=recovery&drops=2
    ...    auto_reconnect=True
    ...    reconnect_attempts=5
    ...    reconnect_delay=50ms
    On WebSocket Error    Hear    error
    On Message    Hear Restored
    Wait For Messages    2    timeout=5s    type=connection_restored
    ${restored} =    Evaluate    $HEARD.count("restored")
    Should Be Equal    ${restored}    ${2}
    Should Contain    ${HEARD}    error

Part 3-3 High Volume
    Connect WebSocket    ${WS}/tick-data
    On Message    Hear    tick
    VAR    @{symbols}    AAPL    GOOGL    MSFT
    VAR    &{subscribe}    type=subscribe    channel=tick_updates    symbols=${symbols}    count=${300}
    Send Message    ${subscribe}
    ${ticks} =    Collect Messages    1s    type=tick_update
    Should Be True    len($ticks) > 100
    ${times} =    Evaluate    [tick.data.timestamp for tick in $ticks]
    Should Be Equal    ${times}    ${{ sorted($times) }}

Part 5-1 Channels
    Connect WebSocket    ${WS}/data
    VAR    @{channels}    training_progress    risk_alerts    model_metrics
    VAR    &{subscribe}    type=subscribe    channels=${channels}
    Send Message    ${subscribe}
    ${update} =    Wait For Message Matching    msg.type in $channels    timeout=5s
    List Should Contain Value    ${channels}    ${update.type}
    FOR    ${channel}    IN    @{channels}
        Message Should Be Received    ${channel}    timeout=5s
    END

Part 5-2 Request And Response
    Connect WebSocket    ${WS}/rpc
    VAR    &{params}    modelId=lstm-001
    VAR    &{request}    id=123    type=request    method=getModelStatus    params=${params}
    Send Message    ${request}
    ${response} =    Wait For Message Matching    msg.type == 'response' and msg.id == '123'    timeout=5s
    Should Be Equal    ${response.data.modelId}    lstm-001
    ${response} =    Send Message And Wait For Reply    ${request}    correlate=id
    Should Be Equal    ${response.data.status}    trained

Part 5-3 Stream Processing
    Connect SSE    ${SSE}/stream
    ${events} =    Collect SSE Events    1s
    ${processed} =    Evaluate
    ...    [(event.event, event.parsed_data.value) for event in $events if event.parsed_data is not None]
    Should Be True    20 < len($processed) < len($events)
    Should Be Equal    ${processed[:2]}    ${{ [("pressure", 0.5), ("temperature", 1.0)] }}

Part 7 Errors
    Run Keyword And Expect Error
    ...    *connection refused*
    ...    Connect WebSocket    ws://127.0.0.1:1/api/v1/ws/training-monitor
    Subscribe To    training_progress
    Run Keyword And Expect Error
    ...    Expected message of type 'never' was not received within 0.2 seconds*
    ...    Message Should Be Received    never    timeout=200ms


*** Keywords ***
Start The Guide's Backend
    ${address} =    Start Demo Server
    VAR    ${WS}    ws://${address}/api/v1/ws    scope=SUITE
    VAR    ${SSE}    http://${address}/api/v1/sse    scope=SUITE

Subscribe To
    [Arguments]    ${channel}
    Connect WebSocket    ${WS}/training-monitor
    VAR    &{subscribe}    type=subscribe    channel=${channel}
    Send Message    ${subscribe}

Forget What Was Heard
    VAR    ${HEARD}    ${{ [] }}    scope=TEST

Hear
    [Arguments]    ${_}    ${what}
    Append To List    ${HEARD}    ${what}

Hear Close
    [Arguments]    @{_}
    Append To List    ${HEARD}    close

Hear Event
    [Arguments]    ${event}
    Append To List    ${HEARD}    ${event.event}

Hear Progress
    [Arguments]    ${message}
    IF    $message.type == 'training_progress'
        Append To List    ${HEARD}    ${message.data.progress}
    END

Hear Restored
    [Arguments]    ${message}
    IF    $message.type == 'connection_restored'
        Append To List    ${HEARD}    restored
    END
