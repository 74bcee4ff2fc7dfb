"""A receiver of webhooks, in a process of its own: answers every POST with 200, and a GET with how many there were."""

import asyncio
import sys

import uvloop

from benchmarks.load import Writable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Receiver(asyncio.Protocol):
    """One connection; it reads requests with a Content-Length, as all senders here make them."""

    received = 0

    def __init__(self) -> None:
        self._bytes = b""
        self._transport: Writable | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, Writable)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        while (length := self._length()) is not None and len(self._bytes) >= length:
            is_post = self._bytes.startswith(b"POST")
            self._bytes = self._bytes[length:]
            Receiver.received += is_post
            if self._transport is not None:
                self._transport.write(OK if is_post else _count())

    def _length(self) -> int | None:
        """How long the first request is, once its head is there."""
        end = self._bytes.find(b"\r\n\r\n")
        if end < 0:
            return None
        _, found, rest = self._bytes[:end].lower().partition(b"\r\ncontent-length:")
        return end + 4 + (int(rest.partition(b"\r\n")[0]) if found else 0)


def _count() -> bytes:
    body = b'{"received": %d}' % Receiver.received
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def serve(port: int) -> None:
    """Receive until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
