"""Several server processes at one address: each has a socket of its own, and connections spread over them."""

import pickle
import select
import socket
import sys
from multiprocessing.reduction import ForkingPickler

import pytest

from stripe_lite import serving

CONNECTIONS = 64


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux spreads connections over sockets at one address")
def test_connections_spread_over_the_sockets_of_the_processes() -> None:
    with serving.listen("127.0.0.1", 0, workers=2) as listener:
        # What each process gets when it is started.
        sockets: list[socket.socket] = [pickle.loads(ForkingPickler.dumps(listener)) for _ in range(2)]
        clients = []
        try:
            for each in sockets:
                assert each.getsockname() == listener.getsockname()
                each.listen(CONNECTIONS)
            clients = [socket.create_connection(listener.getsockname()) for _ in range(CONNECTIONS)]
            assert select.select(sockets, [], [], 5)[0] == sockets  # Both have connections to accept.
        finally:
            for each in (*clients, *sockets):
                each.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_with_several_listeners_is_taken_all_the_same(workers: int) -> None:
    with serving.listen("127.0.0.1", 0, workers=2) as listener:
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(serving.ServingError, match="Address already in use"):
            serving.listen("127.0.0.1", port, workers=workers).__enter__()
