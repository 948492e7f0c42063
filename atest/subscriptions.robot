*** Settings ***
Documentation     Subscriptions that are certain without sleeping, and texts that are streamed.

Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Variables ***
&{QUESTION}    messages=${{ [{"role": "user", "content": "Hi there"}] }}


*** Test Cases ***
An Acknowledgement Proves The Subscription
    Connect WebSocket    ${WS}/test/graphql    subprotocols=graphql-transport-ws
    ${proof} =    Wait Until Subscribed    {"type": "connection_init"}    ack=msg.type == 'connection_ack'
    Should Be Equal    ${proof.type}    connection_ack
    Run Keyword And Expect Error
    ...    Expected message that proves the subscription matching*was not received within 0.1 seconds*
    ...    Wait Until Subscribed
    ...    ack=msg.type == 'connection_ack'
    ...    timeout=100ms

Only What Comes After The Subscription Proves It
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "subscribed"}
    Message Should Be Received    subscribed
    Run Keyword And Expect Error    *was not received within 0.2 seconds*
    ...    Wait Until Subscribed    {"type": "subscribe"}    ack=msg.type == 'subscribed'    timeout=200ms

A Probe Is Repeated Until It Comes Back
    Connect WebSocket    ${WS}/test/room?room=slow
    ${proof} =    Wait Until Subscribed    probe={"type": "probe"}    ack=msg.type == 'probe'    interval=50ms
    Should Be Equal    ${proof.type}    probe

A Keyword Can Be The Probe
    Connect SSE    ${HTTP}/api/v1/sse/updates    alias=updates
    Wait Until Subscribed    ack=event.event == 'connected'    alias=updates
    Connect WebSocket    ${WS}/api/v1/ws/training-monitor    alias=trainer
    ${proof} =    Wait Until Subscribed
    ...    ack=event.event != 'connected'
    ...    probe_keyword=Start Training
    ...    alias=updates
    Should Not Be Equal    ${proof.event}    connected

A Subscription Needs Its Proof
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    Argument 'ack' must be*
    ...    Wait Until Subscribed    {"type": "subscribe"}

The Text Of A Chat Completion Is Joined
    Connect SSE    ${HTTP}/test/llm/openai?rate=200    method=POST    json=${QUESTION}
    ${text} =    Get Streamed Text
    Should Be Equal    ${text}    You said: Hi there${SPACE}
    Run Keyword And Expect Error    *: nothing was checked*
    ...    Get Streamed Text

The Text Of Content Blocks Is Joined
    Connect SSE    ${HTTP}/test/llm/anthropic?rate=200    method=POST    json=${QUESTION}
    ${text} =    Get Streamed Text    $.delta.text    until=message_stop
    Should Be Equal    ${text}    You said: Hi there${SPACE}

The End Of The Stream May End The Text
    Connect SSE    ${HTTP}/test/sse/script    method=POST    json=${{ ["data: a\n\n", "data: b\n\n"] }}
    ${text} =    Get Streamed Text    event.data    until=${None}
    Should Be Equal    ${text}    ab

A Stream Without Its End Mark Fails
    Connect SSE    ${HTTP}/test/llm/openai?rate=200&fails=true    method=POST    json=${QUESTION}
    ${text} =    Run Keyword And Expect Error    *
    ...    Get Streamed Text    timeout=20s
    Should Match
    ...    ${text}
    ...    Expected streamed text at *.delta.content up to '?DONE?' within 20 seconds on 'sse-1': 4 pieces came*
    Should Contain    ${text}    Text so far: You said: Hi there${SPACE}
    Should Contain    ${text}    , but not '[DONE]'; closed: the server ended the stream
    Should Contain    ${text}    The model is overloaded

Time Is Up Before The End Mark
    Connect SSE    ${HTTP}/test/llm/openai?rate=2    method=POST    json=${QUESTION}
    Run Keyword And Expect Error    *within 0.2 seconds on 'sse-1': * came, but not*the connection is open.*
    ...    Get Streamed Text    timeout=200ms

A Stream Without Text At The Path Fails
    Connect SSE    ${HTTP}/test/llm/anthropic?rate=200    method=POST    json=${QUESTION}
    Run Keyword And Expect Error    *: none of 7 events has text there*
    ...    Get Streamed Text    $.choices[0].text    until=message_stop


*** Keywords ***
Start Training
    [Documentation]    Makes the server publish.
    Send Message    {"type": "start_training"}    alias=trainer
