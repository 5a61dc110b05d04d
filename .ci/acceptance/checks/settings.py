"""Options from the command line, the environment and a file; the ready line; --help and --version."""

import re
import socket

import wire
from harness import READY, Skipped, check, expect, same
from peers import LOCAL, Plain, s1_timestamp

STAMP = rb"\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \d{4}\] "


def reply(server, message=b"abc"):
    with wire.connect(server.port) as sock:
        sock.sendall(message)
        sock.shutdown(1)
        return wire.receive_to_end(sock)


@check("settings", "precedence", "the command line wins, then the environment, then --config FILE, then the default")
def precedence(bench):
    config = bench.folder() / "service.properties"
    config.write_text("# a service\nreply = uppercase\nloops=1\nport=0\n")
    environment = {"PIPEWRIGHT_REPLY": "timestamp"}

    same(reply(bench.server("tcp-echo", "server")), b"abc", "by default")
    server = bench.start("tcp-echo", "server", "--config", config).await_ready()
    same((reply(server), server.loops), (b"ABC", 1), "by file")
    server = bench.start("tcp-echo", "server", "--config", config, env=environment).await_ready()
    same((re.sub(STAMP, b"@", reply(server)), server.loops), (b"@abc", 1), "by environment over file")
    server = bench.start("tcp-echo", "server", "--config", config, "--reply", "verbatim", "--loops", "2", env=environment).await_ready()
    same((reply(server), server.loops), (b"abc", 2), "by command line over both")
    server = bench.start("tcp-echo", "server", env={**environment, "PIPEWRIGHT_CONFIG": str(config)}).await_ready()
    same((re.sub(STAMP, b"@", reply(server)), server.loops), (b"@abc", 1), "the file itself named by the environment")


@check("settings", "ready-line", "one line on standard output, exactly: program, address, transport, event loops")
def ready_line(bench):
    for jar, command, *arguments in (
        ("tcp-echo", "server", "--loops", "1", "--transport", "epoll"),
        ("tcp-echo", "server", "--transport", "nio", "--loops", "2"),
        ("udp-echo", "server"),
        ("file-transfer", "server", "--root", bench.folder()),
        ("tcp-echo", "server", "--host", "0.0.0.0", "--verbose", "--wire-log"),
    ):
        server = bench.server(jar, command, *arguments)
        if jar == "tcp-echo":
            reply(server)
        lines = server.out.lines()
        same(len(lines), 1, f"lines on standard output ({lines})")
        ready = READY.fullmatch(lines[0])
        same(ready["program"], jar, "the program's name")
        loops = int(ready["loops"])
        expect(lines[0].endswith("1 event loop)" if loops == 1 else f"{loops} event loops)"), f"number: {lines[0]!r}")
        for option, value in zip(arguments, arguments[1:]):
            if option in ("--transport", "--loops", "--host"):
                same(ready[option[2:]], value, option)


@check("settings", "auto-transport", "auto takes io_uring for TCP where there is one, epoll for UDP and files, and says why in the log")
def auto_transport(bench):
    for jar, *arguments, wanted in (
        ("tcp-echo", "server", bench.transports()[0]),
        ("udp-echo", "server", "epoll"),
        ("file-transfer", "server", "--root", bench.folder(), "epoll"),
    ):
        server = bench.server(jar, *arguments)
        same(server.transport, wanted, f"what {jar} took")
        server.err.wait_for(server.transport, f"why {jar} took it")


@check("settings", "help-and-version", "--help shows every option with its default, --version the version; exit 0, standard output")
def help_and_version(bench):
    shared = ("--host", "--port", "--transport", "--loops", "--idle-timeout", "--wire-log", "--grace", "--config", "--verbose")
    for jar, arguments, words in (
        ("tcp-echo", ["server"], (*shared, "--reply", "--framing", "--charset", "--backlog", "127.0.0.1", "21567", "verbatim")),
        ("tcp-echo", ["client"], ("HOST:PORT", "--message", "--count", "--interval", "--framing", "--charset")),
        ("udp-echo", ["server"], (*shared, "--print", "--charset", "--count", "7788")),
        ("udp-echo", ["client"], ("HOST:PORT", "--message", "--timeout", "--retries", "--broadcast")),
        ("file-transfer", ["server"], (*shared, "--root", "8080")),
        ("file-transfer", ["get"], ("HOST:PORT", "--out", "--plain")),
        ("tcp-echo", [], ("server", "client")),
        ("udp-echo", [], ("server", "client")),
        ("file-transfer", [], ("server", "get")),
    ):
        ended = bench.run(jar, *arguments, "--help", stdin=None).expect_code(0)
        same(ended.err, b"", f"{jar} {arguments}: standard error")
        missing = [word for word in words if word not in ended.text()]
        expect(not missing, f"{jar} {arguments} --help does not show {missing}: {ended.text()[:200]!r}")
    for jar in ("tcp-echo", "udp-echo", "file-transfer", "examples"):
        ended = bench.run(jar, "--version", stdin=None).expect_code(0)
        expect(re.fullmatch(rf"{jar} \d+\.\d+\.\d+\S*\n", ended.text()), f"--version says {ended.text()!r}")


@check("settings", "examples-list", "the examples' jar lists its examples, a line each")
def examples_list(bench):
    ended = bench.run("examples", stdin=None).expect_code(0)
    for name in (
        "greeting-server", "operator-server", "help-desk", "message-printer", "udp-asker", "udp-receiver", "upper-case-server",
        "hello-client", "chat-room", "heartbeat-client", "custom-protocol", "request-client", "extended-echo", "address-kinds",
    ):  # fmt: skip
        expect(re.search(rf"^\s*{name}\s+\S.*$", ended.text(), re.M), f"{name} is not listed: {ended.text()!r}")
    ended = bench.run("examples", "address-kinds", "192.168.1.9", stdin=None).expect_code(0)
    expect(re.search(r"192\.168\.1\.9.*class C.*private", ended.text()), f"address-kinds says {ended.text()!r}")


@check("settings", "posix-locale", "in the locale C no character is lost: arguments, input, output, file names")
def posix_locale(bench):
    bare = {"LC_ALL": "C"}
    plain = bench.keep(Plain(s1_timestamp.serve))
    ended = bench.run("tcp-echo", "client", plain.address, "--message", "你好", env=bare).expect_code(0)
    expect(ended.text().endswith("你好\n"), f"{ended!r}")
    ended = bench.run("tcp-echo", "client", plain.address, stdin="网络\n".encode(), env=bare).expect_code(0)
    expect("网络\n" in ended.text(), f"{ended!r}")
    same([said for said in plain.said if isinstance(said, bytes)], ["你好".encode(), "网络".encode()], "what the server read")
    root, out = bench.folder() / "root", bench.folder() / "out"
    root.mkdir()
    out.mkdir()
    (root / "文件").write_bytes("内容".encode())
    server = bench.server("file-transfer", "server", "--root", root, env=bare)
    bench.run("file-transfer", "get", f"{LOCAL}:{server.port}", "文件", "--out", out, "--plain", env=bare).expect_code(0)
    same((out / "文件").read_bytes(), "内容".encode(), "what was saved")


@check("settings", "ipv6", "a server on ::1 says so, and is found there")
def ipv6(bench):
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        raise Skipped("no IPv6 on this machine") from None
    for jar in ("tcp-echo", "udp-echo"):
        server = bench.server(jar, "server", "--host", "::1")
        same(server.host, "[::1]", "the ready line's host")
        ended = bench.run(jar, "client", f"[::1]:{server.port}", "--message", "hello").expect_code(0)
        expect("hello" in ended.text(), f"{ended!r}")


@check("settings", "wire-log", "--wire-log shows what is read and written, escaped and shortened, and only when asked")
def wire_log(bench):
    raw = b"a\x1b[2J\r\n\xff" + "网".encode() + b"x" * 500
    server = bench.server("tcp-echo", "server", "--wire-log")
    same(reply(server, raw), raw, "the reply")
    server.err.wait_for(r"CLOSED", "the end of the connection")
    for direction in ("READ", "WRITE"):
        found = re.search(rf"{direction} {len(raw)} bytes (.*)$", server.err.text(), re.M)
        escaped = found and len(found[1]) < 400 and found[1].startswith(r'"a\x1b[2J\r\n\xff网xxx')
        expect(escaped, f"{direction}: {server.err.text()!r:.600}")
    expect(not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", server.err.bytes()), "control characters in the log")
    server = bench.server("tcp-echo", "server")
    reply(server, raw)
    expect("READ" not in server.err.text(), "the wire is logged unasked")


@check("settings", "small-memory", "the servers live in 32 MiB of heap, and the log stays off standard output")
def small_memory(bench):
    server = bench.server("tcp-echo", "server", jvm=["-Xmx32m"])
    data = bytes(range(256)) * 4096

    def talk(number, gate):
        with wire.connect(server.port) as sock:
            gate.wait()
            for _ in range(4):
                for at in range(0, len(data), 65536):
                    part = data[at : at + 65536]
                    sock.sendall(part)
                    expect(wire.receive(sock, len(part)) == part, "other bytes came back")

    wire.crowd(20, talk)
    same(len(server.out.lines()), 1, "lines on standard output")
