"""The SSE tester over TLS and through proxies."""

import asyncio

import pytest

from atest.servers.certificates import ca_file, client_files, server_context
from RealtimeLibrary.core.errors import CannotConnect, HandshakeRejected, InvalidArgument
from RealtimeLibrary.core.sse.tester import SSETester
from utest.core.sse.scripted_server import Peer, ScriptedServer, head, held, stream

EVENT = "data: a\n\n"


# TLS...


async def test_server_with_a_certificate_of_a_named_authority():
    async with ScriptedServer(held(EVENT), tls=server_context("valid")) as server, SSETester(verify=ca_file()) as sse:
        await sse.connect(server.url)
        await sse.wait_for_event()


async def test_anything_is_trusted_without_verification():
    async with ScriptedServer(held(EVENT), tls=server_context("untrusted")) as server, SSETester(verify=False) as sse:
        await sse.connect(server.url)
        await sse.wait_for_event()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("untrusted", "TLS failed: the server's certificate is not trusted"),
        ("expired", "TLS failed: the server's certificate has expired"),
        ("wrong-host", "TLS failed: the server's certificate is not valid for the host '127.0.0.1'"),
    ],
)
async def test_bad_certificate(kind: str, words: str):
    async with ScriptedServer(held(), tls=server_context(kind)) as server, SSETester(verify=ca_file()) as sse:
        with pytest.raises(CannotConnect, match=words):
            await sse.connect(server.url)


async def test_client_certificate():
    certificate, key = client_files()
    async with ScriptedServer(held(EVENT), tls=server_context("client-cert")) as server:
        async with SSETester(verify=ca_file(), client_cert=certificate, client_key=key) as sse:
            await sse.connect(server.url)
            await sse.wait_for_event()
        async with SSETester(verify=ca_file()) as sse:
            with pytest.raises(CannotConnect, match=r"client certificate.*client_cert="):
                await sse.connect(server.url)


async def test_tls_where_the_server_has_none():
    def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server, SSETester() as sse:
        with pytest.raises(CannotConnect, match="TLS failed: the server does not speak TLS on this port"):
            await sse.connect(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


async def test_redirect_from_http_to_https():
    async with ScriptedServer(held(EVENT), tls=server_context("valid")) as secure:
        moved = head("301 Moved Permanently", location=secure.url, content_length="0")
        async with ScriptedServer(moved) as plain, SSETester(verify=ca_file()) as sse:
            await sse.connect(plain.url)
            await sse.wait_for_event()
            assert sse.url == secure.url


async def test_missing_certificate_files():
    async with SSETester(verify="/no/such/ca.pem") as sse:
        with pytest.raises(InvalidArgument, match=r"CA file '/no/such/ca\.pem' cannot be used"):
            await sse.connect("https://127.0.0.1:9/")


# Proxies...


async def test_proxy_is_asked_for_the_whole_url():
    async with ScriptedServer(stream(EVENT)) as proxy:
        async with SSETester(proxy=proxy.url.removesuffix("/stream")) as sse:
            await sse.connect("http://host.test/stream")
            await sse.wait_for_event()
        assert proxy.requests[0].target == "http://host.test/stream"


async def test_tunnel_through_a_proxy():
    async def answer(peer: Peer) -> None:
        await peer.send("HTTP/1.1 200 Connection established\r\n\r\n")
        await peer.writer.start_tls(server_context("valid"))
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(stream(EVENT))
        await peer.client_gone()

    async with ScriptedServer(answer) as proxy:
        address = proxy.url.removesuffix("/stream").replace("//", "//user:geheim@")
        async with SSETester(proxy=address, verify=ca_file()) as sse:
            await sse.connect("https://localhost:1/stream")
            await sse.wait_for_event()
        assert proxy.requests[0].header("proxy-authorization") == "Basic dXNlcjpnZWhlaW0="


@pytest.mark.parametrize(
    ("status", "url", "error", "words"),
    [
        ("407 Authentication Required", "https://host.test/", CannotConnect, "the proxy refused: 407 Authentication"),
        ("502 Bad Gateway", "http://host.test/", HandshakeRejected, "HTTP 502 Bad Gateway"),
    ],
    ids=["tunnel", "request"],
)
async def test_proxy_that_refuses(status: str, url: str, error: type[Exception], words: str):
    async with ScriptedServer(head(status, content_length="0")) as proxy, SSETester() as sse:
        with pytest.raises(error, match=words):
            await sse.connect(url, proxy=proxy.url.removesuffix("/stream"))


async def test_proxy_that_is_not_there(unused_tcp_port: int):
    async with SSETester(proxy=f"http://user:geheim@127.0.0.1:{unused_tcp_port}") as sse:
        with pytest.raises(CannotConnect) as caught:
            await sse.connect("http://host.test/stream")
        assert str(caught.value) == ("Cannot connect 'sse' to http://host.test/stream: connection refused (the proxy).")
