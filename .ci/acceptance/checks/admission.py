"""Whom a server takes: limits, networks, rate, and what happens when the process itself has no room."""

import shutil
import socket
import time

import wire
from harness import PATIENCE, TERM, Skipped, check, eventually, expect, readable, same


def connect_from(host, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.settimeout(PATIENCE)
    sock.bind((host, 0))
    sock.connect((wire.LOCAL, port))
    return sock


def served(sock, data=b"hello"):
    """Whether the echo comes; a refused connection is reset, which writing or reading may tell first."""
    try:
        sock.sendall(data)
        return wire.receive(sock, len(data)) == data
    except ConnectionError:
        return False


@check("admission", "limits", "who comes when it is full is reset, who is here goes on, and a place that is left is taken")
def limits(bench):
    for transport in bench.transports():
        server = bench.server("tcp-echo", "server", "--transport", transport, "--max-connections", 3)
        first = [bench.keep(wire.connect(server.port)) for _ in range(3)]
        expect(all(served(sock) for sock in first), f"{transport}: not the first three served")
        for _ in range(5):
            with wire.connect(server.port) as fourth:
                expect(not served(fourth), f"{transport}: a fourth is served")
        first[0].close()
        eventually(lambda p=server.port: a_new_one_served(p), f"{transport}: nobody gets the place that was left")
        expect(served(first[1]), f"{transport}: a connection suffered from those that were refused")
        expect(server.err.text().count("refused 127.0.0.1:") in range(1, 5), f"{transport}: {server.err.lines()}")
        server.signal(TERM)
        server.wait().expect_code(0)


def a_new_one_served(port):
    with wire.connect(port) as sock:
        return served(sock)


@check("admission", "per-address", "an address has its own limit, which others do not feel")
def per_address(bench):
    for transport in bench.transports():
        server = bench.server("tcp-echo", "server", "--transport", transport, "--max-per-address", 2)
        for host in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
            here = [bench.keep(connect_from(host, server.port)) for _ in range(2)]
            expect(all(served(sock) for sock in here), f"{transport}: {host} has not its two connections")
            with connect_from(host, server.port) as third:
                expect(not served(third), f"{transport}: {host} has a third")


@check("admission", "networks", "only the allowed are served, and never the denied, whichever way it is said")
def networks(bench):
    file = bench.folder() / "echo.properties"
    file.write_text("allow = 127.0.0.0/8,::1\ndeny = 127.0.0.66,127.6.0.0/16\n")
    said = (
        (("--allow", "127.0.0.0/8", "--allow", "::1", "--deny", "127.0.0.66,127.6.0.0/16"), None),
        (("--config", file), None),
        ((), {"PIPEWRIGHT_ALLOW": "127.0.0.0/8", "PIPEWRIGHT_DENY": "127.0.0.66,127.6.0.0/16"}),
    )
    for arguments, env in said:
        server = bench.server("tcp-echo", "server", *arguments, env=env)
        for host, wanted in (("127.0.0.1", True), ("127.0.0.66", False), ("127.6.1.1", False), ("127.7.1.1", True)):
            with connect_from(host, server.port) as sock:
                same(served(sock), wanted, f"{host} with {arguments} {env}")
    server = bench.server("tcp-echo", "server", "--allow", "192.0.2.0/24")
    with wire.connect(server.port) as sock:
        expect(not served(sock), "served, though not among the allowed")


@check("admission", "rate", "connections that come too fast are reset, and later ones served")
def rate(bench):
    server = bench.server("tcp-echo", "server", "--accept-rate", 5)
    start = time.monotonic()
    count = 0
    for _ in range(40):
        with wire.connect(server.port) as sock:
            count += served(sock)
    most = 5 + 5 * (time.monotonic() - start) + 1
    expect(5 <= count <= most, f"{count} served of 40, and at most {most:.1f} may be")
    time.sleep(1.1)
    expect(a_new_one_served(server.port), "nobody served a second later")


@check("admission", "flood", "thousands of refusals cost no descriptor, no memory and few lines of log")
def flood(bench):
    for transport in bench.transports():
        server = bench.server("tcp-echo", "server", "--transport", transport, "--deny", "127.0.0.66")
        expect(a_new_one_served(server.port), f"{transport}: not served")
        before = server.descriptors()

        def talk(number, gate, port=server.port):
            for round_ in range(100):
                try:
                    with connect_from("127.0.0.66", port) as sock:
                        if round_ % 2:
                            sock.sendall(b"let me in")
                except ConnectionError:
                    pass

        wire.crowd(30, talk)
        eventually(
            lambda s=server, b=before: s.descriptors() <= b + 2,
            lambda s=server, b=before: f"{transport}: {b} descriptors before, {s.descriptors()} after",
        )
        expect(a_new_one_served(server.port), f"{transport}: not served any more")
        expect(len(server.err.lines()) < 100, f"{transport}: {len(server.err.lines())} log lines")


@check("admission", "bad-options", "a network or a number that is none is one line on standard error, and exit 2")
def bad_options(bench):
    for option, value, said in (
        ("--allow", "10.0.0.1/8", "write 10.0.0.0/8 for the network"),
        ("--deny", "localhost", "names are not looked up"),
        ("--deny", "10.0.0.0/8,fe80::1%eth0", "has a zone"),
        ("--max-connections", "0", "'0' is not a whole number from 1"),
        ("--max-per-address", "many", "'many' is not a whole number from 1"),
        ("--accept-rate", "1000001", "'1000001' is not a whole number from 1 to 1000000"),
    ):
        ended = bench.run("tcp-echo", "server", "--port", 0, option, value).expect_code(2)
        same(len(ended.error_lines()), 1, f"lines for {option} {value}")
        expect(said in ended.error_lines()[0], f"{option} {value}: {ended.error_lines()[0]}")


@check("admission", "no-descriptors", "with 200 descriptors and 400 clients the accepted go on, the CPU rests, and the others get served in time")
def no_descriptors(bench):
    if not shutil.which("prlimit"):
        raise Skipped("no prlimit on this machine")
    for transport in bench.transports():
        server = bench.server("tcp-echo", "server", "--transport", transport, within=["prlimit", "--nofile=200:200"])
        socks = [bench.keep(wire.connect(server.port)) for _ in range(400)]
        for sock in socks:
            sock.sendall(b"one")
        eventually(lambda s=socks: answered(s) > 100, lambda s=socks: f"{transport}: only {answered(s)} of 400 are served")
        time.sleep(1.5)
        accepted = [sock for sock in socks if readable(sock, 0)]
        expect(len(accepted) < 200, f"{transport}: {len(accepted)} accepted with 200 descriptors")
        spent = server.cpu_seconds()
        time.sleep(1.0)
        spent = server.cpu_seconds() - spent
        expect(spent < 0.4, f"{transport}: {spent:.2f} s of CPU in a second with nothing to do")
        for sock in accepted:
            same(wire.receive(sock, 3), b"one", f"{transport}: the first echo")
            expect(served(sock, b"two"), f"{transport}: one that was accepted is not served any more")
        for sock in accepted[: max(200, len(accepted) // 2)]:
            sock.close()
        others = [sock for sock in socks if sock not in accepted]
        eventually(
            lambda s=others: answered(s) > 100,
            lambda s=others: f"{transport}: {answered(s)} of those who waited are served after others have left",
        )
        expect(len(server.err.lines()) < 900, f"{transport}: {len(server.err.lines())} log lines")
        expect("cannot accept, trying again in a second" in server.err.text(), f"{transport}: nothing is said of it")
        for sock in socks:
            sock.close()
        eventually(lambda p=server.port: a_new_one_served(p), f"{transport}: does not recover")
        server.signal(TERM)
        server.wait().expect_code(0)


def answered(socks):
    return sum(readable(sock, 0) for sock in socks)
