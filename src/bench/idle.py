"""What connections cost that do nothing, and how long a proxy takes from its start to its first answer."""

import selectors
import socket
import ssl
import subprocess
import time

from peers import Peer, pss_mib

REQUEST = b"GET /1k HTTP/1.1\r\nHost: bench.localhost\r\n\r\n"
ANSWER = 1024


def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def connect(peer: Peer, tls: ssl.SSLContext) -> ssl.SSLSocket:
    """A TLS connection. Without delay: the request would wait for the other side's delayed acknowledgement."""
    plain = socket.create_connection(("127.0.0.1", peer.tls), 30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return tls.wrap_socket(plain)


def exchange(client: ssl.SSLSocket) -> bool:
    """One request and its whole answer; whether that was 200."""
    client.sendall(REQUEST)
    received = b""
    while True:
        head = received.find(b"\r\n\r\n")
        if head >= 0 and len(received) >= head + 4 + ANSWER:
            return received.startswith(b"HTTP/1.1 200")
        part = client.recv(65536)
        if not part:
            return False
        received += part


def idle_connections(peer: Peer, count: int) -> tuple[float, float, int]:
    """Opens connections, has each answered once and keeps them; MiB before, KiB for each, and how many were served."""
    tls = context()
    for _ in range(200):
        with connect(peer, tls) as client:
            exchange(client)
    time.sleep(2)
    before = pss_mib(peer.pid)
    kept, served = [], 0
    try:
        for _ in range(count):
            client = connect(peer, tls)
            kept.append(client)
            served += exchange(client)
        time.sleep(3)
        after = pss_mib(peer.pid)
        dropped = sum(closed(client) for client in kept)
        return before, (after - before) * 1024 / count, served - dropped
    finally:
        for client in kept:
            client.close()


def closed(client: ssl.SSLSocket) -> bool:
    """Whether the other side has ended the connection."""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        if not selector.select(0):
            return False
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except ssl.SSLWantReadError:
        return False
    except OSError:
        return True


def first_answer(peer: Peer) -> float:
    """Milliseconds from the start of the process to the first 200 over HTTPS; stops it again."""
    tls = context()
    begun = time.perf_counter()
    peer.process = subprocess.Popen(peer.command(), env=peer.environment(), stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while time.perf_counter() - begun < 30:
            try:
                with connect(peer, tls) as client:
                    if exchange(client):
                        return (time.perf_counter() - begun) * 1000
            except OSError:
                pass
            time.sleep(0.001)
        raise RuntimeError(f"{peer.name} did not answer")
    finally:
        peer.stop()
