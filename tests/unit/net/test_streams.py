"""Connections of asyncio as httpcore takes them, over real sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpcore
import pytest

from aggregator.net import streams

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Use = Callable[[httpcore.AsyncNetworkStream], Awaitable[object]]
SHORT_S = 0.05


def talk(server: Talk, client: Use) -> object:
    """What the client comes to, connected to a server that does this."""

    async def run() -> object:
        over = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                await server(reader, writer)
            writer.transport.abort()
            over.set()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with listening:
            stream = await streams.connect(*listening.sockets[0].getsockname())
            try:
                return await asyncio.wait_for(client(stream), 10)
            finally:
                await stream.aclose()
                await asyncio.wait_for(over.wait(), 10)

    return asyncio.run(run())


async def read_all(stream: httpcore.AsyncNetworkStream) -> bytes:
    pieces = []
    while piece := await stream.read(1000, 10):
        pieces.append(piece)
    return b"".join(pieces)


async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def test_what_was_said_before_the_end_is_read_and_then_the_end() -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * 2500)
        writer.write_eof()
        await stay_silent(reader, writer)

    assert talk(say, read_all) == b"x" * 2500


def test_a_server_that_says_more_than_is_read_is_made_to_wait() -> None:
    size = 1 << 25  # more than the system holds for a connection

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(size))
        await writer.drain()
        writer.write_eof()
        await stay_silent(reader, writer)

    async def read_late(stream: httpcore.AsyncNetworkStream) -> tuple[int, int]:
        first = await stream.read(size)
        await asyncio.sleep(SHORT_S)
        second = await stream.read(size)
        return max(len(first), len(second)), len(first + second + await read_all(stream))

    most, whole = talk(say, read_late)
    assert whole == size
    assert most < 1 << 20


def test_a_silent_server_is_left_in_time() -> None:
    async def read(stream: httpcore.AsyncNetworkStream) -> None:
        with pytest.raises(httpcore.ReadTimeout):
            await stream.read(1, SHORT_S)

    talk(stay_silent, read)


def test_a_server_that_takes_nothing_is_left_in_time() -> None:
    over = asyncio.Event()

    async def take_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async def write(stream: httpcore.AsyncNetworkStream) -> None:
        with pytest.raises(httpcore.WriteTimeout):
            await stream.write(bytes(1 << 25), SHORT_S)
        over.set()

    talk(take_nothing, write)


def test_a_broken_connection_is_an_error_of_its_own() -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()  # a reset, as nothing may linger

    async def use(stream: httpcore.AsyncNetworkStream) -> None:
        await stream.write(b"many words")
        with pytest.raises(httpcore.ReadError):
            await stream.read(1, 10)
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"more")

    talk(break_off, use)


def test_nobody_there_is_an_error_of_its_own() -> None:
    async def connect() -> None:
        gone = await asyncio.start_server(stay_silent, "127.0.0.1", 0)
        address, port = gone.sockets[0].getsockname()
        gone.close()
        await gone.wait_closed()
        with pytest.raises(httpcore.ConnectError):
            await streams.connect(address, port)

    asyncio.run(connect())


@pytest.mark.parametrize("name", ["feeds.example", ".", "a..b", "x" * 70])
def test_what_is_no_encryption_is_an_error_of_its_own(name: str) -> None:
    async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await stay_silent(reader, writer)

    async def encrypt(stream: httpcore.AsyncNetworkStream) -> None:
        with pytest.raises((httpcore.ConnectError, ValueError)):
            await stream.start_tls(ssl.create_default_context(), name, 5)

    talk(speak_plainly, encrypt)


def test_what_is_said_before_the_encryption_is_no_part_of_it() -> None:
    async def speak_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready")
        await stay_silent(reader, writer)

    async def encrypt(stream: httpcore.AsyncNetworkStream) -> None:
        await stream.read(1, 10)
        with pytest.raises(httpcore.ConnectError, match="before the encryption"):
            await stream.start_tls(ssl.create_default_context(), "feeds.example", 5)

    talk(speak_first, encrypt)


def test_an_option_that_the_system_refuses_is_no_connection() -> None:
    async def connect(address: str, port: int) -> None:
        unknown = (socket.SOL_SOCKET, 99_999, 1)
        try:
            await streams.connect(address, port, options=[unknown])
        finally:
            await asyncio.sleep(0)  # what is left of it goes with the loop's next turn

    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(httpcore.ConnectError):
        asyncio.run(connect(*listening.getsockname()))
