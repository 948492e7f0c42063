*** Settings ***
Documentation     What the page receives, as connections.

Library           OperatingSystem
Resource          browser.resource

Suite Setup       Open Browser And Site
Suite Teardown    Close Browser And Site

Test Tags         browser


*** Test Cases ***
A Hundred Messages And A Hundred Events Are What The Server Sent And The Page Saw
    Start Page Capture
    New Page    ${SITE}/page?ws=100&sse=100&gap=2
    ${ws}=    Wait For Page WebSocket    */ws*
    ${sse}=    Wait For Page SSE    */sse*
    Should Be Equal    ${ws}    page-websocket-1
    Should Be Equal    ${sse}    page-sse-1
    Numbers Should Be Complete    ${ws}    100
    Numbers Should Be Complete    ${sse}    100
    ${messages}=    Get Messages    alias=${ws}
    ${events}=    Get SSE Events    alias=${sse}
    ${seen}=    Evaluate JavaScript    ${None}    () => seen
    ${in page}=    Evaluate    [json.loads(text) for text in $seen['ws']]    modules=json
    Should Be Equal    ${messages}    ${in page}
    Should Be Equal
    ...    ${{[[event.event, event.data, event.id] for event in $events]}}
    ...    ${{[list(entry) for entry in $seen['sse']]}}

The Page Behaves The Same With Capture
    New Page    ${SITE}/page?ws=3&sse=3&fetch=3&close=4001&reason=bye
    Wait For Function    () => seen.closes.length === 1 && seen.sse.length === 3 && document.title === 'fetched'
    ${without}=    Evaluate JavaScript    ${None}    () => behaviour()
    Start Page Capture
    New Page    ${SITE}/page?ws=3&sse=3&fetch=3&close=4001&reason=bye
    Wait For Function    () => seen.closes.length === 1 && seen.sse.length === 3 && document.title === 'fetched'
    ${with}=    Evaluate JavaScript    ${None}    () => behaviour()
    Should Be Equal    ${with}    ${without}

The First Event Comes As Soon With Capture
    [Documentation]    Medians of ten, and a bound far above both: a capture that holds events back takes longer.
    New Page    ${SITE}/page
    ${without}=    Evaluate JavaScript    ${None}    () => firstEvents()
    Start Page Capture
    New Page    ${SITE}/page
    ${with}=    Evaluate JavaScript    ${None}    () => firstEvents()
    Should Be True    $with['sse'] < $without['sse'] + 100    First event after ${with}, without capture ${without} ms.
    Should Be True    $with['ws'] < $without['ws'] + 100    First message after ${with}, without capture ${without} ms.

Waits And Assertions Work On Captured Streams
    Start Page Capture
    New Page    ${SITE}/page?ws=5&sse=5
    Wait For Page WebSocket
    Wait For Page SSE
    ${message}=    Wait For Message Matching    msg.n > 3
    Should Be Equal    ${message.n}    ${4}
    ${event}=    Wait For SSE Event    tick
    Should Be Equal    ${event.id}    id-1
    SSE Data Should Match    "n": 5
    Message Should Not Be Received    error    timeout=200ms
    WebSocket Should Be Connected
    Get Message Count    ==    5

Listeners, Statistics And Reports Work On Captured Streams
    Start Page Capture
    New Page    ${SITE}/page?ws=20&sse=20
    ${ws}=    Wait For Page WebSocket
    ${sse}=    Wait For Page SSE
    VAR    @{HEARD}    @{EMPTY}    scope=TEST
    On Message    Hear    alias=${ws}
    Numbers Should Be Complete    ${ws}    20
    Should Be Equal    ${HEARD}    ${{list(range(1, 21))}}
    ${statistics}=    Get Stream Statistics    alias=${ws}
    Should Be Equal    ${statistics.received}    ${20}
    Numbers Should Be Complete    ${sse}    20
    Messages Should Have No Gaps Or Duplicates    $.n    alias=${sse}
    Log Timeline
    ${path}=    Save Transcript    ${OUTPUT DIR}/page.jsonl
    File Should Exist    ${path}

A Message That The Page Sends Is In The Journal And Its Answer In The Record
    Start Page Capture
    New Page    ${SITE}/page?ws=0
    Wait For Page WebSocket
    Wait For WebSocket Connection
    Evaluate JavaScript    ${None}    () => socket.send('hello')
    ${answer}=    Wait For Message
    Should Be Equal    ${answer}    echo hello
    @{connections}=    Get Connections
    Should Be Equal    ${connections}[0][sent]    ${1}

The Close Code Of The Server Is Known
    Start Page Capture
    New Page    ${SITE}/page?ws=2
    Wait For Page WebSocket
    Wait For WebSocket Connection
    Evaluate JavaScript    ${None}    () => socket.send('close 4009 enough of that')
    WebSocket Should Be Closed    code=4009    reason=enough of that

The Close Code Of The Page Is Known
    Start Page Capture
    New Page    ${SITE}/page?ws=2
    Wait For Page WebSocket
    Wait For WebSocket Connection
    Evaluate JavaScript    ${None}    () => socket.close()
    WebSocket Should Be Closed
    Get WebSocket State    ==    CLOSED
    WebSocket Should Have No Errors

The Page's EventSource Reconnects And That Is Visible
    Start Page Capture
    New Page    ${SITE}/page?sse=12&cut=5&retry=50
    ${sse}=    Wait For Page SSE
    Numbers Should Be Complete    ${sse}    12
    Run Keyword And Expect Error    SSE error detected: 'page-sse-1': the stream was lost*    SSE Should Have No Errors

A Fetched Stream Is An Event Stream
    Start Page Capture
    New Page    ${SITE}/page?fetch=20&gap=1
    ${stream}=    Wait For Page SSE    */stream*
    Numbers Should Be Complete    ${stream}    20
    SSE Should Be Closed
    SSE Should Have No Errors
    Wait For Function    () => document.title === 'fetched'

A Fetched Stream That The Page Gives Up Ends At The Server
    Start Page Capture
    New Page    ${SITE}/page?fetch=3&hold=1
    ${stream}=    Wait For Page SSE
    Numbers Should Be Complete    ${stream}    3
    Forget Visits
    Evaluate JavaScript    ${None}    () => reader.cancel()
    Wait Until Visitor Leaves    stream
    SSE Should Be Closed

Only Matching URLs Are Captured
    Start Page Capture    url=*/sse*    alias=shop
    New Page    ${SITE}/page?ws=3&sse=3
    ${sse}=    Wait For Page SSE
    Should Be Equal    ${sse}    shop-sse-1
    Numbers Should Be Complete    ${sse}    3
    VAR    ${opened}    'shop-sse-1' (${SITE}/sse?ws=3&sse=3, returned before)
    Run Keyword And Expect Error
    ...    EQUALS:Expected page WebSocket matching '*' was not opened within 0.3 seconds: the pages opened ${opened}.
    ...    Wait For Page WebSocket
    ...    timeout=300ms

A Captured Connection Is Read-Only
    Start Page Capture
    New Page    ${SITE}/page?ws=1
    Wait For Page WebSocket
    Run Keyword And Expect Error
    ...    'page-websocket-1' belongs to the page, so nothing can be sent on it. Let the page send,*
    ...    Send Message    hello
    Run Keyword And Expect Error    'page-websocket-1' belongs to the page*    Send Ping

Captured Streams Leave The Current Connection Alone
    Connect WebSocket    ${WS}/ws?ws=1    alias=own
    Start Page Capture
    New Page    ${SITE}/page?ws=3
    Wait Until Keyword Succeeds
    ...    3s
    ...    50ms
    ...    Message Should Be Received
    ...    predicate=msg.n == 3
    ...    alias=page-websocket-1
    Send Message    hello
    Message Should Be Received    predicate=msg == 'echo hello'

After Stop The Page Goes On And Its Records Stay
    Start Page Capture
    New Page    ${SITE}/page?ws=3
    ${ws}=    Wait For Page WebSocket
    Numbers Should Be Complete    ${ws}    3
    Stop Page Capture
    Stop Page Capture
    WebSocket Should Be Closed
    Get Message Count    ==    3
    Evaluate JavaScript    ${None}    () => socket.send('still here')
    Wait For Function    () => seen.ws.includes('echo still here')
    ${native}=    Evaluate JavaScript
    ...    ${None}
    ...    () => /\\{ \\[native code\\] \\}/.test(WebSocket.toString()) && WebSocket.name
    Should Be Equal    ${native}    WebSocket
    Run Keyword And Expect Error    There is no page capture. Call `Start Page Capture`*    Wait For Page WebSocket

A Page That Is Open Already Is Captured From Then On
    New Page    ${SITE}/page
    Start Page Capture
    Evaluate JavaScript    ${None}    url => { window.later = new WebSocket(url); }    arg=${WS}/ws?ws=4
    ${ws}=    Wait For Page WebSocket
    Numbers Should Be Complete    ${ws}    4

A Refused Socket And A Blocked One Are Errors
    Start Page Capture
    New Page    ${SITE}/page?ws=1&status=403
    Wait For Page WebSocket
    WebSocket Should Be Closed
    Run Keyword And Expect Error
    ...    WebSocket error detected: 'page-websocket-1': * WebSocket handshake: Unexpected response code: 403.*
    ...    WebSocket Should Have No Errors
    New Page    ${SITE}/page?ws=1&csp=connect-src%20'none'
    Wait For Page WebSocket
    WebSocket Should Be Closed
    Run Keyword And Expect Error    *the browser refused to open it*    WebSocket Should Have No Errors

Hostile Payloads And Secrets Do No Harm
    Start Page Capture
    VAR    ${hostile}    *HTML* <b onclick=alert(1)>\${NOPE}</b> %{HOME} *ERROR* </script>
    ${encoded}=    Evaluate    urllib.parse.quote($hostile)
    New Page    ${SITE}/page?ws=0&token=s3cr3t-t0ken&hostile=${encoded}
    Wait For Page WebSocket
    ${message}=    Wait For Message
    Should Be Equal    ${message}    ${hostile}
    Run Keyword And Expect Error    *    Wait For Message    timeout=100ms
    ${connections}=    Get Connections
    Should Not Contain    ${connections}[0][url]    s3cr3t-t0ken
    Should Contain    ${connections}[0][url]    token=<secret>


*** Keywords ***
Hear
    [Arguments]    ${message}
    Append To List    ${HEARD}    ${message.n}
