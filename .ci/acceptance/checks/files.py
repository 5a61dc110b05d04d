"""S7: the download, both ends; every spelling of a name that must not be given; and what a failed download leaves."""

import hashlib
import os
import pathlib
import random
import socket
import time

import wire
from harness import check, eventually, expect, same
from peers import LOCAL, Plain, s7_download

CROWD = 200
PLAIN = "--plain"


def shared(bench):
    """A folder to serve, beside one that is not."""
    root = bench.folder() / "shared"
    (root / "sub").mkdir(parents=True)
    noise = random.Random(7)
    (root / "a.bin").write_bytes(noise.randbytes(3_000_001))
    (root / "文件 名.txt").write_bytes("网络编程\r\n".encode("gbk"))
    (root / "empty").write_bytes(b"")
    (root / "sub" / "inner.bin").write_bytes(noise.randbytes(70_000))
    (root / "one").write_bytes(b"1")
    outside = bench.folder() / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"not for you")
    return root


def serve(bench, root, *more):
    return bench.server("file-transfer", "server", "--root", root, *more)


def asked(port, name, *, end=False):
    """What comes for the bytes of a name; `end` half-closes after them."""
    with wire.connect(port) as sock:
        sock.sendall(name)
        if end:
            sock.shutdown(socket.SHUT_WR)
        try:
            return wire.receive_to_end(sock)
        except ConnectionResetError:
            return b""


@check("S7", "s7-server", f"{CROWD} plain clients at once get their file's bytes, or none for a missing one")
def download_server(bench):
    root = shared(bench)
    server = serve(bench, root)
    names = ["a.bin", "文件 名.txt", "empty", "sub/inner.bin", "missing"]
    wanted = [(root / name).read_bytes() if (root / name).exists() else b"" for name in names]

    def talk(number, gate):
        return s7_download.get((LOCAL, server.port), names[number % 5], gate)

    for number, content in enumerate(wire.crowd(CROWD, talk, seconds=60)):
        expect(content == wanted[number % 5], f"{names[number % 5]}: {len(content)} bytes, or other ones")


@check("S7", "s7-server-names", "a name may come in pieces, end in LF, CRLF or a half-close, and be 1024 bytes long")
def names(bench):
    root = shared(bench)
    content = (root / "a.bin").read_bytes()
    text = (root / "文件 名.txt").read_bytes()
    long = ("深" * 80 + "/") * 4 + "x" * 59  # 964 + 59 bytes and one to come
    long += "y" * (1024 - len(long.encode()))
    (root / long).parent.mkdir(parents=True)
    (root / long).write_bytes(b"deep")
    server = serve(bench, root)
    for name in (b"a.bin", b"a.bin\n", b"a.bin\r\n"):
        for end in (False, True):
            expect(asked(server.port, name, end=end) == content, f"{name!r}, half-close {end}")
    same(asked(server.port, long.encode()), b"deep", "a name of 1024 bytes")
    same(asked(server.port, long.encode() + b"\r\n"), b"deep", "a name of 1024 bytes and CRLF")
    for ending in (b"", b"\n", b"\r\n"):
        with wire.connect(server.port) as sock:
            wire.dribble(sock, "文件 名.txt".encode() + ending, pause=0.01)
            if not ending:
                sock.shutdown(socket.SHUT_WR)
            same(wire.receive_to_end(sock), text, f"a name byte by byte, ending {ending!r}")


@check("S7", "s7-server-hostile-names", "no spelling of a name reads anything outside the folder, or what is no file")
def hostile_names(bench):
    root = shared(bench)
    outside = bench.folder() / "outside"
    (root / "link-out").symlink_to(outside / "secret")
    (root / "folder-out").symlink_to(outside)
    (root / "absolute-out").symlink_to("/etc/passwd")
    (root / "relative-out").symlink_to("../outside/secret")
    (root / "chain").symlink_to("relative-out")
    (root / "loop").symlink_to("loop")
    (root / "device").symlink_to("/dev/zero")
    os.mkfifo(root / "fifo")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(os.path.relpath(root / "socket"))
    (root / "a\tb").write_bytes(b"control")
    (root / "a\nb").write_bytes(b"control")
    (root / "back\\slash").write_bytes(b"backslash")
    if os.geteuid() == 0:
        os.mknod(root / "zero", 0o20644, os.makedev(1, 5))
    server = serve(bench, root)
    secret = str(outside / "secret").encode()
    hostile = [
        b"", b".", b"..", b"/", b"./", b"../", b"sub", b"sub/", b"a.bin/", b"a.bin/..", b"a.bin/../one", b"sub/../a.bin", b"~/x",
        b"../outside/secret", b"sub/../../outside/secret", b"./../outside/secret", b"..//outside/secret", secret,
        b"/etc/passwd", b"//etc/passwd", b"../../../../../../../../etc/passwd", b"file:///etc/passwd", b"/dev/zero", b"/proc/self/environ",
        b"\\etc\\passwd", b"..\\outside\\secret", b"C:\\windows\\win.ini", b"C:/a.bin", b"back\\slash",
        b"..%2foutside%2fsecret", b"%2e%2e/outside/secret", b"\xc0\xae\xc0\xae/outside/secret", b"\xff\xfe", b"\xe6\x96",
        "‥/outside/secret".encode(), "．．/outside/secret".encode(), b" a.bin", b"missing",
        b"a.bin\0", b"a.bin\0.txt", b"../outside/secret\0a.bin", b"a\tb", b"a\nb", b"\x1b[2Ja.bin", b"\x7f",
        b"link-out", b"folder-out/secret", b"absolute-out", b"relative-out", b"chain", b"loop", b"device", b"fifo", b"socket", b"zero",
        b"x" * 1025, b"x" * 5000, b"a/" * 512, b"../" * 341 + b"x",
    ]  # fmt: skip
    for name in hostile:
        for ending in (b"", b"\n", b"\r\n"):
            got = asked(server.port, name + ending, end=not ending)
            same(got, b"", f"for the name {name[:60]!r} and {ending!r}")
    same(asked(server.port, b"one"), b"1", "the server's answer after all that")
    log = server.err.bytes()
    expect(not any(byte < 32 and byte != 10 or byte == 127 for byte in log), f"control characters in the log: {log!r:.300}")


@check("S7", "s7-client", "get --plain saves what a plain server sends, under the same name")
def download_client(bench):
    root, out = shared(bench), bench.folder() / "out"
    out.mkdir()
    plain = bench.keep(Plain(s7_download.serve, root))
    ended = bench.run("file-transfer", "get", plain.address, "a.bin", "文件 名.txt", "--out", out, PLAIN)
    ended.expect_code(0)
    same(plain.said, ["a.bin", "文件 名.txt"], "names that the server read")
    same(sorted(os.listdir(out)), sorted(["a.bin", "文件 名.txt"]), "what is there")
    for name in os.listdir(out):
        expect((out / name).read_bytes() == (root / name).read_bytes(), f"{name} differs")


@check("S7", "s7-client-missing", "a file that a plain server does not give leaves nothing and exits 6; the old one stays")
def download_client_missing(bench):
    root, out = shared(bench), bench.folder() / "out"
    out.mkdir()
    (out / "kept").write_bytes(b"before")
    plain = bench.keep(Plain(s7_download.serve, root))
    for name in ("missing", "kept"):
        ended = bench.run("file-transfer", "get", plain.address, name, "--out", out, PLAIN)
        ended.expect_code(6)
        same(len(ended.error_lines()), 1, f"lines on standard error ({ended!r})")
        same(os.listdir(out), ["kept"], "what is there")
    same((out / "kept").read_bytes(), b"before", "the file that was there")
    ended = bench.run("file-transfer", "get", plain.address, "one", "missing", "--out", out, PLAIN)
    ended.expect_code(6)
    same(sorted(os.listdir(out)), ["kept", "one"], "what is there when one of two was missing")


@check("S7", "s7-client-broken", "a download that breaks off leaves nothing behind, whichever way it breaks")
def download_client_broken(bench):
    out = bench.folder() / "out"
    out.mkdir()

    def breaking(listener, say):
        client, _ = listener.accept()
        say(client.recv(1024))
        client.sendall(b"x" * 100_000)
        time.sleep(0.5)
        wire.reset(client)

    plain = bench.keep(Plain(breaking))
    ended = bench.run("file-transfer", "get", plain.address, "a.bin", "--out", out, PLAIN)
    expect(ended.code not in (0, 6), f"a reset is a failure: {ended!r}")
    same(len(ended.error_lines()), 1, f"lines on standard error ({ended!r})")
    same(os.listdir(out), [], "what is there after a reset")

    def slow(listener, say):
        client, _ = listener.accept()
        say(client.recv(1024))
        try:
            while True:
                client.sendall(b"x" * 1000)
                time.sleep(0.02)
        except OSError:
            pass

    plain = bench.keep(Plain(slow))
    program = bench.start("file-transfer", "get", plain.address, "a.bin", "--out", out, PLAIN)
    eventually(lambda: os.listdir(out), "no temporary file")
    expect("a.bin" not in os.listdir(out), "an unfinished file has its name already")
    program.signal(15)
    expect(program.wait().code != 0, "a stopped download is no success")
    same(os.listdir(out), [], "what is there after SIGTERM")


@check("S7", "s7-client-hostile-names", "get never writes outside its folder, whatever name it is told")
def download_client_hostile(bench):
    out = bench.folder() / "deep" / "out"
    out.mkdir(parents=True)

    def generous(listener, say):
        while True:
            client, _ = listener.accept()
            say(client.recv(1024))
            client.sendall(b"gift")
            client.close()

    plain = bench.keep(Plain(generous))
    before = sorted(bench.folder().rglob("*"))
    for name in ("..", "../up", "/tmp/pipewright-acceptance-absolute", "a/../../../up", "."):
        ended = bench.run("file-transfer", "get", plain.address, name, "--out", out, PLAIN)
        inside = [path for path in out.rglob("*") if path.is_file()]
        expect(ended.code != 0 or inside, f"{name}: {ended!r}")
        for path in inside:
            path.unlink()
        expect(not pathlib.Path("/tmp/pipewright-acceptance-absolute").exists(), "it wrote to an absolute name")
        after = [path for path in sorted(bench.folder().rglob("*")) if out not in path.parents]
        same(after, before, f"what is outside after {name}")


@check("S7", "s7-both", "our client and our server: every file is the same at the other end, by every transport")
def both_ends(bench):
    root, out = shared(bench), bench.folder() / "out"
    out.mkdir()
    for transport in bench.transports():
        server = serve(bench, root, "--transport", transport)
        same(server.transport, transport, "the ready line's transport")
        names = ["a.bin", "sub/inner.bin", "文件 名.txt", "one"]
        bench.run("file-transfer", "get", f"{LOCAL}:{server.port}", *names, "--out", out, PLAIN).expect_code(0)
        saved = {hashlib.sha256(path.read_bytes()).digest() for path in out.rglob("*") if path.is_file()}
        same(saved, {hashlib.sha256((root / name).read_bytes()).digest() for name in names}, "digests")


@check("S7", "s7-server-truncated", "a file that shrinks while it is sent ends its connection; the server goes on at rest")
def truncated(bench):
    root = shared(bench)
    big = root / "big"
    with open(big, "wb") as file:
        file.truncate(1 << 30)
    server = serve(bench, root)
    with wire.connect(server.port, receive_buffer=1 << 16) as sock:
        sock.sendall(b"big")
        expect(sock.recv(1000), "nothing came")
        os.truncate(big, 0)
        try:
            got = len(wire.receive_to_end(sock, limit=1 << 30))
        except ConnectionResetError:
            got = 0
        expect(got < 1 << 30, "more came than the file had")
    same(asked(server.port, b"one"), b"1", "the next client")
    server.expect_rest()
