"""Plain sockets: the few moves that the checks make, each with a time limit."""

import select
import socket
import struct
import threading
import time

from harness import PATIENCE, Failure, shorten

LOCAL = "127.0.0.1"


def connect(port, host=LOCAL, receive_buffer=None):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.settimeout(PATIENCE)
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.connect((host, port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def udp_socket(host=LOCAL):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(PATIENCE)
    sock.bind((host, 0))
    return sock


def receive(sock, count):
    """Exactly that many bytes, or what came before the end of input."""
    got = bytearray()
    while len(got) < count:
        some = sock.recv(min(count - len(got), 1 << 20))
        if not some:
            break
        got += some
    return bytes(got)


def receive_to_end(sock, limit=1 << 30):
    got = bytearray()
    while len(got) < limit:
        some = sock.recv(1 << 16)
        if not some:
            return bytes(got)
        got += some
    raise Failure(f"no end of input after {limit} bytes")


def dribble(sock, data, pause=0.005):
    """Every byte in a segment of its own, so that every character is cut wherever it can be."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for value in data:
        sock.sendall(bytes([value]))
        time.sleep(pause)


def reset(sock):
    """Closes with a RST instead of a FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def seconds_until_closed(sock, limit):
    """How long until the peer ends the connection; whatever it still sends is thrown away."""
    start = time.monotonic()
    while True:
        left = start + limit - time.monotonic()
        if left <= 0 or not select.select([sock], [], [], left)[0]:
            raise Failure(f"still open after {limit} s")
        try:
            if not sock.recv(65536):
                return time.monotonic() - start
        except ConnectionError:
            return time.monotonic() - start


def refused(port):
    """Whether a new connection is refused."""
    try:
        connect(port).close()
        return False
    except ConnectionRefusedError:
        return True


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind((LOCAL, 0))
        return sock.getsockname()[1]


def crowd(count, talk, seconds=40.0):
    """Runs talk(number, gate) on that many threads at once and returns their values in order.

    `gate.wait()` lets nobody through before all have come, so that all connections exist at the same time.
    """
    gate = threading.Barrier(count)
    values, failures = [None] * count, []

    def one(number):
        try:
            values[number] = talk(number, gate)
        except threading.BrokenBarrierError:
            pass  # somebody else's failure
        except Exception as failure:  # noqa: BLE001 - every failure of a thread is the check's
            failures.append((number, failure))
            gate.abort()

    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    late = sum(thread.is_alive() for thread in threads)
    if failures:
        number, failure = failures[0]
        what = failure if isinstance(failure, Failure) else f"{type(failure).__name__} {failure}"
        raise Failure(f"{len(failures)} of {count} failed; number {number}: {shorten(str(what), 400)}")
    if late:
        raise Failure(f"{late} of {count} not done after {seconds:.0f} s")
    return values
