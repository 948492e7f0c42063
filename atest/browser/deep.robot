*** Settings ***
Documentation     What the DevTools protocol adds, and that nothing is counted twice.

Library           OperatingSystem
Resource          browser.resource

Suite Setup       Open Browser And Site
Suite Teardown    Close Browser And Site

Test Tags         browser


*** Test Cases ***
Nothing Is Counted Twice
    Start Page Capture    deep=True
    New Page    ${SITE}/page?ws=50&sse=50&fetch=50&gap=1
    ${ws}=    Wait For Page WebSocket
    ${sse}=    Wait For Page SSE    */sse*
    ${stream}=    Wait For Page SSE    */stream*
    FOR    ${alias}    IN    ${ws}    ${sse}    ${stream}
        Numbers Should Be Complete    ${alias}    50
    END
    Wait For Function    () => document.title === 'fetched' && seen.sse.length === 50 && seen.ws.length === 50
    @{connections}=    Get Connections
    Length Should Be    ${connections}    3

A Burst Is Complete And Not Counted Twice
    Start Page Capture    deep=True
    New Page    ${SITE}/page?ws=5000&sse=5000
    ${ws}=    Wait For Page WebSocket
    ${sse}=    Wait For Page SSE
    Numbers Should Be Complete    ${ws}    5000
    Numbers Should Be Complete    ${sse}    5000

Twenty Popups Are Captured Once, Whoever Sees Them First
    Start Page Capture    deep=True
    New Page    ${SITE}/page
    FOR    ${number}    IN RANGE    1    21
        Evaluate JavaScript    ${None}    url => { window.popup = window.open(url); }
        ...    arg=${SITE}/page?ws=5&sse=5&popup=${number}
        Popup Should Be Captured
        Evaluate JavaScript    ${None}    () => popup.close()
    END
    @{connections}=    Get Connections
    Length Should Be    ${connections}    40

Event Types That The Page Does Not Listen To Are Seen
    Start Page Capture    deep=True
    New Page    ${SITE}/page
    Evaluate JavaScript    ${None}    () => { window.quiet = new EventSource('/sse?sse=6'); }
    ${sse}=    Wait For Page SSE
    Numbers Should Be Complete    ${sse}    6
    @{ticks}=    Get SSE Events    event=tick
    Length Should Be    ${ticks}    2

Without The DevTools Protocol Only Types With A Listener Are Seen
    Start Page Capture
    New Page    ${SITE}/page
    Evaluate JavaScript    ${None}    () => { window.quiet = new EventSource('/sse?sse=6'); }
    ${sse}=    Wait For Page SSE
    Last Should Arrive    ${sse}    6
    ${numbers}=    Numbers Of    ${sse}
    Should Be Equal    ${numbers}    ${{[3, 6]}}

A Reconnecting EventSource Stays One Stream
    Start Page Capture    deep=True
    New Page    ${SITE}/page?sse=12&cut=5&retry=50
    ${sse}=    Wait For Page SSE
    Numbers Should Be Complete    ${sse}    12
    @{connections}=    Get Connections
    Length Should Be    ${connections}    1

A Worker's Streams Are Captured
    Start Page Capture    deep=True
    New Page    ${SITE}/page?worker=20
    Wait For Function    () => seen.worker
    Evaluate JavaScript    ${None}    () => worker.postMessage('open your streams')
    ${ws}=    Wait For Page WebSocket    */ws*
    ${sse}=    Wait For Page SSE    */sse*
    ${stream}=    Wait For Page SSE    */stream*
    FOR    ${alias}    IN    ${ws}    ${sse}    ${stream}
        Numbers Should Be Complete    ${alias}    20
    END
    Evaluate JavaScript    ${None}    () => worker.terminate()
    WebSocket Should Be Closed    alias=${ws}
    SSE Should Be Closed    alias=${sse}

A Transcript Holds The Handshake Without Credentials
    Start Page Capture    deep=True
    New Page    ${SITE}/page
    Evaluate JavaScript    ${None}    url => { window.later = new WebSocket(url, 'chat'); }    arg=${WS}/ws?ws=1
    ${ws}=    Wait For Page WebSocket
    Numbers Should Be Complete    ${ws}    1
    Save Transcript    ${OUTPUT DIR}/page.har    format=har
    ${text}=    Get File    ${OUTPUT DIR}/page.har
    ${entry}=    Evaluate    json.loads($text)['log']['entries'][0]    modules=json
    Should Be Equal    ${entry}[response][status]    ${101}
    ${asked}=    Evaluate    {header['name']: header['value'] for header in $entry['request']['headers']}
    ${answered}=    Evaluate    {header['name']: header['value'] for header in $entry['response']['headers']}
    Should Be Equal    ${asked}[Origin]    ${SITE}
    Should Be Equal    ${asked}[Cookie]    <secret>
    Should Be Equal    ${answered}[Sec-WebSocket-Protocol]    chat
    Should Not Contain    ${text}    cookie-of-the-page

Streams That Were Open Before The Capture Are Captured From Then On
    New Page    ${SITE}/page?ws=2&sse=40&gap=50
    Wait For Function    () => seen.ws.length === 2 && seen.sse.length > 2
    Start Page Capture    deep=True
    Evaluate JavaScript    ${None}    () => socket.send('hello')
    Wait For Page WebSocket
    ${answer}=    Wait For Message
    Should Be Equal    ${answer}    echo hello
    ${sse}=    Wait For Page SSE
    Last Should Arrive    ${sse}    40
    ${numbers}=    Numbers Of    ${sse}
    Should Be Equal    ${numbers}    ${{list(range($numbers[0], 41))}}
    Should Be True    ${numbers}[0] > 2

What The Pattern Leaves Out Is Left Out Here, Too
    Start Page Capture    url=*/ws*    deep=True
    New Page    ${SITE}/page?ws=3&sse=3&fetch=3
    ${ws}=    Wait For Page WebSocket
    Numbers Should Be Complete    ${ws}    3
    Wait For Function    () => seen.sse.length === 3 && document.title === 'fetched'
    @{connections}=    Get Connections
    Length Should Be    ${connections}    1
