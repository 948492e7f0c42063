*** Settings ***
Documentation       One request and its reply, in rounds of 100: the variants take turns.
Library             RealtimeLibrary
Library             WebSocketClient
Library             benchmarks.stopwatch.Stopwatch    ${FOLDER}


*** Variables ***
${TEXT}     ${{'x' * 118}}


*** Test Cases ***
Request And Reply
    Connect WebSocket    ${URL}
    ${peer}=    WebSocketClient.Connect    ${URL}
    FOR    ${round}    IN RANGE    ${ROUNDS}
        Start Stopwatch
        FOR    ${number}    IN RANGE    100
            WebSocketClient.Send    ${peer}    ${TEXT}
            ${reply}=    WebSocketClient.Recv    ${peer}
        END
        Stop Stopwatch    websocketclient    100
        Start Stopwatch
        FOR    ${number}    IN RANGE    100
            Send Message    ${TEXT}
            ${reply}=    Wait For Message
        END
        Stop Stopwatch    two keywords    100
        Start Stopwatch
        FOR    ${number}    IN RANGE    100
            ${reply}=    Send Message And Wait For Reply    ${TEXT}
        END
        Stop Stopwatch    one keyword    100
    END
    [Teardown]    WebSocketClient.Close    ${peer}
