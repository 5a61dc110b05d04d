"""The native dialect, judged by an independent client: what it reads, what it is refused, and what it must not do."""

import os
import random
import re
import socket
import threading
import time

import native
import wire
from harness import ROOT, TERM, check, eventually, expect, same
from native import BLOCK, field, frame, u8, u32, u64

SIZES = (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17)


def shared(bench):
    """A folder to serve, beside one that is not."""
    root, outside = bench.folder() / "shared", bench.folder() / "outside"
    (root / "sub" / "deep").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret").write_bytes(b"not for you")
    noise = random.Random(11)
    for size in SIZES:
        (root / f"f{size}").write_bytes(noise.randbytes(size))
    (root / "one").write_bytes(b"1")
    os.utime(root / "one", ns=(0, 1_600_000_000_123_456_789))
    (root / "sub" / "文件 名.txt").write_bytes("网络编程".encode())
    (root / "sub" / "deep" / "leaf").write_bytes(b"leaf")
    (root / ".hidden").write_bytes(b"hidden")
    time.sleep(0.05)  # a file that has just changed has no version yet
    return root


def serve(bench, root, *more, **how):
    return bench.server("file-transfer", "server", "--root", root, *more, **how)


def refused(client, code, *frames):
    """The refusal that this request meets; the connection must be as good as before."""
    client.send(*frames)
    try:
        answer = client.answer()
    except native.Refused as refusal:
        same(refusal.code, code, f"the code of {refusal}")
        return refusal
    expect(False, f"{answer!r} instead of error {code}")


def wanted(code, sock, what):
    """Error `code`, and then the end."""
    client = native.Client(sock, greet=False)
    try:
        while True:
            answer = client.answer()
            expect(answer.kind == native.WELCOME, f"{what}: {answer!r} instead of error {code}")
    except native.Refused as refusal:
        same(refusal.code, code, f"{what}: the code of {refusal}")
    except (EOFError, ConnectionResetError):
        expect(False, f"{what}: the end came without error {code}")
    same(wire.receive_to_end(sock), b"", f"{what}: bytes behind the error")


def alive(server, name="one", content=b"1"):
    with native.connect(server.port) as client:
        same(client.get(name)[1], content, "what another client gets")


def document():
    """The conversation that docs/file-protocol.md shows: the bytes of each block of hexadecimal."""
    blocks = re.findall(r"```hex\n(.*?)```", (ROOT / "docs" / "file-protocol.md").read_text(), re.S)
    return [bytes.fromhex("".join(re.match(r"(?:[0-9a-f]{2} ?)*", line)[0] for line in block.splitlines())) for block in blocks]


@check("native", "native-document", "the bytes that docs/file-protocol.md shows are those that its words describe")
def documented(bench):
    version, blocks = bytes.fromhex("0f1e2d3c4b5a69788796a5b4c3d2e1f0"), document()
    said = [
        frame(native.HELLO, (1, native.MAGIC), (2, u32(1)), (3, b"example"), (4, b"open sesame")),
        native.list_("docs", "a.txt", 2),
        native.get("docs/hello.txt", version, 7, 7),
    ]
    same(blocks[:3], said, "the first requests")
    answers = list(map(native.Answer, (block[4 : 4 + native.number(block[:4])] for block in blocks[3:8])))
    kinds = [native.WELCOME, native.ENTRIES, native.FILE, native.DATA, native.END]
    same([answer.kind for answer in answers], kinds, "the answers")
    facts, raw = native.Facts(answers[2]), blocks[6][4 + native.number(blocks[6][:4]) :]
    entry = native.Entry(answers[1].one(1))
    same((entry.name, entry.size, entry.modified, entry.version), ("hello.txt", 14, facts.modified, version), "the entry")
    same((facts.size, facts.version, raw), (14, version, b"world!\n"), "the facts, and the bytes")
    same(native.number(answers[3].one(3, 4)), native.crc32c(raw), "the sum of the bytes")
    same(blocks[8:10], [native.sums("docs/hello.txt", version, 0, 1), native.stat("secret.txt")], "the next requests")
    same(native.Answer(blocks[10][4:]).one(2), u32(native.crc32c(b"Hello, world!\n"[:7] + raw)), "the sum of the whole file")
    asked = [field(1, native.text("docs/hello.txt")) + field(2, version), field(1, native.text("secret.txt"))]
    same(blocks[12], frame(native.PACK, *((1, one) for one in asked)), "the request for a pack")
    packed = b"".join(field(id_, value) for id_, value in ((1, u64(14)), (2, u64(facts.modified)), (3, version), (4, u32(native.crc32c(b"Hello, world!\n")))))
    same(blocks[13], frame(native.PACKED, (1, packed), (1, b"")) + b"Hello, world!\n", "the pack")
    refusals = [native.Refused(native.Answer(block[4:])) for block in (blocks[11], *blocks[14:])]
    same([one.code for one in refusals], [native.NOT_GIVEN, native.DRAINING], "the refusals")
    same((refusals[1].offset, refusals[1].retry_after_millis), (3 * BLOCK, 1000), "how to come back")


@check("native", "native-packs", "packs hold what is given, whole and in order; what is left out is given by GET, or refused by it")
def packs(bench):
    root = shared(bench)
    for number in range(300):
        (root / f"p{number:03}").write_bytes(bytes([number % 251]) * (number * 37 % 9000))
    (root / "long").write_bytes(b"x" * 1_500_000)
    server = serve(bench, root)
    wanted = [f"p{number:03}" for number in range(250)] + ["missing", "sub/deep/leaf", "..", "long"]
    got = {}
    with native.connect(server.port) as client:
        while wanted:
            files = client.packed(*wanted)
            expect(0 < len(files) <= len(wanted), f"{len(files)} files where {len(wanted)} were asked for")
            got.update(zip(wanted, files))
            wanted = wanted[len(files) :]
        for name, content in got.items():
            if content is None:
                expect(name in ("missing", "..", "long"), f"{name} is not packed")
            else:
                same(content, (root / name).read_bytes(), name)
        same(client.get("long")[1], b"x" * 1_500_000, "what is too long for a pack")


@check("native", "native-golden", "a conversation is, byte for byte, what docs/file-protocol.md says, whole and in single bytes")
def golden(bench):
    root = shared(bench)
    server = serve(bench, root)
    with native.connect(server.port) as client:
        facts, leaf = client.stat("one"), client.stat("sub/deep/leaf")
    described = ((1, u64(1)), (2, u64(1_600_000_000_123_456_789)), (3, facts.version))
    listed = b"".join((
        field(1, b"leaf"), field(2, u8(1)), field(3, u64(4)), field(4, u64(leaf.modified)), field(5, leaf.version)
    ))  # fmt: skip
    asked = (
        native.hello() + native.stat("one") + native.get("one") + native.list_("sub/deep")
        + native.sums("one", facts.version, 0, 1) + native.get("one", facts.version, 1) + native.get("f0")
    )  # fmt: skip
    empty = native.connect(server.port).stat("f0")
    told = (
        frame(native.FILE, *described)
        + frame(native.FILE, *described) + frame(native.DATA, (1, u64(0)), (2, u32(1)), (3, u32(0x90F599E3))) + b"1" + frame(native.END)
        + frame(native.ENTRIES, (1, listed), (2, u8(0)))
        + frame(native.SUM_LIST, (1, u64(0)), (2, u32(0x90F599E3)))
        + frame(native.FILE, *described) + frame(native.END)
        + frame(native.FILE, (1, u64(0)), (2, u64(empty.modified)), (3, empty.version)) + frame(native.END)
    )  # fmt: skip
    for send in (socket.socket.sendall, lambda sock, data: wire.dribble(sock, data, pause=0.001)):
        with wire.connect(server.port) as sock:
            send(sock, asked)
            client = native.Client(sock, greet=False)
            expect(client.welcomed(), "no agent in WELCOME")
            got = client.exactly(len(told))
            expect(got == told, f"got\n  {got.hex(' ')}\nwant\n  {told.hex(' ')}")


@check("native", "native-reads", "files, ranges, sums and lists are exact by every transport; both dialects on one port")
def reads(bench):
    root = shared(bench)
    for transport in bench.transports():
        server = serve(bench, root, "--transport", transport)
        with native.connect(server.port) as client:
            for size in SIZES:
                read_file(client, root, f"f{size}", size)
            same(client.get("sub/文件 名.txt")[1].decode(), "网络编程", f"{transport}: a name that is not ASCII")
        with wire.connect(server.port) as sock:
            sock.sendall(b"one\n")
            same(wire.receive_to_end(sock), b"1", f"{transport}: the plain dialect beside it")


def read_file(client, root, name, size):
    content, facts = (root / name).read_bytes(), client.stat(name)
    same((facts.size, facts.modified), (size, (root / name).stat().st_mtime_ns), f"{name}: size and time")
    got, data = client.get(name)
    expect(data == content and got.version == facts.version, f"{name}: {len(data)} bytes, or other ones")
    listed = [native.crc32c(content[at : at + BLOCK]) for at in range(0, size, BLOCK)]
    if listed:
        same(client.sums(name, facts.version, 0, len(listed)), listed, f"{name}: sums")
        same(client.sums(name, facts.version, len(listed) - 1, 1), listed[-1:], f"{name}: the last sum")
    for offset, length in ((0, 1), (size - 1, 1), (BLOCK - 1, 2), (BLOCK // 2, 2 * BLOCK), (size, None), (size // 2, None), (3, 0)):
        if 0 <= offset <= size and offset + (length or 0) <= size:
            _, data = client.get(name, facts.version, offset, length)
            end = size if length is None else offset + length
            expect(data == content[offset:end], f"{name}: {length} bytes from {offset} are {len(data)}, or other ones")


@check("native", "native-lists", "lists are complete, in the order of UTF-8 bytes, by pages of any size, and show only what is given")
def lists(bench):
    root = shared(bench)
    many = root / "many"
    many.mkdir()
    names = [f"{number:03}" for number in range(300)] + ["Z", "a", "é", "网", "\U0001f600", "ﬀ"]
    for name in names:
        (many / name).write_bytes(name.encode())
    (many / "folder").mkdir()
    (many / ".dot").write_bytes(b"")
    (many / "tab\there").write_bytes(b"")
    (many / "link").symlink_to("a")
    os.mkfifo(many / "fifo")
    os.close(os.open(os.fsencode(many) + b"/\xff\xfe", os.O_CREAT | os.O_WRONLY))
    ordered = sorted([*names, "folder"], key=str.encode)
    server = serve(bench, root)
    with native.connect(server.port) as client:
        for limit in (None, 1, 7, 100_000):
            if limit == 1:
                page, more = client.page("many", limit=1)
                same(([one.name for one in page], more), (ordered[:1], True), "a page of one")
                continue
            found = client.entries("many", limit)
            same([one.name for one in found], ordered, f"names by pages of {limit}")
        for one in found:
            same(one.folder, one.name == "folder", f"{one.name} is a folder")
            if not one.folder:
                facts = client.stat(f"many/{one.name}")
                same((one.size, one.modified, one.version), (facts.size, facts.modified, facts.version), f"{one.name}: what the list says")
        same([one.name for one in client.entries()], sorted([*(f"f{size}" for size in SIZES), "many", "one", "sub"]), "the root")
        same(client.page("many", after=ordered[-1]), ([], False), "behind the last")
        same([one.name for one in client.page("many", after="0005", limit=2)[0]], ["001", "002"], "behind no entry")


NOT_GIVEN = [
    "missing", "sub/missing", "missing/x", "", ".", "..", "/", "./one", "../outside/secret", "sub/../one", "sub//deep/leaf", "one/", "/one",
    ".hidden", "sub", "link-out", "folder-out/secret", "fifo", "a\nb", "a\0b", "back\\slash", b"\xff\xfe",
    b"\xc0\xae\xc0\xae/outside/secret", "x" * 5000, "a/" * 2000 + "a",
]  # fmt: skip


@check("native", "native-refusals", "whatever is not given is refused by the same words, and the connection goes on")
def refusals(bench):
    root = shared(bench)
    outside = bench.folder() / "outside"
    (root / "link-out").symlink_to(outside / "secret")
    (root / "folder-out").symlink_to(outside)
    (root / "back\\slash").write_bytes(b"backslash")
    os.mkfifo(root / "fifo")
    server = serve(bench, root)
    with native.connect(server.port) as client:
        version = client.stat("one").version
        words = set()
        for name in NOT_GIVEN:
            try:
                refusal = refused(client, native.NOT_GIVEN, native.get(name))
                words.add((refusal.text, refusal.offset, refusal.retry_after_millis))
                words.add(refused(client, native.NOT_GIVEN, native.stat(name)).text)
            except EOFError:  # a name that is no name may be a bad request too
                client = bench.keep(native.connect(server.port))
            same(client.get("one")[1], b"1", f"after {name!r:.40}")
        for folder in ("missing", "one", ".hidden", "..", "folder-out", "link-out", "fifo"):
            words.add(refused(client, native.NOT_GIVEN, native.list_(folder)).text)
        same(len({one if isinstance(one, str) else one[0] for one in words}), 1, f"ways to refuse: {words}")
        for asked in (native.get("one", bytes(16)), native.sums("one", bytes(16), 0, 1)):
            refused(client, native.CHANGED, asked)
        for asked in (
            native.get("one", version, 2), native.get("one", version, 0, 2), native.get("one", version, 1, 1),
            native.get("one", None, 2**62), native.sums("one", version, 1, 1), native.sums("one", version, 2**43, 1),
        ):  # fmt: skip
            refused(client, native.OUT_OF_RANGE, asked)
        for kind in (0x00, 0x07, 0x7F, 0x81, 0xC0, 0xFF):
            refused(client, native.UNKNOWN_REQUEST, frame(kind, (1, b"what")))
        client.send(frame(native.STAT, (200, b"from a later version"), (1, b"one"), (99, b"")))
        same(native.Facts(client.answer()).size, 1, "a request with fields from a later version")
    log = server.err.bytes()
    expect(not any(byte < 32 and byte != 10 or byte == 127 for byte in log), f"control characters in the log: {log!r:.300}")


NAME, VERSION = (1, b"one"), (2, bytes(16))
BAD = {
    "an empty body": b"\0\0\0\0",
    "STAT without a name": frame(native.STAT),
    "PACK of nothing": frame(native.PACK),
    "PACK of a file without a name": frame(native.PACK, (1, b"")),
    "PACK of 257 files": frame(native.PACK, *[(1, field(1, b"one"))] * 257),
    "GET without a name": frame(native.GET, (3, u64(0))),
    "SUMS without a version": frame(native.SUMS, NAME, (3, u64(0)), (4, u32(1))),
    "a name twice": frame(native.STAT, NAME, NAME),
    "an offset of 4 bytes": frame(native.GET, NAME, (3, u32(0))),
    "an offset of 2^63": frame(native.GET, NAME, (3, u64(1 << 63))),
    "a length of 2^64-1": frame(native.GET, NAME, (4, b"\xff" * 8)),
    "offset and length beyond 2^63": frame(native.GET, NAME, (3, u64((1 << 63) - 1)), (4, u64((1 << 63) - 1))),
    "a version of 3 bytes": frame(native.GET, NAME, (2, b"abc")),
    "257 sums": frame(native.SUMS, NAME, VERSION, (3, u64(0)), (4, u32(257))),
    "half a field": b"\0\0\0\3\3\1\0",
    "a field past the body": b"\0\0\0\5\3\1\0\2o",
    "a second HELLO": native.hello(),
}
TOO_LONG = (8193, 1 << 16, 1 << 31, (1 << 32) - 1)


@check("native", "native-bad-requests", "what breaks the protocol is told so and closed, at once, and costs nobody else anything")
def bad_requests(bench):
    server = serve(bench, shared(bench))
    for what, bad in BAD.items():
        with wire.connect(server.port) as sock:
            sock.sendall(native.hello() + bad)
            if what == "offset and length beyond 2^63":
                either(sock, (native.BAD_REQUEST, native.OUT_OF_RANGE), what)
            else:
                wanted(native.BAD_REQUEST, sock, what)
    for length in TOO_LONG:
        with wire.connect(server.port) as sock:
            sock.sendall(native.hello())
            native.Client(sock, greet=False).welcomed()
            sock.sendall(u32(length))
            wire.seconds_until_closed(sock, 3)
    for what, first, code in (
        ("no HELLO", native.stat("one"), native.BAD_REQUEST),
        ("another magic", native.hello(magic=b"PIPEWRIGHT-FILE$"), native.BAD_REQUEST),
        ("version 0", native.hello(version=0), native.UNSUPPORTED_VERSION),
        ("an agent of 256 bytes", frame(native.HELLO, (1, native.MAGIC), (2, u32(1)), (3, b"x" * 256)), native.BAD_REQUEST),
        ("an agent that is no text", frame(native.HELLO, (1, native.MAGIC), (2, u32(1)), (3, b"\xff")), native.BAD_REQUEST),
    ):
        with wire.connect(server.port) as sock:
            sock.sendall(first + native.stat("one"))
            either(sock, (code, native.BAD_REQUEST), what)
    with wire.connect(server.port) as sock:
        sock.sendall(native.hello(version=99))
        native.Client(sock, greet=False).welcomed()
    alive(server)
    expect(len(server.err.lines()) < 100, f"{len(server.err.lines())} log lines")


def either(sock, codes, what):
    client = native.Client(sock, greet=False)
    try:
        answer = client.answer()
        if answer.kind == native.WELCOME:
            answer = client.answer()
        expect(False, f"{what}: {answer!r}")
    except native.Refused as refusal:
        expect(refusal.code in codes, f"{what}: {refusal}")


@check("native", "native-pipelining", "64 requests at once, and thousands that nobody reads yet, are answered in their order")
def pipelining(bench):
    root = shared(bench)
    content = {f"f{size}": (root / f"f{size}").read_bytes() for size in SIZES}
    for transport in bench.transports():
        server = serve(bench, root, "--transport", transport)
        with native.connect(server.port) as client:
            names = [f"f{SIZES[number * 5 % 6]}" if number % 3 else "missing" for number in range(64)]
            client.send(*map(native.get, names))
            for name in names:
                if name == "missing":
                    refused(client, native.NOT_GIVEN)
                else:
                    expect(client.got()[1] == content[name], f"{transport}: {name}, pipelined, differs")
        with native.connect(server.port, receive_buffer=4096) as client:
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
            pair = padded(native.GET) + padded(native.STAT)
            asked = pair * 2000
            sent = flood(client.sock, asked)
            expect(sent < len(asked), f"{transport}: the server took all {sent} bytes of requests whose answers nobody reads")
            pairs = -(-sent // len(pair))
            sender = threading.Thread(target=client.sock.sendall, args=(asked[sent : pairs * len(pair)],), daemon=True)
            sender.start()
            for _ in range(pairs):
                expect(client.got(0, LATE)[1] == content[f"f{BLOCK - 1}"][:LATE], f"{transport}: a late answer to GET")
                same(native.Facts(client.answer()).size, BLOCK - 1, f"{transport}: a late answer to STAT")
            sender.join(5)
        alive(server)


LATE = 60_000


def padded(kind):
    """A request that is long, and has a long answer, so that few of them fill the kernel's buffers."""
    return frame(kind, (1, b"f%d" % (BLOCK - 1)), (4, u64(LATE) if kind == native.GET else None), (200, b"x" * 8000))


def flood(sock, data):
    """Sends until nothing has been taken for half a second; how much was."""
    sock.setblocking(False)
    sent, last = 0, time.monotonic()
    while sent < len(data) and time.monotonic() - last < 0.5:
        try:
            sent += sock.send(data[sent : sent + 65536])
            last = time.monotonic()
        except BlockingIOError:
            time.sleep(0.02)
    sock.settimeout(20)
    return sent


@check("native", "native-drips", "half a frame and a client that says nothing end by --idle-timeout; resets leave nothing behind")
def drips(bench):
    root = shared(bench)
    with open(root / "big", "wb") as file:
        file.truncate(1 << 30)
    server = serve(bench, root, "--idle-timeout", "1s")
    alive(server)
    time.sleep(0.2)
    before = server.descriptors()
    for half in (b"\0", b"\0\0\0", native.hello()[:20], native.hello(), native.hello() + native.stat("one")[:-1]):
        with wire.connect(server.port) as sock:
            sock.sendall(half)
            took = wire.seconds_until_closed(sock, 6)
            expect(took > 0.5, f"{half!r:.30}… was closed after {took:.1f} s")

    def torn(number, gate):
        client = native.connect(server.port)
        client.send(native.get("big"), *([native.stat("one")] * number))
        client.answer()
        wire.reset(client.sock)

    wire.crowd(50, torn)
    eventually(
        lambda: server.descriptors() <= before, lambda: f"{before} descriptors before, {server.descriptors()} after"
    )
    alive(server)
    expect(len(server.err.lines()) < 150, f"{len(server.err.lines())} log lines")


@check("native", "native-secret", "without the secret all is UNAUTHORIZED; it goes in the clear only when that is asked for")
def secret(bench):
    root, token = shared(bench), bench.folder() / "token"
    token.write_bytes(b"open sesame\n")
    token.chmod(0o600)
    ended = bench.run("file-transfer", "server", "--root", root, "--port", 0, "--token-file", token)
    expect(ended.code == 2, f"a secret over plaintext: {ended!r}")
    server = serve(bench, root, "--token-file", token, "--token-over-plaintext")
    with native.connect(server.port, b"open sesame") as client:
        same(client.get("one")[1], b"1", "with the secret")
    for wrong in (None, b"open sesam", b"open sesame\n", b"open sesame2", b"x" * 1024):
        with wire.connect(server.port) as sock:
            began = time.monotonic()
            sock.sendall(native.hello(wrong) + native.get("one") + native.list_())
            wanted(native.UNAUTHORIZED, sock, f"the secret {wrong!r:.20}")
            expect(time.monotonic() - began < 5, "the refusal took longer than 5 s")
    for wrong in (b"", b"x" * 1025):
        with wire.connect(server.port) as sock:
            sock.sendall(native.hello(wrong) + native.get("one"))
            wanted(native.BAD_REQUEST, sock, f"a secret of {len(wrong)} bytes")
    with wire.connect(server.port) as sock:
        sock.sendall(b"one\n")
        same(wire.receive_to_end(sock), b"", "the plain dialect, which knows no secrets")
    address, out = f"{wire.LOCAL}:{server.port}", bench.folder() / "out"
    out.mkdir()
    get = ("file-transfer", "get", address, "one", "--out", out)
    same(bench.run(*get).code, 6, "our client's exit code without the secret")
    same(os.listdir(out), [], "what is there")
    expect(bench.run(*get, "--token-file", token).code == 2, "our client says its secret in the clear without being told to")
    bench.run(*get, "--token-file", token, "--token-over-plaintext").expect_code(0)
    expect("sesame" not in server.err.text(), "the secret stands in the log")


@check("native", "native-draining", "a draining server ends at a block with the offset to come back with; idle connections end at once")
def draining(bench):
    root = shared(bench)
    size = 200 * BLOCK + 5
    with open(root / "big", "wb") as file:
        file.truncate(size)
        for at in range(0, size, BLOCK):
            file.seek(at)
            file.write(u64(at) if at + 8 <= size else b"")
    time.sleep(0.05)
    server = serve(bench, root)
    idle = bench.keep(native.connect(server.port))
    with native.connect(server.port, receive_buffer=1 << 16) as client:
        client.send(native.get("big"), native.get("one"), native.get("f1"))
        facts = native.Facts(client.answer())
        first = client.answer()
        same(number_of(first.data), 0, "the first block")
        server.signal(TERM)
        wire.seconds_until_closed(idle.sock, 2)
        received, refusals = len(first.data), []
        try:
            while True:
                try:
                    answer = client.answer()
                    same((answer.kind, number_of(answer.data)), (native.DATA, received), "a block")
                    received += len(answer.data)
                except native.Refused as refusal:
                    refusals.append(refusal)
        except EOFError:
            pass
    same({one.code for one in refusals}, {native.DRAINING}, "how the requests ended")
    same(refusals[0].offset, received, "the offset to come back with")
    expect(received < size and received % BLOCK == 0, f"{received} of {size} bytes came")
    expect(refusals[0].retry_after_millis is not None, "no time to come back after")
    expect(all(one.offset in (None, 0) for one in refusals[1:]), "requests that had not begun are told an offset")
    server.wait().expect_code(0)
    server = serve(bench, root)
    with native.connect(server.port) as client:
        _, rest = client.get("big", facts.version, size - 5, 5)
        same(len(rest), 5, "the same version at the server's heir")


def number_of(data):
    return native.number(data[:8])
