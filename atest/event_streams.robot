*** Settings ***
Documentation     What a user asks of an event stream, and what reaches the server.

Library           Collections
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
A Request Is That Of A Browser's Event Source
    Connect SSE    ${HTTP}/test/sse/request
    ${seen} =    Wait For SSE Data Matching
    Should Be Equal    ${seen.method}    GET
    Should Be Equal    ${seen.headers.accept}    text/event-stream
    Should Be Equal    ${seen.headers['cache-control']}    no-store
    Dictionary Should Not Contain Key    ${seen.headers}    last-event-id

Headers And Parameters Reach The Server
    VAR    &{headers}    X-User-ID=12345    X-Name=Jürgen    accept=application/json, text/event-stream
    VAR    &{params}    room=7    text=a b
    Connect SSE    ${HTTP}/test/sse/request?first=1    headers=${headers}    params=${params}
    ${seen} =    Wait For SSE Data Matching
    Should Be Equal    ${seen.headers['x-user-id']}    12345
    Should Be Equal    ${seen.headers.accept}    application/json, text/event-stream
    Should Be Equal    ${seen.query}    ${{ {"first": "1", "room": "7", "text": "a b"} }}

Any Method With A Body
    VAR    &{question}    prompt=Hello    stream=${True}
    Connect SSE    ${HTTP}/test/sse/request    method=POST    json=${question}
    ${seen} =    Wait For SSE Data Matching
    Should Be Equal    ${seen.method}    POST
    Should Be Equal    ${seen.headers['content-type']}    application/json
    Should Be Equal    ${{ json.loads($seen.body) }}    ${question}
    VAR    &{headers}    Content-Type=text/plain
    Connect SSE    ${HTTP}/test/sse/request    method=PUT    body=Grüße    headers=${headers}
    ${seen} =    Wait For SSE Data Matching
    Should Be Equal    ${seen.method} ${seen.body}    PUT Grüße
    Should Be Equal    ${seen.headers['content-type']}    text/plain

The Last Event ID Can Be Given
    Connect SSE    ${HTTP}/test/sse/count?count=5    last_event_id=3
    ${events} =    Wait For SSE Events    2
    Should Be Equal    ${events[0].id} ${events[1].id}    4 5

A Redirect Is Followed And Repeats The Body
    VAR    &{question}    prompt=Hello
    Connect SSE    ${HTTP}/test/redirect?to=/test/sse/request&status=307    method=POST    json=${question}
    ${seen} =    Wait For SSE Data Matching
    Should Be Equal    ${seen.method} ${seen.body}    POST {"prompt":"Hello"}

An Answer Other Than 200 Shows Status, Reason And Body
    Run Keyword And Expect Error
    ...    Server rejected the request of 'sse-*: HTTP 401 Unauthorized; body starts with 'The server says 401: *
    ...    Connect SSE
    ...    ${HTTP}/test/status/401

A Web Page Is No Event Stream
    Run Keyword And Expect Error
    ...    Expected an event stream (Content-Type text/event-stream), got 'text/html; charset=utf-8' on 'sse-*<!doctype*
    ...    Connect SSE
    ...    ${HTTP}/test/html

Nothing Is Lost Over Five Drops
    [Setup]    Start Noting
    Connect SSE    ${HTTP}/test/sse/count?count=100000&drop_after=16667&retry=10    auto_reconnect=True
    ${events} =    Wait For SSE Events    100000    timeout=50s
    ${numbers} =    Evaluate    [int(event.id) for event in $events]
    Should Be Equal    ${numbers}    ${{ list(range(1, 100001)) }}
    SSE Should Be Closed    timeout=5s
    On SSE Error    Note
    Length Should Be    ${NOTED}    6    Five drops, and the end after which the server has no more.


*** Keywords ***
Start Noting
    VAR    ${NOTED}    ${{ [] }}    scope=TEST

Note
    [Arguments]    @{what}
    Append To List    ${NOTED}    ${what}
