"""Several addresses at once, Unix domain sockets, and the files that these leave."""

import os
import shutil
import socket
import stat

import wire
from harness import KILL, TERM, Skipped, check, eventually, expect, same
from peers import LOCAL

SERVERS = ("tcp-echo", "file-transfer")
CANNOT_LISTEN = 3


def content(bench):
    root = bench.folder() / "root"
    if not root.exists():
        root.mkdir()
        (root / "hello").write_bytes(b"hello")
    return root


def arguments(bench, jar):
    return ("server",) if jar == "tcp-echo" else ("server", "--root", content(bench))


def ask(jar, sock):
    """hello comes back from either service: as an echo, or as the content of the file of that name."""
    if jar == "tcp-echo":
        sock.sendall(b"hello")
        sock.shutdown(socket.SHUT_WR)
    else:
        sock.sendall(b"hello\n")
    same(wire.receive_to_end(sock), b"hello", f"{jar}'s answer")


def connect_unix(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(20)
    sock.connect(str(path))
    return sock


def ready_addresses(server):
    """The words between `listening on` and the transport."""
    server.out.wait_for(r"\n", f"the ready line; standard error: {server.err.text()[-300:]}")
    line = server.out.lines()[0]
    words = line.partition(" listening on ")[2].rpartition(" (")[0].split(", ")
    expect(len(words) > 0 and words[0], f"not a ready line: {line!r}")
    return words


def port(word):
    return int(word.rpartition(":")[2])


def ask_all(jar, words, path):
    same(len(words), 3, f"addresses in the ready line {words}")
    expect(words[0].startswith("127.0.0.1:") and port(words[0]) > 0, f"not an IPv4 address: {words[0]}")
    expect(words[1].startswith("[::1]:") and port(words[1]) > 0, f"not an IPv6 address: {words[1]}")
    same(words[2], f"unix:{path}", "the third address")
    with socket.create_connection((LOCAL, port(words[0])), 20) as four:
        ask(jar, four)
    with socket.create_connection(("::1", port(words[1])), 20) as six:
        ask(jar, six)
    with connect_unix(path) as unix:
        ask(jar, unix)


@check("addresses", "listen-on-all-kinds", "IPv4, IPv6 and a Unix socket by option, commas, environment and config file; SIGTERM removes the socket")
def listen_on_all_kinds(bench):
    if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
        raise Skipped("this machine has no IPv6")
    for jar in SERVERS:
        path = bench.folder() / "s"
        three = ("127.0.0.1:0", "[::1]:0", f"unix:{path}")
        config = bench.folder() / "config"
        config.write_text(f"listen = {','.join(three)}\n")
        base = arguments(bench, jar)
        for way, more, env in (
            ("options", [word for one in three for word in ("--listen", one)], None),
            ("commas", ["--listen", ",".join(three)], None),
            ("environment", [], {"PIPEWRIGHT_LISTEN": ",".join(three)}),
            ("config file", ["--config", config], None),
        ):
            server = bench.start(jar, *base, *more, env=env)
            ask_all(jar, ready_addresses(server), path)
            expect(stat.S_ISSOCK(os.lstat(path).st_mode), f"{way}: there is no socket at {path}")
            server.signal(TERM)
            server.wait().expect_code(0)
            expect(not os.path.lexists(path), f"{jar}, by {way}: the socket's file is still there after SIGTERM")


@check("addresses", "listen-unix-transports", "a Unix socket serves by every transport of the machine")
def unix_transports(bench):
    for transport in bench.transports():
        for jar in SERVERS:
            path = bench.folder() / f"{jar}-{transport}"
            server = bench.start(jar, *arguments(bench, jar), "--listen", f"unix:{path}", "--transport", transport)
            same(ready_addresses(server), [f"unix:{path}"], "the ready line's addresses")
            for _ in range(20):
                with connect_unix(path) as sock:
                    ask(jar, sock)
            server.signal(TERM)
            server.wait().expect_code(0)
            expect(not os.path.lexists(path), f"{transport}: the socket's file is still there")


@check("addresses", "unix-clients", "our clients, socat and ncat reach a Unix socket")
def unix_clients(bench):
    path = bench.folder() / "echo"
    server = bench.start("tcp-echo", "server", "--listen", f"unix:{path}")
    ready_addresses(server)
    ours = bench.run("tcp-echo", "client", f"unix:{path}", "--message", "hello").expect_code(0)
    same(ours.text(), "hello\n", "what our client printed")
    files = bench.folder() / "files"
    server = bench.start("file-transfer", "server", "--root", content(bench), "--listen", f"unix:{files}")
    ready_addresses(server)
    out = bench.folder() / "out"
    out.mkdir()
    bench.run("file-transfer", "get", f"unix:{files}", "hello", "--out", out).expect_code(0)
    same((out / "hello").read_bytes(), b"hello", "what our client saved")
    found = 0
    for command in (["socat", "-t10", "-", f"UNIX-CONNECT:{path}"], ["ncat", "-U", str(path)]):
        if shutil.which(command[0]):
            found += 1
            done = bench.foreign(command, b"from outside\n")
            same(done, b"from outside\n", command[0])
    expect(found or not shutil.which("socat"), "no foreign client was tried")


@check("addresses", "unix-stale-socket", "what a killed server left is taken over; a living server's socket and a plain file never are")
def stale_socket(bench):
    for transport in bench.transports():
        path = bench.folder() / f"stale-{transport}"
        more = ("--listen", f"unix:{path}", "--transport", transport)
        first = bench.start("tcp-echo", "server", *more)
        ready_addresses(first)
        refused = bench.run("tcp-echo", "server", *more).expect_code(CANNOT_LISTEN)
        same(len(refused.error_lines()), 1, f"lines of the refusal {refused.error_lines()}")
        with connect_unix(path) as sock:
            ask("tcp-echo", sock)  # the second has not harmed the first
        first.signal(KILL)
        first.wait()
        expect(stat.S_ISSOCK(os.lstat(path).st_mode), "SIGKILL left no socket: nothing to take over")
        second = bench.start("tcp-echo", "server", *more)
        ready_addresses(second)
        with connect_unix(path) as sock:
            ask("tcp-echo", sock)
        second.signal(TERM)
        second.wait().expect_code(0)

        path.write_bytes(b"precious")
        refused = bench.run("tcp-echo", "server", *more).expect_code(CANNOT_LISTEN)
        same(len(refused.error_lines()), 1, f"lines of the refusal {refused.error_lines()}")
        expect(str(path) in refused.error_lines()[0], f"the file is not named: {refused.error_lines()}")
        same(path.read_bytes(), b"precious", f"{transport}: the plain file")


@check("addresses", "listen-all-or-none", "one address that is taken keeps the server from listening on any, and leaves no socket file")
def all_or_none(bench):
    path = bench.folder() / "never"
    with socket.socket() as taken:
        taken.bind((LOCAL, 0))
        taken.listen()
        number = taken.getsockname()[1]
        refused = bench.run(
            "tcp-echo", "server", "--listen", f"unix:{path}", "--listen", f"{LOCAL}:{number}"
        ).expect_code(CANNOT_LISTEN)
    same(len(refused.error_lines()), 1, f"lines of the refusal {refused.error_lines()}")
    expect(f"{LOCAL}:{number}" in refused.error_lines()[0], f"the address is not named: {refused.error_lines()}")
    eventually(lambda: not os.path.lexists(path), "the socket's file was left behind")


@check("addresses", "listen-bad", "an endpoint that is none is one line and exit 2, wherever it was written")
def bad_endpoints(bench):
    for word in ("nowhere", "127.0.0.1", "127.0.0.1:70000", "unix:", "::1:5", f"unix:/{'x' * 200}"):
        done = bench.run("tcp-echo", "server", "--listen", word).expect_code(2)
        same(len(done.error_lines()), 1, f"lines about {word}: {done.error_lines()}")
        expect("--listen" in done.error_lines()[0], f"{word}: the option is not named: {done.error_lines()}")
        done = bench.run("tcp-echo", "server", env={"PIPEWRIGHT_LISTEN": word}).expect_code(2)
        expect("PIPEWRIGHT_LISTEN" in done.error_lines()[0], f"{word}: the variable is not named: {done.error_lines()}")
