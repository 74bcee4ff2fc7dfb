"""uvicorn's HTTP protocol, with head and body of a response in one write instead of two.

Every write goes to the kernel at once and may wake the client; most of our responses fit into one packet.
"""

import asyncio
from typing import Any, Protocol, runtime_checkable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BEGINS = b"HTTP/1.1 "
CONTINUE_BEGINS = b"HTTP/1.1 100"


@runtime_checkable
class Wire(Protocol):
    """A transport in both directions: uvloop's is one without being an `asyncio.Transport`."""

    def write(self, data: bytes | bytearray | memoryview) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...
    def is_closing(self) -> bool: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def get_extra_info(self, name: str, default: Any = None) -> Any: ...
    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None: ...
    def get_protocol(self) -> asyncio.BaseProtocol: ...


class CorkedProtocol(HttpToolsProtocol):
    """The protocol of one connection, on a transport that keeps heads back for a moment."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to serve a connection."""
        if not isinstance(transport, Wire):
            raise TypeError("an HTTP connection needs a transport that reads and writes")
        super().connection_made(CorkedTransport(transport, self.loop))


class CorkedTransport(asyncio.Transport):
    """Keeps a response's head back until its body is written, or until the loop comes round."""

    def __init__(self, transport: Wire, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send data, with the head that waits for it; a head itself is kept back."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        elif isinstance(data, bytes) and data.startswith(HEAD_BEGINS) and not data.startswith(CONTINUE_BEGINS):
            self._head = data
            self._loop.call_soon(self._uncork)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Send what is kept back, then close."""
        self._uncork()
        self._transport.close()

    def _uncork(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    # What follows needs no detour.

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Tell about the connection."""
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Tell whether the connection is closed, or about to be."""
        return self._transport.is_closing()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def pause_reading(self) -> None:
        """Take no more from the client for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take from the client again."""
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection to another protocol."""
        self._transport.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Tell whose the connection is."""
        return self._transport.get_protocol()
