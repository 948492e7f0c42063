*** Settings ***
Documentation    A red test explains itself: what a user reads in the failure, in log.html and in the output directory.

Library          resources/InnerSuite.py

Suite Setup      Run Inner Suite    reporting.robot    --loglevel    TRACE


*** Test Cases ***
Noise Shows The Nearest Miss With Path, Value And Type
    Inner Test Should Fail
    ...    Noise With A Nearest Miss
    ...    Expected message matching {'type': 'filled', 'id': 42} was not received within 0.3 seconds on 'orders'
    ...    none of 4 messages matched; the connection is open.
    ...    Nearest miss: #2
    ...    $.id == 42: was '42' (str), expected 42 (int): same value, other type
    ...    'heartbeat' x2

Silence Says What Was Sent
    Inner Test Should Fail    Silence    no message was received; the connection is open.    Nothing was sent

A Close Is Told With Code And Reason
    Inner Test Should Fail    Closed While Waiting    closed by the server with 4001 (private use) 'session over'

What Must Not Come Is Shown
    Inner Test Should Fail    An Unexpected Event    Unexpected event 'tick' was received on 'sse-1': #1 came    "seq"

Another Connection Is Named
    Inner Test Should Fail    The Right Message On Another Connection    \#1 on another connection matches    alias=bob

The User's Own Text Stands Alone
    ${message} =    Inner Test Should Fail    The User's Own Text
    Should Be Equal    ${message}    No acknowledgement: {"json": 1}

A Failure Is Plain Text That Robot Shows Whole
    FOR    ${name}    IN    Noise With A Nearest Miss    Hostile Payloads    Secrets
        ${message} =    Inner Test Should Fail    ${name}
        Should Not Contain    ${message}    [ Message content over the limit has been removed. ]
        Should Not Start With    ${message}    *
    END

A Failed Keyword Logs State And Latest Past Of Its Connection
    Inner Test Should Log    Noise With A Nearest Miss    <b>orders</b>    OPEN    <table>    &quot;filled&quot;
    Inner Test Should Log    The User's Own Text    <b>websocket-1</b>    OPEN
    Inner Test Should Log    A Getter's Assertion Fails    <b>websocket-1</b>    counted

Hostile Payloads Change Nothing
    Inner Test Should Fail
    ...    Hostile Payloads
    ...    *HTML* <script>window.hacked = true</script>
    ...    \\x1b[31mred\\x1b[0m\\x00\\u202etxt.exe
    ...    *ERROR* \${NOPE} \%{PATH} \@{NOPE} {0} {name} %s
    Inner Test Should Log    Hostile Payloads    &lt;script&gt;window.hacked    &lt;/td&gt;&lt;/table&gt;
    Inner Run Should Have No Warnings
    Inner Log Should Not Contain    <script>window.hacked

A Long Message Is Cut And Told With Its True Size
    ${message} =    Inner Test Should Fail    Five Megabytes In One Line    $.pad was 'xxx    … (str)    [5 MB]
    Should Be True    len($message) < 1500
    Inner Files Should Be Smaller Than    1000000

Secrets Are Nowhere
    Inner Test Should Fail
    ...    Secrets
    ...    msg.headers.authorization == $TOKEN.value
    ...    was '<secret>' (str), expected '<secret>' (str): they differ in a secret
    Inner Files Should Not Contain    s3cr3t-t0ken
    Inner Files Should Not Contain    url-t0ken
    Inner Console Should Not Contain    s3cr3t-t0ken

A Failed Test Leaves A Transcript That The Log Links
    Inner Test Should Log
    ...    A Keyword Of Another Library Fails
    ...    href="realtime/Reporting.A_Keyword_Of_Another_Library_Fails.jsonl"
    Inner File Should Contain
    ...    realtime/Reporting.A_Keyword_Of_Another_Library_Fails.jsonl
    ...    "what": "sent"
    ...    "text": "before the failure"
    ...    "what": "received"

A Passing Test Leaves No Transcript Unless Asked
    Inner Test Should Pass    Passing
    Run Keyword And Expect Error
    ...    *No such file*
    ...    Inner File Should Contain
    ...    realtime/Reporting.Passing.jsonl
    ...    anything
    Inner File Should Contain    streams.har    "_webSocketMessages"    "_eventSourceMessages"

Passing Keywords Say Little
    Inner Test Should Log    Passing    \#1 after    quiet for 0.1 seconds; 1 message checked    <svg    gaps p50
