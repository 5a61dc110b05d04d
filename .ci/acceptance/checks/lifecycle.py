"""Being told to stop, being killed, and half-close."""

import socket
import threading
import time

import wire
from harness import INT, KILL, PATIENCE, TERM, Failure, check, eventually, expect, same
from peers import LOCAL

BUSY, IDLE = 50, 50
AT_ONCE = 1.0  # seconds on a busy machine
FORCED = 10


def connections(bench, server, count, greeting=b""):
    """Connections that the server has accepted for sure: what it has not, the kernel resets when the listener closes."""
    socks = [bench.keep(wire.connect(server.port)) for _ in range(count)]
    for sock in socks:
        sock.sendall(greeting)
    for sock in socks:
        same(wire.receive(sock, len(greeting)), greeting, "the first reply")
    return socks


def expect_closed_at_once(socks, since):
    for number, sock in enumerate(socks):
        left = since + AT_ONCE - time.monotonic()
        try:
            wire.seconds_until_closed(sock, max(left, 0.01))
        except Failure:
            raise Failure(f"idle connection {number} of {len(socks)} is open {AT_ONCE} s after the signal") from None


def expect_refused_from_now_on(server):
    eventually(lambda: not server.running() or wire.refused(server.port), "new connections are still accepted", seconds=AT_ONCE)


def ping_pong(server, until, counts):
    """One request after the other; the stop ends it between two."""

    def talk(number, gate):
        with wire.connect(server.port) as sock:
            gate.wait()
            rounds = 0
            while not until.is_set():
                message = b"%d-%d;" % (number, rounds) * 10
                sock.sendall(message)
                same(wire.receive(sock, len(message)), message, f"round {rounds}")
                rounds += 1
                counts[number] = rounds
                time.sleep(0.01)

    return talk


def drained(bench, number):
    server = bench.server("tcp-echo", "server", "--grace", "15s")
    idle = connections(bench, server, IDLE, b"hello\n")
    stop, counts, failures = threading.Event(), [0] * BUSY, []

    def busy():
        try:
            wire.crowd(BUSY, ping_pong(server, stop, counts))
        except Failure as failure:
            failures.append(failure)

    thread = threading.Thread(target=busy, daemon=True)
    thread.start()
    eventually(lambda: all(counts), "the busy did not get going")
    time.sleep(0.6)  # the idle have been so for longer than half a second
    told = server.signal(number)
    expect_closed_at_once(idle, told)
    expect_refused_from_now_on(server)
    at_signal = list(counts)
    while time.monotonic() - told < 2.0:
        expect(server.running(), f"it ended with busy connections: {server.err.text()[-300:]}")
        expect(wire.refused(server.port), "a new connection was accepted during the drain")
        time.sleep(0.1)
    stop.set()
    thread.join(10)
    finished = time.monotonic()
    if failures:
        raise failures[0]
    expect(all(now > then for now, then in zip(counts, at_signal)), "not every busy connection went on after the signal")
    server.wait().expect_code(0)
    expect(time.monotonic() - finished < 3, f"it took {time.monotonic() - finished:.1f} s to end after the last had finished")


@check("lifecycle", "drain-echo", f"SIGTERM with {BUSY} busy and {IDLE} idle: the busy finish, the idle are closed at once, exit 0")
def drain_echo(bench):
    drained(bench, TERM)


@check("lifecycle", "drain-echo-sigint", "SIGINT does what SIGTERM does")
def drain_echo_interrupt(bench):
    drained(bench, INT)


@check("lifecycle", "drain-half-sent-frame", f"{BUSY} frames half sent at the SIGTERM are completed later and answered; exit 0")
def drain_half_sent(bench):
    for framing in ("lines", "length"):
        server = bench.server("tcp-echo", "server", "--framing", framing, "--grace", "15s")
        frames = [(b"line %d\n" % n if framing == "lines" else b"\0\0\0\6frame" + bytes([n])) for n in range(BUSY)]
        busy = connections(bench, server, BUSY, frames[0])
        for sock, frame in zip(busy, frames):
            sock.sendall(frame[:-2])
        idle = connections(bench, server, IDLE, frames[0])
        time.sleep(0.8)
        told = server.signal(TERM)
        expect_closed_at_once(idle, told)
        expect_refused_from_now_on(server)
        time.sleep(1.0)
        for sock, frame in zip(busy, frames):
            sock.sendall(frame[-2:])
        for sock, frame in zip(busy, frames):
            same(wire.receive(sock, len(frame)), frame, "the reply")
        answered = time.monotonic()
        for sock in busy:
            same(wire.receive_to_end(sock), b"", "after the reply")
        server.wait().expect_code(0)
        expect(time.monotonic() - answered < 4, "it went on long after the last was answered")


@check("lifecycle", "drain-downloads", f"{BUSY} slow downloads at the SIGTERM get every byte; the {IDLE} who have not asked are closed")
def drain_downloads(bench):
    size = 12 << 20
    pattern = bytes(i * 31 % 251 for i in range(251 * 257))
    content = (pattern * (size // len(pattern) + 1))[:size]
    (bench.folder() / "file").write_bytes(content)
    server = bench.server("file-transfer", "server", "--root", bench.folder(), "--grace", "20s")
    idle = connections(bench, server, IDLE)
    hurry = threading.Event()
    begun, wrong = [0], []

    def talk(number, gate):
        with wire.connect(server.port, receive_buffer=65536) as sock:
            sock.sendall(b"file\n")
            gate.wait()
            at, some = 0, bytearray(1 << 16)
            while True:
                count = sock.recv_into(some)
                if not count:
                    break
                if some[:count] != content[at : at + count]:
                    raise Failure(f"wrong bytes at {at}")
                at += count
                if not hurry.is_set():
                    begun[0] += 1
                    time.sleep(0.1)
            same(at, size, "bytes")

    def downloads():
        try:
            wire.crowd(BUSY, talk)
        except Failure as failure:
            wrong.append(failure)

    thread = threading.Thread(target=downloads, daemon=True)
    thread.start()
    eventually(lambda: begun[0] > 3 * BUSY or wrong, "the downloads did not get going")
    time.sleep(0.6)
    told = server.signal(TERM)
    expect_closed_at_once(idle, told)
    expect_refused_from_now_on(server)
    time.sleep(max(0.0, told + 2 - time.monotonic()))
    expect(not wrong and server.running(), f"it did not wait for the downloads: {wrong}")
    hurry.set()
    thread.join(30)
    if wrong:
        raise wrong[0]
    server.wait().expect_code(0)


@check("lifecycle", "drain-forced", "a peer that never finishes is forced at the end of the grace: exit 10")
def drain_forced(bench):
    for jar in ("tcp-echo", "file-transfer"):
        if jar == "tcp-echo":
            server = bench.server(jar, "server", "--framing", "lines", "--grace", "1500ms")
            [sock] = connections(bench, server, 1, b"hello\n")
            sock.sendall(b"never ended")
        else:
            with open(bench.folder() / "big", "wb") as file:
                file.truncate(1 << 30)
            server = bench.server(jar, "server", "--root", bench.folder(), "--grace", "1500ms")
            sock = bench.keep(wire.connect(server.port))
            sock.sendall(b"big")
            expect(sock.recv(10), "nothing came")
        time.sleep(0.2)
        told = server.signal(TERM)
        server.wait().expect_code(FORCED)
        took = time.monotonic() - told
        expect(1.4 < took < 4, f"{jar} ended {took:.1f} s after the signal, with a grace of 1.5 s")


@check("lifecycle", "second-signal", "a second signal forces at once, whichever the two are: exit 10")
def second_signal(bench):
    for first, second in ((TERM, TERM), (INT, INT), (TERM, INT)):
        server = bench.server("tcp-echo", "server", "--framing", "lines", "--grace", "60s")
        [sock] = connections(bench, server, 1, b"hello\n")
        sock.sendall(b"never ended")
        time.sleep(0.2)
        server.signal(first)
        time.sleep(0.5)
        expect(server.running(), f"it did not wait for the busy: {server.err.lines()[-3:]}")
        told = server.signal(second)
        server.wait().expect_code(FORCED)
        expect(time.monotonic() - told < 1.5, f"it took {time.monotonic() - told:.1f} s to end")


@check("lifecycle", "stop-idle-servers", "every server with nobody connected ends soon after SIGTERM: exit 0")
def stop_idle(bench):
    for jar, *arguments in (
        ("tcp-echo", "server"),
        ("udp-echo", "server"),
        ("file-transfer", "server", "--root", bench.folder()),
        ("examples", "help-desk"),
        ("examples", "operator-server"),
        ("examples", "udp-receiver"),
    ):
        server = bench.server(jar, *arguments)
        told = server.signal(TERM)
        server.wait().expect_code(0)
        expect(time.monotonic() - told < 3, f"{jar} took {time.monotonic() - told:.1f} s")


@check("lifecycle", "kill-and-restart", "after SIGKILL with live connections a restart binds the same port at once")
def kill_and_restart(bench):
    for jar, *arguments in (
        ("tcp-echo", "server"),
        ("tcp-echo", "server", "--transport", "nio"),
        ("tcp-echo", "server", "--transport", "epoll"),
        ("file-transfer", "server", "--root", bench.folder()),
    ):
        server = bench.server(jar, *arguments)
        socks = [wire.connect(server.port) for _ in range(20)]
        time.sleep(0.3)  # all have been accepted
        killed = server.signal(KILL)
        for sock in socks[:10]:  # the server's end had to close first: its side stays in TIME_WAIT
            same(sock.recv(1), b"", "the end")
            sock.close()
        again = bench.start(jar, *arguments, "--port", server.port)  # the other ten: FIN_WAIT_2
        expect(time.monotonic() - killed < 1, "this machine is too slow to judge")
        again.await_ready()
        same(again.port, server.port, "the port")
        for sock in socks[10:]:
            bench.keep(sock)
        if jar == "tcp-echo":
            with wire.connect(again.port) as sock:
                sock.sendall(b"hello")
                same(sock.recv(5), b"hello", "the reply")
    server = bench.server("udp-echo", "server")
    server.signal(KILL)
    bench.start("udp-echo", "server", "--port", server.port).await_ready()


@check("lifecycle", "half-close", "RFC 862: 1 MiB sent and half-closed comes back to the last byte, then the end")
def half_close(bench):
    data = bytes(i * 7 % 253 for i in range(1 << 20))
    for transport in bench.transports():
        server = bench.server("tcp-echo", "server", "--transport", transport)

        def talk(number, gate):
            with wire.connect(server.port) as sock:
                gate.wait()

                def send():
                    sock.sendall(data)
                    sock.shutdown(socket.SHUT_WR)

                sender = threading.Thread(target=send, daemon=True)
                sender.start()
                time.sleep(0.2 * (number % 3))  # some read late
                got = wire.receive_to_end(sock)
                sender.join(PATIENCE)
                expect(got == data, f"{transport}: {len(got)} of {len(data)} bytes came back, or other ones")

        wire.crowd(6, talk)
        with wire.connect(server.port) as sock:
            sock.shutdown(socket.SHUT_WR)
            same(wire.receive_to_end(sock), b"", "nothing sent, half-closed")


@check("lifecycle", "listens-on-loopback", "without --host nobody but this machine reaches a server")
def loopback_only(bench):
    server = bench.server("tcp-echo", "server")
    same(server.host, LOCAL, "the ready line's host")
    with socket.socket() as sock:
        sock.settimeout(2)
        try:
            sock.connect(("127.0.0.2", server.port))
            raise Failure("127.0.0.2 reaches it too")
        except ConnectionRefusedError:
            pass
