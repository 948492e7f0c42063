"""How the WebSocket tester keeps to RFC 6455 and RFC 7692, measured with Autobahn's test cases."""
