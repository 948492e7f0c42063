*** Settings ***
Documentation     Streams of every page, tab, popup and frame, across reloads and new contexts.

Resource          browser.resource

Suite Setup       Open Browser And Site
Suite Teardown    Close Browser And Site

Test Tags         browser


*** Test Cases ***
A Reload Closes The Old Streams And Opens New Ones
    Start Page Capture
    New Page    ${SITE}/page?ws=5&sse=5
    ${old ws}    ${old sse}=    Both Should Be Complete    5
    Reload
    @{new} =    Both Should Be Complete    5
    Should Be Equal    ${new}[0]    page-websocket-2
    WebSocket Should Be Closed    alias=${old ws}
    SSE Should Be Closed    alias=${old sse}
    WebSocket Should Be Connected    alias=${new}[0]
    WebSocket Should Have No Errors    alias=${old ws}

A Navigation To Another Site Closes The Old Streams And Opens New Ones
    Start Page Capture
    New Page    ${SITE}/page?ws=5&sse=5
    ${old ws}    ${old sse}=    Both Should Be Complete    5
    Go To    ${OTHER SITE}/page?ws=7&sse=7
    Both Should Be Complete    7
    WebSocket Should Be Closed    alias=${old ws}
    SSE Should Be Closed    alias=${old sse}

A Navigation Within The Document Closes Nothing
    Start Page Capture
    New Page    ${SITE}/page?ws=5&sse=5
    ${ws}    ${sse}=    Both Should Be Complete    5
    Evaluate JavaScript    ${None}    () => { location.hash = 'here'; history.pushState({}, '', '/elsewhere'); }
    Evaluate JavaScript    ${None}    () => socket.send('still open')
    Message Should Be Received    predicate=msg == 'echo still open'    alias=${ws}
    SSE Should Be Connected    alias=${sse}

Two Tabs Are Told Apart
    Start Page Capture
    New Page    ${SITE}/page?ws=40&sse=40&tab=1
    New Page    ${SITE}/page?ws=30&sse=30&tab=2
    FOR    ${tab}    ${count}    IN    1    40    2    30
        ${ws}=    Wait For Page WebSocket    */ws*tab=${tab}
        ${sse}=    Wait For Page SSE    */sse*tab=${tab}
        Numbers Should Be Complete    ${ws}    ${count}
        Numbers Should Be Complete    ${sse}    ${count}
    END

Forty Of Forty Popups Are Captured From Their First Message
    Start Page Capture
    New Page    ${SITE}/page
    FOR    ${number}    IN RANGE    1    41
        Evaluate JavaScript    ${None}    url => { window.popup = window.open(url); }
        ...    arg=${SITE}/page?ws=5&sse=5&popup=${number}
        Popup Should Be Captured
        Evaluate JavaScript    ${None}    () => popup.close()
    END

A Frame Of Another Site Is Captured
    Start Page Capture
    ${inner}=    Evaluate    urllib.parse.quote($OTHER_SITE + '/page?ws=20&sse=20', safe='')
    New Page    ${SITE}/page?frame=${inner}
    ${ws}    ${sse}=    Both Should Be Complete    20
    Evaluate JavaScript    ${None}    () => document.querySelector('iframe').remove()
    WebSocket Should Be Closed    alias=${ws}
    SSE Should Be Closed    alias=${sse}

A New Context Is Captured
    Start Page Capture
    New Context
    New Page    ${SITE}/page?ws=10&sse=10
    Both Should Be Complete    10
    Close Context
    WebSocket Should Be Closed
    SSE Should Be Closed

A Capture Ends With Its Test And Forgets Its Connections
    Run Keyword And Expect Error    There is no page capture.*    Wait For Page WebSocket
    @{connections}=    Get Connections
    Should Be Empty    ${connections}

After Auto Closing A New Capture Sees The New Context
    Start Page Capture
    New Page    ${SITE}/page?ws=10&sse=10
    @{both}=    Both Should Be Complete    10
    Should Be Equal    ${both}[0]    page-websocket-1

A Second Start Replaces The First
    Start Page Capture
    New Page    ${SITE}/page?ws=1
    ${first}=    Wait For Page WebSocket
    Numbers Should Be Complete    ${first}    1
    Start Page Capture    alias=second
    WebSocket Should Be Closed    alias=${first}
    New Page    ${SITE}/page?ws=2
    ${second}=    Wait For Page WebSocket
    Should Be Equal    ${second}    second-websocket-1
    Numbers Should Be Complete    ${second}    2
    Get Message Count    ==    1    alias=${first}

A Persistent Context Is Captured
    &{options}=    Browser Options
    New Persistent Context    &{options}
    Start Page Capture
    New Page    ${SITE}/page?ws=3&sse=3
    Both Should Be Complete    3
    [Teardown]    Close Browser


*** Keywords ***
Both Should Be Complete
    [Arguments]    ${count}
    ${ws}=    Wait For Page WebSocket
    ${sse}=    Wait For Page SSE
    Numbers Should Be Complete    ${ws}    ${count}
    Numbers Should Be Complete    ${sse}    ${count}
    RETURN    ${ws}    ${sse}
