"""What clients that never read cost a server: memory is bounded by the clients, never by what is owed to them.

For each such client a server may hold its high-water mark of unwritten bytes, the read that went past it, and its buffers'
rounding; the kernel's socket buffers are not the server's memory.
"""

import socket
import threading
import time

import wire
from harness import PATIENCE, check, eventually, expect, same

GIB = 1 << 30
MANY = 50
JVM = ("-Xmx64m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

# a first client makes the JVM load classes, compile, and reserve its pools' first chunks (4 MiB a loop and kind)
FIRST_MIB = 24
# 512 KiB high-water mark, one read of 64 KiB, and what pooled buffers round up to
EACH_MIB = 0.75


def quiet(samples, seconds):
    """Waits until the values stop to change, so that what a server could take it has taken."""
    last, since, end = samples(), time.monotonic(), time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.1)
        now = samples()
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > 1.5:
            return now
    return last


class Flood:
    """Clients that write up to 1 GiB each and read nothing, until the server takes no more."""

    def __init__(self, bench, port, count):
        self.socks = [bench.keep(wire.connect(port)) for _ in range(count)]
        self.sent = [0] * count
        for sock in self.socks:
            sock.setblocking(False)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        block = b"x" * 65536
        while not self._stop.is_set():
            moved = False
            for number, sock in enumerate(self.socks):
                try:
                    if self.sent[number] < GIB:
                        self.sent[number] += sock.send(block)
                        moved = True
                except BlockingIOError:
                    pass
                except OSError:
                    return
            if not moved:
                time.sleep(0.02)

    def stop(self):
        self._stop.set()
        self._thread.join(PATIENCE)


def bounded(server, before, count, what):
    """Samples for a while: a leak shows as growth that does not end."""
    bound = FIRST_MIB + EACH_MIB * count
    highest = 0
    end = time.monotonic() + 3
    while time.monotonic() < end:
        highest = max(highest, server.resident_mib() - before)
        time.sleep(0.1)
    expect(highest < bound, f"{what}: {count} clients that do not read cost {highest:.0f} MiB, with a bound of {bound:.0f}")


def echo_round(server):
    with wire.connect(server.port) as sock:
        sock.sendall(b"others")
        same(wire.receive(sock, 6), b"others", "what another client gets meanwhile")


@check("memory", "echo-never-read", f"1 and {MANY} clients write up to 1 GiB to tcp-echo and never read: memory stays bounded, others are served", limit=180)
def echo_never_read(bench):
    for transport in bench.transports():
        server = bench.server("tcp-echo", "server", "--transport", transport, jvm=JVM)
        echo_round(server)
        before = server.resident_mib()
        for count in (1, MANY):
            flood = Flood(bench, server.port, count)
            try:
                sent = quiet(lambda: sum(flood.sent), 30)
                expect(max(flood.sent) < GIB, f"{transport}: the server took all of 1 GiB that it could not give back")
                expect(sent > count * 65536, f"{transport}: the server took no more than {sent} bytes of {count} clients")
                echo_round(server)
                bounded(server, before, count, f"tcp-echo by {transport}")
                echo_round(server)
            finally:
                flood.stop()
            for sock in flood.socks:
                sock.close()
        expect("OutOfMemory" not in server.err.text(), f"{transport}: {server.err.text()[-300:]}")
        server.end()


@check("memory", "download-never-read", f"1 and {MANY} clients ask for a file of 1 GiB and never read: memory stays bounded, others are served", limit=180)
def download_never_read(bench):
    root = bench.folder()
    with open(root / "gib", "wb") as file:
        file.truncate(GIB)
    (root / "small").write_bytes(b"small")
    for transport in bench.transports():
        server = bench.server("file-transfer", "server", "--root", root, "--transport", transport, jvm=JVM)

        def others(port=server.port):
            with wire.connect(port) as sock:
                sock.sendall(b"small\n")
                same(wire.receive_to_end(sock), b"small", "what another client gets meanwhile")

        others()
        before = server.resident_mib()
        for count in (1, MANY):
            socks = [bench.keep(wire.connect(server.port)) for _ in range(count)]
            for sock in socks:
                sock.sendall(b"gib\n")
            for sock in socks:  # each download is under way
                eventually(lambda s=sock: s.recv(1, socket.MSG_PEEK), f"{transport}: nothing comes")
            others()
            bounded(server, before, count, f"file-transfer by {transport}")
            others()
            for sock in socks:
                sock.close()
        expect("OutOfMemory" not in server.err.text(), f"{transport}: {server.err.text()[-300:]}")
        server.end()
