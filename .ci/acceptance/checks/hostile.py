"""Peers that do wrong: their connection ends by a stated rule, the rest go on, and memory stays bounded."""

import select
import shutil
import socket
import struct
import subprocess
import threading
import time

import wire
from harness import TERM, Skipped, check, eventually, expect, java, readable, same
from peers import LOCAL


def served(server, message=b"still here\n", count=20):
    """Others are served, exactly and soon."""
    began = time.monotonic()
    for _ in range(count):
        with wire.connect(server.port) as sock:
            sock.sendall(message)
            same(wire.receive(sock, len(message)), message, "what another client gets")
    took = time.monotonic() - began
    expect(took < 0.1 * count + 1, f"{count} other clients took {took:.1f} s")


def ended(sock, limit=3.0):
    return wire.seconds_until_closed(sock, limit)


@check("hostile", "frame-too-long", "a frame over the maximum closes its connection at once, before it is buffered")
def frame_too_long(bench):
    server = bench.server("tcp-echo", "server", "--framing", "lines", "--max-frame", "1KiB")
    with wire.connect(server.port) as good, wire.connect(server.port) as bad:
        good.sendall(b"x" * 1023)
        bad.sendall(b"y" * 1025)
        ended(bad)
        good.sendall(b"x\n")
        same(wire.receive(good, 1025), b"x" * 1024 + b"\n", "a line of exactly the maximum")
    served(server)
    server = bench.server("tcp-echo", "server", "--framing", "length", "--max-frame", "1KiB")
    for header in (b"\0\0\4\1", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff\xff\xff\xff"):
        with wire.connect(server.port) as bad:
            bad.sendall(header)
            ended(bad)
    frame = b"\0\0\4\0" + b"z" * 1024
    served(server, frame)


@check("hostile", "undecodable-bytes", "with --charset, bytes that are no text close their connection; nothing raw is logged")
def undecodable(bench):
    server = bench.server("tcp-echo", "server", "--reply", "uppercase", "--framing", "lines", "--charset", "UTF-8")
    for bad in (b"\xff\n", b"abc\xe7\xbd\n", b"\xc0\xaf\n", b"\x1b[31m\r\xfe\n", b"\xed\xa0\x80\n"):
        with wire.connect(server.port) as sock:
            sock.sendall(bad)
            ended(sock)
    with wire.connect(server.port) as sock:
        sock.sendall("straße 网络\n".encode())
        line = wire.receive(sock, len("STRASSE 网络\n".encode()))
        expect(line.decode().upper() == "STRASSE 网络\n", f"an honest line came back as {line!r}")
    log = server.err.bytes()
    expect(not any(byte < 32 and byte != 10 or byte == 127 for byte in log), f"control characters in the log: {log!r:.300}")


@check("hostile", "resets", "hundreds of resets in the middle of a frame: a bounded log, no harm to others")
def resets(bench):
    server = bench.server("tcp-echo", "server", "--framing", "lines")

    def talk(number, gate):
        for _ in range(3):
            sock = wire.connect(server.port)
            sock.sendall(b"half a line" if number % 2 else b"whole\nhalf")
            if number % 3:
                sock.recv(10) if not number % 2 else None
            wire.reset(sock)

    wire.crowd(200, talk)
    served(server)
    expect(len(server.err.lines()) < 150, f"{len(server.err.lines())} log lines for 600 resets")
    wrong = [line for line in server.err.lines() if f":{server.port}: " in line or "null" in line]
    expect(not wrong, f"{len(wrong)} log lines name no peer, or the server itself as one: {wrong[:1]}")


@check("hostile", "never-reads", "peers that send and never read are stopped; the server's memory stays bounded and others are served")
def never_reads(bench):
    server = bench.server("tcp-echo", "server")
    served(server, b"x" * 60_000, count=50)
    before = server.resident_mib()
    socks = [bench.keep(wire.connect(server.port, receive_buffer=4096)) for _ in range(20)]
    for sock in socks:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        sock.setblocking(False)
    stream = bytes(i * 31 % 251 for i in range(251 * 257)) * 16  # a part of it looks like no other part
    sent, last = dict.fromkeys(socks, 0), time.monotonic()
    limit = time.monotonic() + 15
    while time.monotonic() - last < 1.0:
        expect(time.monotonic() < limit, f"after 15 s the server still takes bytes: {sum(sent.values()) >> 20} MiB so far")
        for sock in select.select([], socks, [], 0.1)[1]:
            try:
                at = sent[sock] % (len(stream) // 2)
                sent[sock] += sock.send(stream[at : at + len(stream) // 2])
                last = time.monotonic()
            except BlockingIOError:
                pass
    accepted = sum(sent.values())
    served(server)
    grown = server.resident_mib() - before
    expect(grown < 100, f"resident memory grew by {grown:.0f} MiB for {accepted >> 20} MiB that nobody reads")
    spent = server.cpu_seconds()
    time.sleep(0.5)
    spent = server.cpu_seconds() - spent
    expect(spent < 0.25, f"the server is not at rest: {spent:.2f} s of CPU in half a second")
    for sock in socks[:10]:
        wire.reset(sock)
    one = socks[-1]  # it begins to read after all: everything that was taken comes back, in order
    one.settimeout(10)
    one.shutdown(socket.SHUT_WR)
    back, half = wire.receive_to_end(one), len(stream) // 2
    expect(len(back) == sent[one], f"{len(back)} of {sent[one]} bytes came back to a late reader")
    for at in range(0, len(back), half):
        expect(back[at : at + half] == stream[: half][: len(back) - at], f"a late reader got other bytes after {at}")


@check("hostile", "drip", "with --framing lines and --idle-timeout 1s dripped bytes are no life; whole lines are")
def drip(bench):
    server = bench.server("tcp-echo", "server", "--framing", "lines", "--idle-timeout", "1s")
    with wire.connect(server.port) as dripping, wire.connect(server.port) as silent, wire.connect(server.port) as alive:
        began = time.monotonic()
        closed = {}
        while time.monotonic() - began < 3.5:
            if dripping not in closed:
                try:
                    dripping.send(b"x")
                except OSError:
                    pass  # it is about to be seen below
            alive.sendall(b"line\n")
            same(wire.receive(alive, 5), b"line\n", "a lively client's reply")
            for sock in (dripping, silent):
                if sock not in closed and readable(sock, 0.1):
                    try:
                        expect(not sock.recv(10), "bytes instead of the end")
                    except ConnectionResetError:
                        pass
                    closed[sock] = time.monotonic() - began
            time.sleep(0.1)
        for sock, what in ((dripping, "the dripping client"), (silent, "the silent client")):
            expect(sock in closed, f"{what} is still connected")
            expect(0.8 < closed[sock] < 2.6, f"{what} was closed after {closed[sock]:.1f} s")


@check("hostile", "slow-reader-not-idle", "a reply that is being read slowly for longer than the idle timeout is no idleness")
def slow_reader(bench):
    server = bench.server("tcp-echo", "server", "--idle-timeout", "2s")
    data = bytes(i * 31 % 251 for i in range(251 * 257)) * 96  # 6 MB
    with wire.connect(server.port, receive_buffer=1 << 16) as sock:

        def send():
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        got, began = bytearray(), time.monotonic()
        while len(got) < len(data):
            some = sock.recv(1 << 16)
            if not some:
                break
            got += some
            ahead = len(got) / 1_200_000 - (time.monotonic() - began)
            time.sleep(max(0.0, ahead))
        expect(got == data, f"{len(got)} of {len(data)} bytes came back in {time.monotonic() - began:.1f} s, or other ones")


@check("hostile", "connect-and-close", "thousands of connections that open and close leave nothing behind")
def connect_and_close(bench):
    server = bench.server("tcp-echo", "server")
    served(server)
    before = server.descriptors()

    def talk(number, gate):
        for round_ in range(100):
            sock = wire.connect(server.port)
            if number % 2:
                wire.reset(sock)
            else:
                if round_ % 4 == 0:
                    sock.sendall(b"hello")
                sock.close()

    wire.crowd(40, talk)
    eventually(
        lambda: server.descriptors() <= before + 2,
        lambda: f"{before} descriptors before 4000 connections, {server.descriptors()} after",
    )
    served(server)
    expect(len(server.err.lines()) < 300, f"{len(server.err.lines())} log lines for 4000 connections")


@check("hostile", "no-leak", "after all kinds of bad peers the leak detector has nothing to say")
def no_leak(bench):
    server = bench.server(
        "tcp-echo", "server", "--framing", "lines", "--max-frame", "1KiB", "--reply", "uppercase", "--charset", "UTF-8",
        jvm=["-Dio.netty.leakDetection.level=paranoid"],
    )  # fmt: skip

    def talk(number, gate):
        bad = [b"a\nb\nhalf", b"x" * 2000, b"\xff\n", b"good\n" * 100, b"\n\n\n", b"caf\xc3"][number % 6]
        for round_ in range(10):
            sock = wire.connect(server.port)
            sock.sendall(bad)
            if round_ % 2:
                wire.reset(sock)
            else:
                sock.close()

    wire.crowd(60, talk)
    jcmd = java()[: -len("java")] + "jcmd"
    subprocess.run([jcmd, str(server.pid), "GC.run"], capture_output=True, timeout=20, check=True)
    served(server, b"AGAIN\n", count=50)  # a leak is reported by a later allocation; the bench reads the log


@check("hostile", "descriptors-exhausted", "out of file descriptors a server serves whom it has, says so in bounds, and recovers")
def descriptors_exhausted(bench):
    if not shutil.which("prlimit"):
        raise Skipped("no prlimit on this machine")
    for transport in bench.transports():
        server = bench.server("tcp-echo", "server", "--transport", transport, within=["prlimit", "--nofile=90:90"])
        served(server, count=3)
        socks = [bench.keep(wire.connect(server.port)) for _ in range(200)]
        for sock in socks:
            sock.sendall(b"hello")
        eventually(lambda: sum(readable(sock, 0) for sock in socks) > 40, f"{transport}: those that it has accepted are not served")
        time.sleep(1.5)
        spent = server.cpu_seconds()
        time.sleep(0.5)
        spent = server.cpu_seconds() - spent
        expect(spent < 0.25, f"{transport}: {spent:.2f} s of CPU in half a second with nothing to do")
        for sock in socks:
            sock.close()
        time.sleep(1.2)  # it looks again after a second
        served(server, count=3)
        expect(len(server.err.lines()) < 200, f"{transport}: {len(server.err.lines())} log lines")
        server.signal(TERM)
        server.wait().expect_code(0)


@check("hostile", "downloads", "downloads that are reset, or never read, end by a stated rule and leave no descriptor open")
def downloads(bench):
    with open(bench.folder() / "big", "wb") as file:
        file.truncate(1 << 30)
    for transport in bench.transports():
        server = bench.server("file-transfer", "server", "--root", bench.folder(), "--transport", transport, "--idle-timeout", "1s")

        def begun(_, gate):
            sock = wire.connect(server.port, receive_buffer=4096)
            sock.sendall(b"big\n")
            gate.wait()
            expect(sock.recv(1000), "nothing came")
            return sock

        [first] = wire.crowd(1, begun)
        wire.reset(first)
        before = server.descriptors()
        for sock in wire.crowd(50, begun):
            wire.reset(sock)
        unread, silent = wire.crowd(1, begun)[0], wire.connect(server.port)
        ended(silent)
        eventually(
            lambda: server.descriptors() <= before + 1,
            lambda: f"{transport}: {before} descriptors before, {server.descriptors()} after",
        )
        unread.close()
        expect(len(server.err.lines()) < 150, f"{transport}: {len(server.err.lines())} log lines")


@check("hostile", "udp", "datagrams from port 0, from ports that have closed, empty and of the largest size harm nobody")
def udp(bench):
    for transport in bench.transports():
        server = bench.server("udp-echo", "server", "--transport", transport)
        with wire.udp_socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            for _ in range(20):
                with wire.udp_socket() as gone:  # its port is closed before the reply comes: ICMP tells the server
                    gone.sendto(b"nobody home", (LOCAL, server.port))
                from_port_zero(server.port)
            for data in (b"", b"\0" * 65_507, b"\xff" * 9000, b"", b"after all that"):
                sock.sendto(data, (LOCAL, server.port))
                expect(sock.recv(1 << 17) == data, f"{transport}: something else came back for {len(data)} bytes")
        expect(len(server.err.lines()) < 40, f"{transport}: {len(server.err.lines())} log lines")


def from_port_zero(port):
    """A datagram that cannot be answered; only root can send one."""
    try:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    except PermissionError:
        return
    with raw:
        payload = b"whence?"
        raw.sendto(struct.pack("!HHHH", 0, port, 8 + len(payload), 0) + payload, (LOCAL, 0))
