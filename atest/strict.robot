*** Settings ***
Documentation    Strict mode fails a test that left something behind.

Library          resources/InnerSuite.py

Suite Setup      Run Inner Suite    strict.robot


*** Test Cases ***
A Test That Leaves Nothing Passes
    FOR    ${name}    IN    Everything Is Read    Ignored Types Need Not Be Read    An Asserted Close Is Fine
    ...    An Own Close Is Fine    A Stream That Ends Is Fine
        Inner Test Should Pass    ${name}
    END

Unread Messages Fail
    Inner Test Should Fail    Unread Messages Are Left
    ...    Strict mode: the test left something behind on
    ...    'websocket-1': 3 unread messages: \#1 'tick' x3

An Unexpected Close Fails
    Inner Test Should Fail    An Unexpected Close Is Left
    ...    Strict mode: the test left something behind on 1 connection.
    ...    closed by the server with 1011 (internal error) 'boom'

Errors Fail
    Inner Test Should Fail    An Error Is Left    'sse-1':    1 error, the last:

Dropped Messages Fail
    Inner Test Should Fail    Dropped Messages Are Left    'websocket-1': 3 messages dropped from the full record

A Failure Of The Test Itself Stays
    ${message} =    Inner Test Should Fail    A Failed Test Keeps Its Failure    My own failure
    Should Not Contain    ${message}    Strict mode
