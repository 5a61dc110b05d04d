"""The PROXY protocol: HAProxy in front of tcp-echo, and peers that send what no proxy would."""

import contextlib
import shutil
import socket
import struct
import subprocess
import time

import wire
from checks.admission import connect_from, served
from harness import Skipped, check, eventually, expect, same

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
CLIENT = "127.0.0.9"  # whom HAProxy speaks for; it connects to the server from another address


def v2(command, family, body, length=None):
    return SIGNATURE + struct.pack("!BBH", command, family, len(body) if length is None else length) + body


def addresses(source="203.0.113.7", port=56324):
    return socket.inet_aton(source) + socket.inet_aton("192.0.2.1") + struct.pack("!HH", port, 443)


def line(source="203.0.113.7"):
    return f"PROXY TCP4 {source} 192.0.2.1 56324 443\r\n".encode()


def haproxy(bench, server, options):
    """Starts HAProxy before a server and returns its port."""
    if not shutil.which("haproxy"):
        raise Skipped("no haproxy on this machine")
    port = wire.free_port()
    file = bench.folder() / f"haproxy-{port}.cfg"
    file.write_text(
        f"""global
    maxconn 100
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    unique-id-format %Ts-%ci-%cp
listen echo
    bind 127.0.0.1:{port}
    server one 127.0.0.1:{server.port} {options}
"""
    )
    process = subprocess.Popen(
        ["haproxy", "-db", "-f", str(file)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def end():
        process.kill()
        process.wait(10)

    bench.undo(end)
    return port


def by_way_of(port, client=CLIENT):
    """Connects from the client's address as soon as HAProxy listens."""

    def connected():
        with contextlib.suppress(ConnectionRefusedError):
            return connect_from(client, port)

    return eventually(connected, "HAProxy does not listen")


KINDS = (
    "send-proxy",
    "send-proxy-v2",
    "send-proxy-v2 proxy-v2-options crc32c,unique-id",
    "send-proxy-v2 check check-send-proxy inter 2s",
)


@check("proxy", "haproxy", "behind HAProxy the server knows the client, by either version, with checksum and health checks")
def behind_haproxy(bench):
    for transport in bench.transports():
        trusting = ("--proxy-protocol", "required", "--proxy-trust", "127.0.0.1")
        server = bench.server("tcp-echo", "server", "--transport", transport, *trusting)
        for kind in KINDS:
            front = haproxy(bench, server, kind)
            with by_way_of(front) as sock:
                expect(served(sock, b"by way of a proxy"), f"{transport}, {kind}: no echo")
                own = sock.getsockname()[1]
                server.err.wait_for(rf"connected from: 127\.0\.0\.9:{own}\b", f"{transport}, {kind}: the client's address")
            server.err.wait_for(rf"disconnected: 127\.0\.0\.9:{own}\b", f"{transport}, {kind}: the client's address at the end")
            time.sleep(1.0)  # the log of comings and goings is bounded by the second


@check("proxy", "haproxy-limits", "limits and networks apply to the client and not to HAProxy")
def limits_behind_haproxy(bench):
    for transport in bench.transports():
        server = bench.server(
            "tcp-echo", "server", "--transport", transport, "--proxy-protocol", "required", "--proxy-trust", "127.0.0.1",
            "--max-per-address", 2, "--deny", "127.0.0.66,127.0.0.1",
        )  # fmt: skip
        front = haproxy(bench, server, "send-proxy-v2")
        for host in ("127.0.0.9", "127.0.0.10"):
            here = [bench.keep(by_way_of(front, host)) for _ in range(2)]
            expect(all(served(sock) for sock in here), f"{transport}: {host} has not its two connections")
            with connect_from(host, front) as third:
                expect(not served(third), f"{transport}: {host} has a third")
        with connect_from("127.0.0.66", front) as denied:
            expect(not served(denied), f"{transport}: a denied client is served")


def answer(port, *pieces, dribbled=False, half_close=True):
    """What comes back for these bytes until the server's end; a reset counts as the end."""
    with wire.connect(port) as sock:
        got = b""
        try:
            for piece in pieces:
                if dribbled:
                    wire.dribble(sock, piece, pause=0.001)
                else:
                    sock.sendall(piece)
            if half_close:
                sock.shutdown(socket.SHUT_WR)
            while some := sock.recv(65536):
                got += some
        except ConnectionError:
            pass
        return got


GOOD = {
    "v1": line(),
    "v1 over IPv6": b"PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n",
    "v1 unknown": b"PROXY UNKNOWN\r\n",
    "v1 unknown, 107 bytes": b"PROXY UNKNOWN " + b"x" * 91 + b"\r\n",
    "v2": v2(0x21, 0x11, addresses()),
    "v2 local": v2(0x20, 0x00, b""),
    "v2 unspecified": v2(0x21, 0x00, b"anything"),
    "v2 unix": v2(0x21, 0x31, b"/run/x".ljust(216, b"\0")),
    "v2, 1000 elements": v2(0x21, 0x11, addresses() + b"\xe0\0\0" * 1000),
}

NESTED = b"\x20\0\x05\x01\0\0\0\0"
for _ in range(50):
    NESTED = b"\x20" + struct.pack("!H", 5 + len(NESTED)) + b"\x01\0\0\0\0" + NESTED
GOOD["v2, nested TLS"] = v2(0x21, 0x11, addresses() + NESTED)

BAD = {
    "none": b"GET / HTTP/1.1\r\n\r\n",
    "v1 truncated": b"PROXY TCP4 203.0.113.7",
    "v1 forged address": b"PROXY TCP4 localhost 192.0.2.1 1 2\r\n",
    "v1 forged port": b"PROXY TCP4 203.0.113.7 192.0.2.1 1 65536\r\n",
    "v1, 108 bytes": b"PROXY UNKNOWN " + b"x" * 92 + b"\r\n",
    "v1 without end": b"PROXY UNKNOWN " + b"x" * 5000,
    "v1 with LF alone": b"PROXY UNKNOWN\n",
    "v2 truncated": v2(0x21, 0x11, addresses())[:20],
    "v2, only the signature": SIGNATURE,
    "v2 too short for its addresses": v2(0x21, 0x21, addresses()),
    "v2 with an element that lies": v2(0x21, 0x11, addresses() + b"\x02\xff\xff"),
    "v2 with half an element": v2(0x21, 0x11, addresses() + b"\x02\0"),
    "v2 with a wrong checksum": v2(0x21, 0x11, addresses() + b"\x03\0\x04\0\0\0\0"),
    "v2 with an unknown command": v2(0x2F, 0x11, addresses()),
    "v2 of version 3": v2(0x31, 0x11, addresses()),
    "v2 of 65535 bytes": v2(0x21, 0x11, addresses(), length=0xFFFF) + b"\0" * 65523,
    "v2 with 2000 elements": v2(0x21, 0x11, addresses() + b"\xe0\0\0" * 2000),
}


@check("proxy", "headers", "good headers are taken whole or byte by byte, bad ones end their own connection without an answer")
def headers(bench):
    for transport in bench.transports():
        server = bench.server(
            "tcp-echo", "server", "--transport", transport, "--proxy-protocol", "required", "--proxy-trust", "127.0.0.1",
            jvm=["-Dio.netty.leakDetection.level=paranoid"],
        )  # fmt: skip
        for name, header in GOOD.items():
            same(answer(server.port, header + b"hello"), b"hello", f"{transport}: {name}")
            if len(header) < 300:
                same(answer(server.port, header + b"hello", dribbled=True), b"hello", f"{transport}: {name}, byte by byte")
        before = server.descriptors()
        for name, header in BAD.items():
            same(answer(server.port, header), b"", f"{transport}: {name}")
            same(answer(server.port, header[:9], header[9:]), b"", f"{transport}: {name}, in two pieces")
        same(answer(server.port, GOOD["v2"] + b"still here"), b"still here", f"{transport}: after all that")
        eventually(lambda s=server, b=before: s.descriptors() <= b + 1, f"{transport}: descriptors are left")
        expect(len(server.err.lines()) < 200, f"{transport}: {len(server.err.lines())} log lines")


@check("proxy", "timeout", "a header that does not come ends the connection after 5 s where it is required")
def timeout(bench):
    server = bench.server("tcp-echo", "server", "--proxy-protocol", "required", "--proxy-trust", "127.0.0.1")
    with wire.connect(server.port) as silent, wire.connect(server.port) as slow:
        slow.sendall(b"PROXY TCP4 ")
        took = wire.seconds_until_closed(silent, 12)
        expect(4.5 < took, f"closed after {took:.1f} s")
        wire.seconds_until_closed(slow, 5)
    server.err.wait_for(r"its PROXY header was not complete within 5000 ms", "the reason")


@check("proxy", "optional", "where it is optional, others are served at once as they are, and a forged header is their data")
def optional(bench):
    for transport in bench.transports():
        server = bench.server(
            "tcp-echo", "server", "--transport", transport, "--proxy-protocol", "optional", "--proxy-trust", "127.0.0.1"
        )
        same(answer(server.port, line() + b"hello"), b"hello", f"{transport}: with a header")
        with wire.connect(server.port) as sock:
            for data in (b"h", b"PROXY", b"\r\n\r\n"):  # the first byte has decided
                expect(served(sock, data), f"{transport}: {data!r} is held back")
        with wire.connect(server.port) as sock:
            expect(served(sock, b"\r\n\r\nx"), f"{transport}: what cannot become a header is held back")
        same(answer(server.port, b"PRO"), b"PRO", f"{transport}: the beginning of a signature, and the end")
        with connect_from("127.0.0.2", server.port) as stranger:
            expect(served(stranger, line()), f"{transport}: a stranger's header is not its data")
        expect(": 203.0.113.7" in server.err.text(), f"{transport}: the proxy was not believed")
        same(server.err.text().count("connected from: 127.0.0.2:"), 1, f"{transport}: the stranger's own address")


@check("proxy", "untrusted", "where it is required, who is not trusted is closed unread")
def untrusted(bench):
    server = bench.server("tcp-echo", "server", "--proxy-protocol", "required", "--proxy-trust", "192.0.2.0/24,::1")
    same(answer(server.port, line() + b"hello"), b"", "for a stranger")
    expect("connected from" not in server.err.text(), "the service heard of it")


@check("proxy", "options", "a server that would trust nobody, or trust for nothing, says so in one line")
def options(bench):
    for arguments, said in (
        (("--proxy-protocol", "required"), "needs --proxy-trust CIDR"),
        (("--proxy-protocol", "optional"), "needs --proxy-trust CIDR"),
        (("--proxy-trust", "10.0.0.0/8"), "trusts nobody without --proxy-protocol"),
        (("--proxy-protocol", "required", "--proxy-trust", "proxy.example"), "names are not looked up"),
        (("--proxy-protocol", "maybe"), "expected one of off, optional, required"),
    ):
        ended = bench.run("tcp-echo", "server", "--port", 0, *arguments).expect_code(2)
        same(len(ended.error_lines()), 1, f"lines for {arguments}")
        expect(said in ended.error_lines()[0], f"{arguments}: {ended.error_lines()[0]}")
