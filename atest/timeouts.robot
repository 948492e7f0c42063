*** Settings ***
Documentation     Robot's timeouts end a waiting keyword at once, and the connection stays usable.

Library           Collections
Library           resources/InnerSuite.py
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
A Test Timeout Ends A Wait At Once
    Run Inner Suite    timeouts.robot    --variable    WS:${WS}
    Inner Test Should Fail    Test timeout in a wait    Test timeout 300 milliseconds exceeded.
    Inner Test Should Pass    The connection works after a test timeout

A Keyword Timeout Ends A Wait At Once
    Run Inner Suite    timeouts.robot    --variable    WS:${WS}
    Inner Test Should Pass    Keyword timeout in a wait

A Timeout In A Negative Assertion, A Collection And A Connect
    Run Inner Suite    timeouts.robot    --variable    WS:${WS}
    Inner Test Should Fail    Test timeout in quiet time    Test timeout 300 milliseconds exceeded.
    Inner Test Should Fail    Test timeout in a collection    Test timeout 300 milliseconds exceeded.
    Inner Test Should Fail    Test timeout while connecting    Test timeout 300 milliseconds exceeded.
    Inner Test Should Fail    Test timeout in a listener    Test timeout 300 milliseconds exceeded.

An Interrupt Ends A Wait At Once
    ${seconds} =    Interrupt Inner Suite    interrupt.robot    Waiting for ever    --variable    WS:${WS}
    Should Be True    ${seconds} < 5
    Inner Test Should Fail    A wait without end    Execution terminated by signal
    Inner Console Should Not Contain    Traceback
    Inner Console Should Not Contain    never awaited
