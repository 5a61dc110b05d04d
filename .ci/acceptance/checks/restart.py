"""A new process takes over the port of an old one, and no client notices."""

import socket
import threading
import time

import wire
from harness import TERM, Failure, Skipped, check, eventually, expect, same
from peers import LOCAL

CLIENTS, RESTARTS = 8, 4


class Load:
    """Clients that connect, have something echoed, and close: again and again, until told to stop."""

    def __init__(self, port):
        self._port = port
        self._stop = threading.Event()
        self.rounds = [0] * CLIENTS
        self.failures = []
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _run(self, number):
        while not self._stop.is_set():
            message = b"%d-%d;" % (number, self.rounds[number]) * 20
            try:
                with wire.connect(self._port) as sock:
                    sock.sendall(message)
                    sock.shutdown(socket.SHUT_WR)
                    got = wire.receive_to_end(sock)
                if got != message:
                    self.failures.append(f"{len(got)} of {len(message)} bytes came back in round {self.rounds[number]}")
            except OSError as failure:
                self.failures.append(f"{type(failure).__name__}: {failure}, in round {self.rounds[number]}")
            self.rounds[number] += 1

    def go_on(self, rounds=20):
        """Until every client has done some more rounds."""
        goal = [done + rounds for done in self.rounds]
        eventually(lambda: all(done >= wanted for done, wanted in zip(self.rounds, goal)), "the clients do not come on")

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(25)
        if any(thread.is_alive() for thread in self._threads):
            raise Failure("a client waits for ever")


def rolling(bench, transport):
    if transport not in bench.transports():
        raise Skipped(f"this machine has no {transport}")
    more = ("server", "--reuse-port", "--transport", transport)
    old = bench.server("tcp-echo", *more)
    port = old.port
    load = Load(port)
    try:
        load.go_on()
        for _ in range(RESTARTS):
            new = bench.server("tcp-echo", *more, port=port)
            load.go_on()
            old.signal(TERM)
            old.wait().expect_code(0)
            load.go_on()
            old = new
    finally:
        load.stop()
    total = sum(load.rounds)
    expect(not load.failures, f"{len(load.failures)} of {total} exchanges failed; first: {load.failures[:1]}")
    old.signal(TERM)
    old.wait().expect_code(0)


@check("restart", "restart-io_uring", f"{RESTARTS} rolling restarts under load by io_uring: nobody refused, reset or cut short; each exits 0", limit=180)
def restart_io_uring(bench):
    rolling(bench, "io_uring")


@check("restart", "restart-epoll", f"{RESTARTS} rolling restarts under load by epoll: nobody refused, reset or cut short; each exits 0", limit=180)
def restart_epoll(bench):
    rolling(bench, "epoll")


@check("restart", "port-shared-only-if-both", "a port is shared only by servers that both ask for it")
def both_must_ask(bench):
    first = bench.server("tcp-echo", "server")
    bench.run("tcp-echo", "server", "--reuse-port", "--port", first.port).expect_code(3)
    second = bench.server("tcp-echo", "server", "--reuse-port")
    bench.run("tcp-echo", "server", "--port", second.port).expect_code(3)


@check("restart", "drain-delay", "told to stop, a server accepts and serves for --drain-delay before it drains; a second signal ends that")
def drain_delay(bench):
    server = bench.server("tcp-echo", "server", "--drain-delay", "7s", "--grace", "1s")
    told = server.signal(TERM)
    served = 0
    while time.monotonic() - told < 1.5:
        with wire.connect(server.port) as sock:
            sock.sendall(b"late")
            same(wire.receive(sock, 4), b"late", "an answer in the delay")
            served += 1
        time.sleep(0.05)
    expect(served > 3, "nobody was served in the delay")
    expect(server.running(), "it ended before the delay was over")
    server.wait().expect_code(0)
    expect(time.monotonic() - told >= 7, f"it ended {time.monotonic() - told:.1f} s after the signal")
    with socket.socket() as sock:
        expect(sock.connect_ex((LOCAL, server.port)) != 0, "somebody still listens")

    server = bench.server("tcp-echo", "server", "--drain-delay", "60s")
    server.signal(TERM)
    time.sleep(0.3)
    expect(server.running(), "it did not wait")
    told = server.signal(TERM)
    server.wait().expect_code(0)
    expect(time.monotonic() - told < 3, f"a second signal took {time.monotonic() - told:.1f} s")
