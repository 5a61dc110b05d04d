"""What a user gets wrong is answered with one sentence on standard error, no stack trace, and the documented exit code."""

import concurrent.futures
import os
import pathlib
import re
import socket

import wire
from harness import Failure, Skipped, check, expect, same
from peers import LOCAL, Plain, s7_download, s8_upper_case

USAGE, CANNOT_LISTEN, CANNOT_CONNECT, TIMED_OUT, CANNOT_WRITE = 2, 3, 4, 5, 9
NOBODY = 65534


def refuse(bench, code, cases, **how):
    """Each case is (what the sentence must mention, parted by spaces, jar, arguments…): one line that does, and the exit code."""

    def one(case):
        mention, jar, *arguments = case
        told = f"{jar} {' '.join(map(str, arguments))}"
        try:
            ended = bench.run(jar, *arguments, stdin=None, **how)
        except Failure as failure:
            return f"{told}: {failure}"
        if ended.code != code:
            return f"{told}: exit code {code} wanted: {ended!r}"
        if ended.out:
            return f"{told}: standard output says {ended.out!r}"
        lines = ended.error_lines()
        if len(lines) != 1:
            return f"{told}: one line wanted on standard error: {ended!r}"
        if not all(word in lines[0] for word in mention.split()):
            return f"{told}: {lines[0]!r} does not mention {mention}"
        if re.search(r"Exception|\bjava\.|\bio\.netty|\bio\.pipewright|\bnull\b", lines[0]):
            return f"{told}: {lines[0]!r} talks of the program's insides"
        return None

    with concurrent.futures.ThreadPoolExecutor(2) as workers:
        wrong = [each for each in workers.map(one, cases) if each]
    if wrong:
        raise Failure("; ".join(wrong))


@check("bad-input", "port-taken", "a port that somebody listens on: exit 3 and the address")
def port_taken(bench):
    root = bench.folder()
    with socket.create_server((LOCAL, 0)) as tcp, wire.udp_socket() as udp:
        taken, datagram = tcp.getsockname()[1], udp.getsockname()[1]
        refuse(
            bench,
            CANNOT_LISTEN,
            [
                (f"{LOCAL}:{taken}", "tcp-echo", "server", "--port", taken),
                (f"{LOCAL}:{taken}", "tcp-echo", "server", "--port", taken, "--transport", "nio"),
                (f"{LOCAL}:{taken}", "tcp-echo", "server", "--port", taken, "--transport", "epoll"),
                (f"{LOCAL}:{datagram}", "udp-echo", "server", "--port", datagram),
                (f"{LOCAL}:{datagram}", "udp-echo", "server", "--port", datagram, "--transport", bench.transports()[0]),
                (f"{LOCAL}:{taken}", "file-transfer", "server", "--root", root, "--port", taken),
                (f"{LOCAL}:{taken}", "examples", "help-desk", "--port", taken),
                (f"{LOCAL}:{datagram}", "examples", "udp-receiver", "--host", LOCAL, "--port", datagram),
            ],
        )


@check("bad-input", "port-not-permitted", "a port below 1024 without the right: exit 3")
def port_not_permitted(bench):
    if int(pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) < 1024:
        raise Skipped("everybody may listen on ports below 1024 here")
    uid = NOBODY if os.geteuid() == 0 else None
    refuse(
        bench,
        CANNOT_LISTEN,
        [
            (f"{LOCAL}:999 permi", "tcp-echo", "server", "--port", 999),
            (f"{LOCAL}:999 permi", "udp-echo", "server", "--port", 999),
            (f"{LOCAL}:999 permi", "examples", "greeting-server", "--port", 999),
        ],
        uid=uid,
        cwd="/",
    )


@check("bad-input", "address-not-ours", "an address that is not this machine's, or no address: exit 3")
def address_not_ours(bench):
    refuse(
        bench,
        CANNOT_LISTEN,
        [
            ("192.0.2.1:0", "tcp-echo", "server", "--host", "192.0.2.1", "--port", 0),
            ("192.0.2.1:0", "udp-echo", "server", "--host", "192.0.2.1", "--port", 0),
            ("no-such-host.invalid", "tcp-echo", "server", "--host", "no-such-host.invalid", "--port", 0),
        ],
    )


@check("bad-input", "nobody-there", "unknown host, nothing listening: exit 4, with host, port and cause")
def nobody_there(bench):
    closed = wire.free_port()
    refuse(
        bench,
        CANNOT_CONNECT,
        [
            (f"{LOCAL}:{closed} refused", "tcp-echo", "client", f"{LOCAL}:{closed}"),
            (f"{LOCAL}:{closed} refused", "tcp-echo", "client", f"{LOCAL}:{closed}", "--message", "x", "--transport", "nio"),
            (f"{LOCAL}:{closed} refused", "file-transfer", "get", f"{LOCAL}:{closed}", "x", "--out", bench.folder(), "--plain"),
            (f"{LOCAL}:{closed} refused", "examples", "hello-client", "--host", LOCAL, "--port", closed),
            ("no-such-host.invalid:80", "tcp-echo", "client", "no-such-host.invalid:80"),
            ("no-such-host.invalid:80", "udp-echo", "client", "no-such-host.invalid:80", "--message", "x"),
            ("no-such-host.invalid:80", "file-transfer", "get", "no-such-host.invalid:80", "x", "--out", bench.folder(), "--plain"),
        ],
    )
    same(os.listdir(bench.folder()), [], "what a download that never began has left")


@check("bad-input", "usage", "no such charset, no such transport here, bad values, unknown options and keys: exit 2")
def usage(bench):
    config = bench.folder() / "service.properties"
    config.write_text("prot = 5000\n")
    file = bench.folder() / "a file"
    file.write_text("")
    missing = bench.folder() / "missing"
    refuse(
        bench,
        USAGE,
        [
            ("--charset no-such", "tcp-echo", "client", f"{LOCAL}:9", "--charset", "no-such"),
            ("--charset no-such", "udp-echo", "server", "--port", 0, "--print", "--charset", "no-such"),
            ("kqueue", "tcp-echo", "server", "--port", 0, "--transport", "kqueue"),
            ("kqueue", "udp-echo", "server", "--port", 0, "--transport", "kqueue"),
            ("--transport fast", "tcp-echo", "server", "--port", 0, "--transport", "fast"),
            ("--port 70000", "tcp-echo", "server", "--port", 70000),
            ("--port -1", "tcp-echo", "server", "--port=-1"),
            ("--port http", "udp-echo", "server", "--port", "http"),
            ("--idle-timeout soon", "tcp-echo", "server", "--port", 0, "--idle-timeout", "soon"),
            ("--grace -1s", "tcp-echo", "server", "--port", 0, "--grace=-1s"),
            ("--loops -1", "tcp-echo", "server", "--port", 0, "--loops=-1"),
            ("--backlog 0", "tcp-echo", "server", "--port", 0, "--backlog", 0),
            ("--reply shout", "tcp-echo", "server", "--port", 0, "--reply", "shout"),
            ("--framing guess", "tcp-echo", "server", "--port", 0, "--framing", "guess"),
            ("--count 0", "tcp-echo", "client", f"{LOCAL}:9", "--message", "x", "--count", 0),
            ("--reply", "tcp-echo", "server", "--port", 0, "--repyl", "verbatim"),
            ("serve", "tcp-echo", "serve"),
            ("HOST:PORT", "tcp-echo", "client"),
            ("localhost", "tcp-echo", "client", "localhost"),
            ("0", "tcp-echo", "client", "localhost:0"),
            ("--root", "file-transfer", "server", "--port", 0),
            (str(missing), "file-transfer", "server", "--port", 0, "--root", missing),
            (str(file), "file-transfer", "server", "--port", 0, "--root", file),
            ("no-such-example", "examples", "no-such-example"),
            (f"{config.name} prot port", "tcp-echo", "server", "--config", config),
            ("absent.properties", "tcp-echo", "server", "--config", bench.folder() / "absent.properties"),
        ],
    )


@check("bad-input", "root-unreadable", "a root that the server's user may not read: exit 2")
def root_unreadable(bench):
    root = bench.folder() / "locked"
    root.mkdir()
    root.chmod(0)
    uid = NOBODY if os.geteuid() == 0 else None
    refuse(bench, USAGE, [(str(root), "file-transfer", "server", "--port", 0, "--root", root)], uid=uid, cwd="/")


@check("bad-input", "environment", "a bad value in the environment names its variable: exit 2")
def bad_environment(bench):
    refuse(bench, USAGE, [("PIPEWRIGHT_PORT many", "tcp-echo", "server")], env={"PIPEWRIGHT_PORT": "many"})


@check("bad-input", "timed-out", "a server that accepts and says nothing: exit 5, and nothing left of the download")
def timed_out(bench):
    def silent(listener, say):
        clients = []
        while True:
            clients.append(listener.accept()[0])

    plain = bench.keep(Plain(silent))
    refuse(
        bench,
        TIMED_OUT,
        [
            ("", "tcp-echo", "client", plain.address, "--message", "x", "--timeout", "300ms"),
            ("", "file-transfer", "get", plain.address, "x", "--out", bench.folder(), "--plain", "--timeout", "300ms"),
        ],
    )
    same(os.listdir(bench.folder()), [], "what the download has left")


@check("bad-input", "cannot-write", "a folder that is not there, is no place to write, or is full; output that is full: exit 9")
def cannot_write(bench):
    files, taken, locked = (bench.folder() / name for name in ("files", "taken", "locked"))
    files.mkdir()
    (files / "name").write_bytes(b"content")
    (taken / "name").mkdir(parents=True)
    locked.mkdir()
    locked.chmod(0o555)
    plain = bench.keep(Plain(s7_download.serve, files))
    get = ("file-transfer", "get", plain.address, "name", "--plain", "--out")
    refuse(bench, CANNOT_WRITE, [("absent", *get, bench.folder() / "absent"), ("name", *get, taken)])
    refuse(bench, CANNOT_WRITE, [("locked", *get, locked)], uid=NOBODY if os.geteuid() == 0 else None, cwd="/")
    same((os.listdir(taken), os.listdir(locked)), (["name"], []), "what is there")
    echo = bench.keep(Plain(s8_upper_case.serve))
    with open("/dev/full", "wb") as full:
        ended = bench.run("tcp-echo", "client", echo.address, "--message", "x", stdin=None, stdout=full)
    ended.expect_code(CANNOT_WRITE)
    same(len(ended.error_lines()), 1, f"lines on standard error ({ended!r})")


@check("bad-input", "verbose", "--verbose shows the stack trace behind the sentence")
def verbose(bench):
    closed = wire.free_port()
    with socket.create_server((LOCAL, 0)) as taken:
        port = taken.getsockname()[1]
        for code, jar, *arguments in (
            (CANNOT_LISTEN, "tcp-echo", "server", "--port", port, "--verbose"),
            (CANNOT_CONNECT, "tcp-echo", "client", f"{LOCAL}:{closed}", "--verbose"),
        ):
            program = bench.start(jar, *arguments)
            program.may_trace = True
            ended = program.wait().expect_code(code)
            expect(re.search(rb"^\s+at io\.pipewright\.", ended.err, re.M), f"no stack trace: {ended!r}")


@check("bad-input", "output-lost", "--help and --version that cannot be written are one line and exit 9")
def output_lost(bench):
    for jar in ("tcp-echo", "udp-echo", "file-transfer", "examples"):
        for option in ("--help", "--version"):
            with open("/dev/full", "wb") as full:
                program = bench.start(jar, option, stdout=full)
            lost = program.wait().expect_code(9)
            same(lost.error_lines(), [f"{jar}: cannot write to standard output"], f"{jar} {option} >/dev/full")


@check("bad-input", "path-in-locale-c", "a path that the locale C cannot spell is one line that says what to set")
def path_in_locale_c(bench):
    locale = {"LC_ALL": "C"}
    for jar, *words in (
        ("file-transfer", "server", "--root", "/tmp/文件"),
        ("file-transfer", "get", "127.0.0.1:1", "x", "--out", "/tmp/文件"),
        ("tcp-echo", "server", "--config", "/tmp/文件"),
        ("tcp-echo", "server", "--listen", "unix:/tmp/文件"),
        ("tcp-echo", "server", "--extensions", "/tmp/文件"),
    ):
        done = bench.run(jar, *words, env=locale)
        if done.code != 2 or "no such file" in done.err.decode("utf-8", "replace"):
            raise Skipped("this Java can spell every path in the locale C")
        same(len(done.error_lines()), 1, f"lines about {words}: {done.error_lines()}")
        line = done.error_lines()[0]
        expect("LC_ALL=C.UTF-8" in line and "java." not in line, f"not a sentence that helps: {line}")
