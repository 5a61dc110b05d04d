"""The native dialect beyond 2^31 and 2^32 bytes, in little memory, and beside two hundred slow readers; `run slow`."""

import os
import selectors
import shutil
import statistics
import threading
import time

import native
import wire
from harness import Skipped, check, expect, same
from native import BLOCK

from .slow import GIB, SIZE, available, fill_from, in_memory, judge_blocks, sparse_file, wanted_block
from .tls import Authority, context

SMALL = ("-Xmx64m", "-XX:MaxDirectMemorySize=64m")
READERS, RATE = 200, 1024  # bytes a second of each


class Secured:
    """A certificate and what both ends need to use it, or nothing of it."""

    def __init__(self, bench, tls):
        self.server, self.client, self.word, self._context = (), (), " by TLS" if tls else "", None
        if tls:
            authority = Authority(bench)
            pem, key = authority.sign("server", f"DNS:localhost,IP:{wire.LOCAL}")
            self.server = ("--tls-cert", pem, "--tls-key", key)
            self.client = ("--tls", "--tls-ca", authority.file)
            self._context = context(authority)

    def socket(self, port, **how):
        sock = wire.connect(port, **how)
        return self._context.wrap_socket(sock, server_hostname=wire.LOCAL) if self._context else sock


def large(bench, transport, tls):
    if transport not in bench.transports():
        raise Skipped(f"this machine has no {transport}")
    folder, secured = in_memory(bench), Secured(bench, tls)
    out = (folder if available() > 9 * GIB else bench.folder()) / "out"
    if shutil.disk_usage(out.parent).free < SIZE + GIB:
        raise Skipped("no room for 5 GiB")
    sparse_file(folder)
    time.sleep(0.05)
    server = bench.server("file-transfer", "server", "--root", folder, "--transport", transport, *secured.server, jvm=SMALL)
    same(server.transport, transport, "the ready line's transport")
    ranges(secured.socket(server.port))
    for connections in (1, 8):
        out.mkdir()
        get = ("file-transfer", "get", f"{wire.LOCAL}:{server.port}", "sparse", "--out", out, "--connections", connections, "--no-fsync")
        ended = bench.run(*get, *secured.client, seconds=250, jvm=SMALL).expect_code(0)
        same(os.listdir(out), ["sparse"], "what is there")
        with open(out / "sparse", "rb", buffering=0) as file:
            judge_blocks(lambda view, file=file: fill_from(file, view))
        print(f"     {transport}{secured.word}, {connections} connections: {SIZE / ended.seconds / 1e9:.2f} GB/s", flush=True)
        shutil.rmtree(out)
    expect("OutOfMemory" not in server.err.text(), server.err.text()[-300:])


def ranges(sock):
    with native.Client(sock) as client:
        facts = client.stat("sparse")
        same(facts.size, SIZE, "the size")
        for limit in (2 * GIB, 4 * GIB):
            for offset, length in ((limit - 8, 16), (limit - 8, 8), (limit, 8), (limit - BLOCK - 3, 2 * BLOCK + 6), (limit + 1, 4096)):
                _, data = client.get("sparse", facts.version, offset, length)
                expect(data == bytes(wanted_block(offset, length) or bytes(length)), f"{length} bytes at {offset} differ")
        _, data = client.get("sparse", facts.version, SIZE - 100)
        same(data, bytes(wanted_block(SIZE - 100, 100)), "the last bytes")
        first = 4 * GIB // BLOCK - 2
        found = client.sums("sparse", facts.version, first, 4)
        same(found, [native.crc32c(bytes(wanted_block(at * BLOCK, BLOCK) or bytes(BLOCK))) for at in range(first, first + 4)], "sums")


def register(transport, tls):
    name = f"5gib-native-{transport}{'-tls' if tls else ''}"
    sentence = f"5 GiB by {transport}, {'TLS' if tls else 'plain'}, 1 and 8 connections, and ranges of them, are exact; both ends in 64 MiB"
    check("slow", name, sentence, limit=900, slow=True)(lambda bench: large(bench, transport, tls))


for each in ("epoll", "nio", "io_uring"):
    for encrypted in (False, True):
        register(each, encrypted)


class Crowd:
    """Readers who take a little every second of a file that never ends for them."""

    def __init__(self, secured, port, count):
        self._selector, self._stop, self.ended = selectors.DefaultSelector(), threading.Event(), 0
        self._clients = []
        for _ in range(count):
            client = native.Client(secured.socket(port, receive_buffer=4096))
            client.send(native.get("big"))
            client.sock.setblocking(False)
            self._clients.append(client)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.is_set():
            began = time.monotonic()
            for client in self._clients:
                try:
                    if not client.sock.recv(RATE):
                        self.ended += 1
                except OSError as nothing:  # TLS and plain sockets say differently that there is nothing yet
                    if isinstance(nothing, ConnectionError):
                        self.ended += 1
            self._stop.wait(max(0.0, began + 1 - time.monotonic()))

    def close(self):
        self._stop.set()
        self._thread.join(5)
        for client in self._clients:
            client.close()


def speed(secured, port, size):
    """Bytes a second of one who takes all that comes."""
    buffer, began = bytearray(BLOCK), time.monotonic()
    with native.Client(secured.socket(port)) as client:
        client.send(native.get("fast"))
        left = size
        while left:
            got = client.sock.recv_into(buffer)
            expect(got, "the fast one's connection has ended")
            left -= min(left, got)
    return size / (time.monotonic() - began)


def fairness(bench, tls):
    folder, secured = in_memory(bench), Secured(bench, tls)
    size = GIB if tls else 3 * GIB
    for name in ("big", "fast"):
        with open(folder / name, "wb") as file:
            file.truncate(size)
    time.sleep(0.05)
    server = bench.server("file-transfer", "server", "--root", folder, "--idle-timeout", "5m", *secured.server, jvm=SMALL)
    speed(secured, server.port, size)
    alones, besides = [], []
    for _ in range(7):
        alone = speed(secured, server.port, size)
        crowd = Crowd(secured, server.port, READERS)
        try:
            time.sleep(1)
            beside = speed(secured, server.port, size)
            same(crowd.ended, 0, "slow readers who were sent away")
        finally:
            crowd.close()
        alones.append(alone)
        besides.append(beside)
        print(f"     {alone / 1e9:.2f} GB/s alone{secured.word}, {beside / 1e9:.2f} beside {READERS}: {beside / alone:.2f}", flush=True)
    expect("OutOfMemory" not in server.err.text(), server.err.text()[-300:])
    ratio = statistics.median(besides) / statistics.median(alones)
    expect(ratio >= 0.9, f"beside {READERS} slow readers a fast one keeps {ratio:.2f} of its speed")


@check("slow", "fair", f"{READERS} slow readers leave a fast one 90 % of its speed, the server in 64 MiB", limit=400, slow=True)
def fair(bench):
    fairness(bench, False)


@check("slow", "fair-tls", f"{READERS} slow readers by TLS leave a fast one 90 % of its speed, the server in 64 MiB", limit=400, slow=True)
def fair_tls(bench):
    fairness(bench, True)
