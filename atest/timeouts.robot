*** Settings ***
Documentation     Robot's timeouts end a waiting keyword at once, and the connection stays usable.

Library           Collections
Library           resources/InnerSuite.py
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
A Timeout Ends A Wait At Once And The Connection Stays Usable
    Run Inner Suite    timeouts.robot    --variable    WS:${WS}
    Inner Test Should Time Out    Test timeout in a wait    Test timeout 300 milliseconds exceeded.
    Inner Test Should Pass    The connection works after a test timeout
    Inner Test Should Time Out    Keyword timeout in a wait    Keyword timeout 200 milliseconds exceeded.
    Inner Test Should Pass    The connection works after a keyword timeout
    Inner Test Should Time Out    Test timeout in quiet time    Test timeout 300 milliseconds exceeded.
    Inner Test Should Time Out    Test timeout in a collection    Test timeout 300 milliseconds exceeded.
    Inner Test Should Time Out    Test timeout while connecting    Test timeout 300 milliseconds exceeded.
    Inner Console Should Not Contain    Traceback
    Inner Console Should Not Contain    never awaited

An Interrupt Ends A Wait At Once
    ${seconds} =    Interrupt Inner Suite    interrupt.robot    Waiting for ever    --variable    WS:${WS}
    Should Be True    ${seconds} < 5
    Inner Test Should Fail    A wait without end    Execution terminated by signal
    Inner Console Should Not Contain    Traceback
    Inner Console Should Not Contain    never awaited


*** Keywords ***
Inner Test Should Time Out
    [Arguments]    ${name}    ${message}
    Inner Test Should Fail    ${name}    ${message}
    Inner Test Should Last Less Than    ${name}    3s
