"""A TCP proxy on 127.0.0.1 that hurts what goes through it, with the eight toxics of Shopify's Toxiproxy."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from typing import Self

TOXICS = ("latency", "down", "bandwidth", "slow_close", "timeout", "reset_peer", "slicer", "limit_data")
PIECE = 16_384
# Seconds; a pause that is noticed on loopback, where an answer takes a few thousandths.
PAUSE = 0.05
# What passes before a cut in the middle of an answer: its headers, but not its body.
LIMIT = 300


@dataclass
class Proxy:
    """`async with Proxy(port) as proxy` listens on `proxy.port` and passes on to `port`.

    `toxic` strikes the next `times` connections' answers; then all is well again.
    """

    target: int
    toxic: str = ""
    times: int = 0
    port: int = 0
    struck: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    def poison(self, toxic: str, times: int = 1) -> None:
        """From now on."""
        assert toxic in TOXICS
        self.toxic, self.times = toxic, times
        if toxic == "down":
            # Who has a connection would not notice.
            for task in self._open:
                task.cancel()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._pass_on(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._strikes("down"):
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        asking = asyncio.create_task(self._copy(reader, back))
        try:
            await self._answer(there, writer)
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            back.close()

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(PIECE):
            sink.write(data)
            await sink.drain()

    async def _answer(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers pass, until one is struck."""
        while data := await there.read(PIECE):
            toxic = self.toxic if self.toxic != "down" and self._strikes(self.toxic) else ""
            if not await getattr(self, f"_{toxic or 'clean'}")(data, writer):
                return
            await writer.drain()

    def _strikes(self, toxic: str) -> bool:
        if not self.times or toxic != self.toxic or not toxic:
            return False
        self.times -= 1
        self.struck += 1
        return True

    async def _clean(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        writer.write(data)
        return True

    async def _latency(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(PAUSE)
        return await self._clean(data, writer)

    async def _bandwidth(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        return await self._in_pieces(data, writer, 200, PAUSE / 5)

    async def _slicer(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        return await self._in_pieces(data, writer, 7, 0.0)

    async def _in_pieces(self, data: bytes, writer: asyncio.StreamWriter, size: int, pause: float) -> bool:
        for start in range(0, len(data), size):
            writer.write(data[start : start + size])
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            await asyncio.sleep(pause)
        return True

    async def _slow_close(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(PAUSE)
        return False

    async def _timeout(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(3_600)
        return False

    async def _reset_peer(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        raw: socket.socket = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    async def _limit_data(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        writer.write(data[:LIMIT])
        await writer.drain()
        return False
