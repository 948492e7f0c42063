*** Settings ***
Documentation     Answers of large language models, word by word: OpenAI's and Anthropic's way.

Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
An Answer In OpenAI's Way Ends With A Mark
    Ask    openai    Hello
    ${last} =    Wait For SSE Event    predicate=event.data == '[DONE]'
    Should Be Equal    ${last.parsed_data}    ${None}
    ${events} =    Get SSE Events
    ${text} =    Evaluate    "".join(event.parsed_data.choices[0].delta.content for event in $events[:-1])
    Should Be Equal    ${text.strip()}    You said: Hello
    SSE Should Be Closed    timeout=5s
    SSE Should Have No Errors

An Answer In Anthropic's Way Has Named Events
    Ask    anthropic    Hello
    Wait For SSE Event    message_start
    ${first} =    Wait For SSE Event    content_block_delta
    Should Be Equal    ${first.parsed_data.delta.text.strip()}    You
    Wait For SSE Event    message_stop
    ${deltas} =    Get SSE Events    event=content_block_delta
    ${text} =    Evaluate    "".join(event.parsed_data.delta.text for event in $deltas)
    Should Be Equal    ${text.strip()}    You said: Hello
    SSE Event Should Be Received    ping

An Error In Mid-Stream Is Seen
    Ask    anthropic    Hello    ?fails=true
    ${error} =    Wait For SSE Event    error
    Should Be Equal    ${error.parsed_data.error.type}    overloaded_error
    Run Keyword And Expect Error
    ...    Unexpected event 'error' was received*
    ...    SSE Event Should Not Be Received    error    timeout=1s
    Run Keyword And Expect Error
    ...    Expected event 'message_stop' was not received on *: closed: the server ended the stream *
    ...    Wait For SSE Event    message_stop

An OpenAI Answer That Fails Has No End Mark
    Ask    openai    Hello    ?fails=true
    ${data} =    Wait For SSE Data Matching    jsonpath=$.error
    Should Be Equal    ${data.error.message}    The model is overloaded
    Run Keyword And Expect Error
    ...    *closed: the server ended the stream*
    ...    SSE Data Should Match    \\[DONE\\]    timeout=5s


*** Keywords ***
Ask
    [Arguments]    ${shape}    ${prompt}    ${query}=${EMPTY}
    VAR    &{message}    role=user    content=${prompt}
    VAR    &{request}    model=test    stream=${True}    messages=${{ [$message] }}
    Connect SSE    ${HTTP}/test/llm/${shape}${query}    method=POST    json=${request}
