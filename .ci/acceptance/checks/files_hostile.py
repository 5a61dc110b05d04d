"""Our client and servers of the native dialect that do wrong: what it exits with, and what it leaves behind."""

import concurrent.futures
import os
import random
import socket
import time

import native
import native_server as peer
import wire
from harness import check, expect, same
from native import BLOCK, frame, u32, u64

NOISE = random.Random(13)
CONTENT = NOISE.randbytes(2 * BLOCK + 12_345)
PROMPT = ("--timeout", "1s", "--retries", "1")  # how long a client here waits, and how often it tries again
OURS = (".pipewright-part", ".pipewright-journal")  # what a download that can be resumed leaves, under hidden names


class Home:
    """Where a client saves: nothing may appear around it."""

    def __init__(self, bench, name="home"):
        self.folder = bench.folder() / name
        self.out = self.folder / "a" / "b" / "out"
        self.out.mkdir(parents=True)
        self._before = self._around()

    def _around(self):
        return sorted(path for path in self.folder.rglob("*") if self.out not in path.parents)

    def finished(self):
        """The files with final names, {name: bytes}; fails if anything lies elsewhere."""
        same(self._around(), self._before, "what lies around --out")
        found = {}
        for path in self.out.rglob("*"):
            expect(not path.is_symlink(), f"{path.name} is a link")
            if path.is_file() and not path.name.endswith(OURS):
                found[str(path.relative_to(self.out))] = path.read_bytes()
        return found


def get(bench, server, home, *arguments, seconds=40.0):
    began = time.monotonic()
    ended = bench.run("file-transfer", "get", server.address, *arguments, "--out", home.out, *PROMPT, seconds=seconds)
    ended.took = time.monotonic() - began
    shown = ended.out + ended.err
    expect(not any(byte < 32 and byte not in b"\n\t" or byte == 127 for byte in shown), f"control characters are shown: {shown!r:.300}")
    return ended


def each(cases, judge):
    """Judges several cases at once, since most of them wait; the first failure is the check's."""
    with concurrent.futures.ThreadPoolExecutor(3) as workers:
        for done in [workers.submit(judge, *case) for case in cases]:
            done.result()


def failed(bench, server, codes, what, name="file"):
    """A download of one file that must end with one of the codes, and leave no final name."""
    home = Home(bench, f"home-{server.port}")
    ended = get(bench, server, home, name)
    expect(ended.code in codes, f"{what}: one of the exit codes {codes} wanted: {ended!r}")
    same(home.finished(), {}, f"{what}: what has a final name")
    expect(1 <= len(ended.error_lines()) <= 5, f"{what}: {len(ended.error_lines())} lines on standard error: {ended!r}")
    return ended


@check("rogue", "rogue-honest", "our client and an honest server of somebody else's: files, ranges cut by resets, trees, lists")
def honest(bench):
    class Cutting(peer.NativeServer):
        """Resets every connection in the middle of its second block."""

        def serve(self, sock, number):
            self.left = 2
            super().serve(sock, number)

        def send_block(self, sock, at, content):
            self.left -= 1
            if self.left == 0 and self.connections < 4:
                sock.sendall(peer.data(at, content)[: len(content) // 2])
                wire.reset(sock)
                raise peer.HangUp
            super().send_block(sock, at, content)

    files = {"file": CONTENT, "tree/a": b"a", "tree/empty": b"", "tree/sub/文件 名": CONTENT[:100_000], "tree/sub/deep/leaf": b"leaf"}
    server, home = bench.keep(peer.NativeServer(files)), Home(bench)
    get(bench, server, home, "file").expect_code(0)
    get(bench, server, home, "tree", "-r").expect_code(0)
    expect(home.finished() == files, f"saved: {sorted(home.finished())}")
    same((home.out / "file").stat().st_mtime_ns // 1000, peer.MODIFIED // 1000, "the time of the last change")
    same([name for name in os.listdir(home.out) if name.startswith(".")], [], "hidden files that stay")
    listed = bench.run("file-transfer", "list", server.address, "tree").expect_code(0).text()
    expect(all(name in listed for name in ("a", "empty", "sub")), f"list: {listed!r}")
    cutting, home = bench.keep(Cutting({"file": CONTENT})), Home(bench, "cut")
    ended = bench.run("file-transfer", "get", cutting.address, "file", "--out", home.out, "--connections", 1).expect_code(0)
    expect(home.finished() == {"file": CONTENT} and cutting.connections == 4, f"{cutting.connections} connections: {ended!r}")


ILLEGAL_NAMES = [
    "../x", "..", ".", "", "/etc/x", "a/b", "sub/../../x", "a\\b", "a\nb", "a\x1b[2Jb", "a\0b", b"\xff\xfe", b"\xc0\xae\xc0\xae"
]  # fmt: skip
UNWANTED_NAMES = [
    ".bashrc", ".ssh", ".pipewright-part", ".good.pipewright-journal", "CON", "con.txt", "NUL", "COM1", "lpt9.log", "AUX.", "name.",
    "name ", "C:x", "a:b", "x" * 300,
]  # fmt: skip


@check("rogue", "rogue-names", f"of {len(ILLEGAL_NAMES) + len(UNWANTED_NAMES)} hostile names in lists none is written", limit=180)
def names(bench):
    """What the protocol forbids spoils a whole listing; what only our own disk does not want is left out."""

    class Listing(peer.NativeServer):
        def list(self, sock, request):
            if request.text(1) == "tree":
                listed = [peer.entry(name, self.kind, 4, peer.MODIFIED, peer.version(b"evil")) for name in self.names]
                listed.append(peer.entry("good", 1, 4, peer.MODIFIED, peer.version(b"good")))
                listed.sort(key=lambda one: dict(native.fields(one))[1])
                sock.sendall(peer.entries(listed))
            else:
                sock.sendall(peer.entries([peer.entry("leaf", 1, 4, peer.MODIFIED, peer.version(b"evil"))]))

        def get(self, sock, request):
            self.files = {request.text(1): peer.File(b"good" if request.text(1) == "tree/good" else b"evil")}
            super().get(sock, request)

    def judge(kind, *listed):
        server = bench.keep(Listing())
        server.kind, server.names = kind, listed
        home, what = Home(bench, f"home-{server.port}"), f"{listed!r:.60} of kind {kind}"
        ended = get(bench, server, home, "tree", "-r")
        expect(ended.code != 0, f"{what}: they were refused, and yet {ended!r}")
        legal = listed[0] in UNWANTED_NAMES
        same(home.finished(), {"tree/good": b"good"} if legal else {}, f"{what}: saved ({ended!r})")
        left = {str(path.relative_to(home.out)) for path in home.out.rglob("*") if path.is_dir()}
        expect(left <= {"tree"}, f"{what}: folders {left}")

    each([(1, *UNWANTED_NAMES), (2, *UNWANTED_NAMES), *((1 + at % 2, name) for at, name in enumerate(ILLEGAL_NAMES))], judge)


@check("rogue", "rogue-lists", "lists that repeat themselves, never end, are out of order, or lead ever deeper end a download")
def endless_lists(bench):
    def listing(make):
        class Listing(peer.NativeServer):
            def list(self, sock, request):
                sock.sendall(make(request))

            def get(self, sock, request):
                self.files = {request.text(1): peer.File(b"good")}
                super().get(sock, request)

        return bench.keep(Listing())

    good = {"size": 4, "token": peer.version(b"good")}

    def twice(request):
        return peer.entries([peer.entry("same", **good), peer.entry("same", **good)])

    def same_page(request):
        return peer.entries([peer.entry("a", **good), peer.entry("b", **good)], more=True)

    def empty_page(request):
        return peer.entries([], more=True)

    def backwards(request):
        return peer.entries([peer.entry("b", **good), peer.entry("a", **good)])

    def deeper(request):
        return peer.entries([peer.entry("d", kind=2)])

    def third_kind(request):
        return peer.entries([peer.entry("socket", kind=3)])

    def judge(make):
        server, home = listing(make), Home(bench, make.__name__)
        ended = get(bench, server, home, "tree", "-r")
        if make not in (third_kind,):
            expect(ended.code != 0, f"{make.__name__}: {ended!r}")
        expect(set(home.finished()) <= {"tree/same", "tree/a", "tree/b"}, f"{make.__name__}: saved {sorted(home.finished())}")
        expect(set(home.finished().values()) <= {b"good"}, f"{make.__name__}: other bytes than were sent")
        expect(len(server.asked) < 3000, f"{make.__name__}: asked {len(server.asked)} times")

    each([[make] for make in (twice, same_page, empty_page, backwards, deeper, third_kind)], judge)


def server_with(bench, **steps):
    """A server with CONTENT as `file`, some of whose steps are these functions of (server, sock, request or what the step has)."""
    return bench.keep(type("Rogue", (peer.NativeServer,), steps)({"file": CONTENT}))


@check("rogue", "rogue-sums", "one wrong block is asked for again and mended; wrong sums for ever are exit 7 and leave no file")
def wrong_sums(bench):
    wrong = []

    def once(self, sock, at, content):
        if at == BLOCK and not wrong:
            wrong.append(at)
            sock.sendall(peer.data(at, bytes([content[0] ^ 1]) + content[1:], crc=native.crc32c(content)))
        else:
            sock.sendall(peer.data(at, content))

    def always(self, sock, at, content):
        sock.sendall(peer.data(at, content, crc=native.crc32c(content) ^ (at == BLOCK)))

    server, home = server_with(bench, send_block=once), Home(bench)
    get(bench, server, home, "file").expect_code(0)
    expect(home.finished() == {"file": CONTENT} and wrong, "not what the server has")
    again = [request.number(3, 0) for request in server.asked if request.kind == native.GET]
    expect(again.count(0) == 1, f"good blocks were asked for again: GETs at {again}")
    failed(bench, server_with(bench, send_block=always), (7,), "wrong sums for ever")


def misplaced(step):
    """A GET's answer in which `step(at, content)` says what stands for the second block."""

    def send_block(self, sock, at, content):
        sock.sendall(step(at, content) if at == BLOCK else peer.data(at, content))

    return {"send_block": send_block}


@check("rogue", "rogue-answers", "blocks that are misplaced, too long, unasked or endless are exit 1 or 7, and leave no file", limit=180)
def wrong_answers(bench):
    short = frame(native.DATA, (1, u64(BLOCK)), (2, u32(BLOCK)))
    cases = {
        "a block again": misplaced(lambda at, content: peer.data(0, CONTENT[:BLOCK])),
        "a gap": misplaced(lambda at, content: peer.data(at + 1, content[1:])),
        "a block across the grid": misplaced(lambda at, content: peer.data(at, content + content[:1])),
        "a block of no bytes": misplaced(lambda at, content: peer.data(at, b"")),
        "an offset of 2^63": misplaced(lambda at, content: peer.data(1 << 63, content)),
        "a block of 4 GiB": misplaced(lambda at, content: peer.data(at, content, length=0xFFFFFFFF)),
        "DATA without a sum": misplaced(lambda at, content: short + content),
        "END too soon": misplaced(lambda at, content: peer.END),
        "another version": misplaced(lambda at, content: peer.facts(len(CONTENT), 1, bytes(16))),
        "an unknown answer": misplaced(lambda at, content: frame(0x90)),
        "an empty frame": misplaced(lambda at, content: b"\0\0\0\0"),
        "a frame of 4 GiB": misplaced(lambda at, content: b"\xff\xff\xff\xff"),
        "a frame of 64 KiB and a byte": misplaced(lambda at, content: u32((1 << 16) + 1)),
        "more than the file has": {"send_blocks": too_much},
        "facts for ever": {"get": endless},
        "an answer that nobody asked for": {"hello": unasked},
    }

    def judge(what, steps):
        server = server_with(bench, **steps)
        ended = failed(bench, server, (1, 7), what)
        expect(ended.took < 30, f"{what}: {ended.took:.1f} s")
        expect(server.connections < 20, f"{what}: {server.connections} connections")

    each(cases.items(), judge)


def too_much(self, sock, file, offset, end):
    for at, content in peer.blocks(peer.File(CONTENT + bytes(3 * BLOCK)), offset, len(CONTENT) + 3 * BLOCK):
        sock.sendall(peer.data(at, content))
    sock.sendall(peer.END)


def endless(self, sock, request):
    answer = peer.facts(len(CONTENT), peer.MODIFIED, self.files["file"].version)
    for _ in range(100_000):
        sock.sendall(answer * 100)


def unasked(self, sock, request):
    peer.NativeServer.hello(self, sock, request)
    sock.sendall(peer.END)


@check("rogue", "rogue-silence", "silence before, within and after an answer is exit 5 after --timeout and the tries that are allowed")
def silence(bench):
    def at_once(self, sock, number):
        self.sleep(60)

    def no_answer(self, sock, request):
        pass

    def half_a_block(self, sock, at, content):
        sock.sendall(peer.data(at, content)[: BLOCK // 2])
        self.sleep(60)

    def dripping(self, sock, at, content):
        for value in peer.data(at, content)[:40]:
            sock.sendall(bytes([value]))
            time.sleep(0.2)
        self.sleep(60)

    def judge(what, steps):
        ended = failed(bench, server_with(bench, **steps), (5,), what)
        expect(0.9 < ended.took < 30, f"{what}: given up after {ended.took:.1f} s")

    each([
        ("no WELCOME", {"serve": at_once}), ("no answer", {"get": no_answer, "stat": no_answer, "sums": no_answer}),
        ("half a block", {"send_block": half_a_block}), ("a drip", {"send_block": dripping}),
    ], judge)  # fmt: skip


@check("rogue", "rogue-sizes", "sizes that no disk holds are exit 9 at once and take no room; impossible ones are no sizes")
def sizes(bench):
    def sized(size, token=bytes(16)):
        def stat(self, sock, request):
            sock.sendall(peer.facts(size, peer.MODIFIED, token))

        def get(self, sock, request):
            sock.sendall(peer.facts(size, peer.MODIFIED, token))
            peer.NativeServer.send_blocks(self, sock, peer.File(CONTENT), 0, BLOCK)

        return {"stat": stat, "get": get}

    for size, codes in ((1 << 50, (9,)), ((1 << 63) - 1, (9,)), (1 << 63, (1, 7)), ((1 << 64) - 1, (1, 7))):
        server = server_with(bench, **sized(size))
        failed(bench, server, codes, f"a size of {size}")
        held = sum(path.stat().st_blocks * 512 for path in bench.folder().rglob("*") if path.is_file())
        expect(held < 1 << 20, f"a size of {size}: {held} bytes are held on disk")


@check("rogue", "rogue-errors", "what a server answers instead of a file becomes the exit code that programs.md promises")
def errors(bench):
    def answering(*frames):
        def get(self, sock, request):
            sock.sendall(b"".join(frames))

        return {"get": get, "stat": get}

    def greeting(*frames):
        def hello(self, sock, request):
            sock.sendall(b"".join(frames))
            raise peer.HangUp

        return {"hello": hello}

    def late(code):
        def send_block(self, sock, at, content):
            sock.sendall(peer.data(at, content) if at == 0 else peer.error(code))
            if at > 0:
                raise peer.HangUp

        return {"send_block": send_block}

    def plain(self, sock, number):
        sock.recv(1024)

    def talkative(self, sock, number):
        sock.recv(1024)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

    def judge(what, steps, codes):
        ended = failed(bench, server_with(bench, **steps), codes, what)
        expect(ended.took < 30, f"{what}: {ended.took:.1f} s")
        if "dialect" in what:
            expect(b"--plain" in ended.err, f"{what}: nothing is said of --plain: {ended!r}")

    each([
        ("NOT_GIVEN", answering(peer.error(native.NOT_GIVEN)), (6,)),
        ("CHANGED in the middle", late(native.CHANGED), (8,)),
        ("BUSY for ever", answering(peer.error(native.BUSY, retry_after_millis=50)), (6,)),
        ("BUSY until next year", answering(peer.error(native.BUSY, retry_after_millis=0xFFFFFFFF)), (5, 6)),
        ("FAILED", answering(peer.error(native.FAILED)), (1,)),
        ("an unknown error", answering(peer.error(4711)), (1,)),
        ("a text with control characters", answering(peer.error(native.FAILED, "\x1b[2J\r\n\x07 gone")), (1,)),
        ("UNAUTHORIZED", greeting(peer.error(native.UNAUTHORIZED)), (6,)),
        ("UNSUPPORTED_VERSION", greeting(peer.error(native.UNSUPPORTED_VERSION)), (1,)),
        ("WELCOME to version 2", greeting(frame(native.WELCOME, (1, u32(2)), (2, b"x"), (3, u32(BLOCK)))), (1,)),
        ("WELCOME with blocks of a byte", greeting(frame(native.WELCOME, (1, u32(1)), (2, b"x"), (3, u32(1)))), (1,)),
        ("a server of the plain dialect", {"serve": plain}, (1, 6)),
        ("a server of something else", {"serve": talkative}, (1, 6)),
    ], judge)
    with socket.create_server((wire.LOCAL, 0)) as nobody:
        port = nobody.getsockname()[1]
    home = Home(bench, "nobody")
    ended = bench.run("file-transfer", "get", f"{wire.LOCAL}:{port}", "file", "--out", home.out, *PROMPT)
    same(ended.code, 4, f"where nobody listens: {ended!r}")


@check("rogue", "rogue-mirrors", "beside an honest server, one that lies, one that is silent and one with another file do no harm")
def mirrors(bench):
    def lying(self, sock, at, content):
        sock.sendall(peer.data(at, bytes(len(content)), crc=native.crc32c(content)))

    def silent(self, sock, number):
        self.sleep(60)

    honest = bench.keep(peer.NativeServer({"file": CONTENT}))
    other = bench.keep(peer.NativeServer({"file": bytes(len(CONTENT))}))
    def judge(what, rogue, *possible):
        home = Home(bench, what)
        ended = bench.run(
            "file-transfer", "get", f"{honest.address},{rogue.address}", "file", "--out", home.out, "--timeout", "2s", "--connections", 2
        )
        ended.expect_code(0)
        expect(home.finished().get("file") in possible, f"{what}: other bytes than one server's")

    each([
        ("lying", server_with(bench, send_block=lying), CONTENT), ("silent", server_with(bench, serve=silent), CONTENT),
        ("another file", other, CONTENT, bytes(len(CONTENT))),  # whoever answers first has the file
    ], judge)  # fmt: skip


@check("rogue", "rogue-links", "links that wait in --out under the names of a download lead nothing outside")
def planted_links(bench):
    server = bench.keep(peer.NativeServer({"file": CONTENT, "tree/leaf": b"leaf", "tree/sub/leaf": b"leaf"}))

    def judge(where, target, name, *options):
        home = Home(bench, f"home-{where}-{target}{len(options)}")
        outside = home.folder / "outside"
        outside.mkdir()
        (outside / "victim").write_bytes(b"precious")
        (home.out / where).symlink_to(outside / target)
        ended = get(bench, server, home, name, *options)
        same(sorted(path.name for path in outside.rglob("*")), ["victim"], f"{where}: what lies outside ({ended!r})")
        same((outside / "victim").read_bytes(), b"precious", f"{where}: the file outside")
        if (home.out / "file").is_file() and not (home.out / "file").is_symlink():
            expect((home.out / "file").read_bytes() == CONTENT, f"{where}: other bytes under the final name")
        else:
            expect(ended.code != 0 or where == "tree", f"{where}: nothing was saved, and yet {ended!r}")

    each([
        ("file", "victim", "file"), ("file", "victim", "file", "--overwrite"), ("file", "nothing", "file", "--overwrite"),
        (".file.pipewright-part", "victim", "file"), (".file.pipewright-part", "nothing", "file"),
        (".file.pipewright-journal", "victim", "file"), (".file.pipewright-journal", "nothing", "file"),
        ("tree", ".", "tree", "-r"),
    ], judge)  # fmt: skip
