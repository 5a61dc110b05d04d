"""Files that change while they are sent, and clients that are killed: nobody gets a mixture, or half a file."""

import hashlib
import json
import os
import random
import threading
import time

import native
import wire
from harness import KILL, check, eventually, expect, same
from native import BLOCK

SIZE = 32 * BLOCK + 777


def shared(bench, size=SIZE, folder="."):
    root = bench.folder() / folder / "shared"
    root.mkdir()
    content = random.Random(17).randbytes(size)
    write(root, content)
    return root, content


def write(root, content):
    (root / "file").write_bytes(content)
    time.sleep(0.05)  # a file that has just changed has no version yet


def serve(bench, root, *more, **how):
    return bench.server("file-transfer", "server", "--root", root, *more, **how)


def truncate(root):
    os.truncate(root / "file", 1000)


def truncate_to_nothing(root):
    os.truncate(root / "file", 0)


def append(root):
    with open(root / "file", "ab") as file:
        file.write(b"more")


def overwrite(root):
    with open(root / "file", "r+b") as file:
        file.seek(SIZE - 1000)
        file.write(bytes(500))


def overwrite_and_hide(root):
    """The old size and the old time of the last change, as some tools leave them."""
    before = (root / "file").stat()
    overwrite(root)
    os.utime(root / "file", ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(root):
    (root / "new").write_bytes(bytes(SIZE))
    os.replace(root / "new", root / "file")


def unlink(root):
    os.unlink(root / "file")


CHANGES = (truncate, truncate_to_nothing, append, overwrite, overwrite_and_hide, replace, unlink)


@check("changing", "changing-served", "a file that changes while it is sent ends as CHANGED, or whole; right sums are the old file's")
def served(bench):
    root, content = shared(bench)
    for transport in ("auto", *bench.transports()):
        server = serve(bench, root, "--transport", transport)
        for change in CHANGES if transport == "auto" else (truncate, overwrite):
            what = f"{transport}, {change.__name__}"
            write(root, content)
            with native.connect(server.port, receive_buffer=1 << 16) as client:
                received, end = bytearray(), "END"

                def take(at, data, what=what, change=change, received=received):
                    expect(data == content[at : at + len(data)], f"{what}: a block at {at} has a right sum and is not the old file's")
                    received.extend(data)
                    if at == BLOCK:
                        change(root)

                client.send(native.get("file"))
                try:
                    client.blocks(take)
                except native.Refused as refusal:
                    same(refusal.code, native.CHANGED, f"{what}: {refusal}")
                    end = "CHANGED"
                except (EOFError, ConnectionResetError):
                    end = "the end of the connection"
                expect(end != "END" or bytes(received) == content, f"{what}: END, and not the old file")
                expect(change.__name__.startswith("truncate") or end != "the end of the connection", f"{what}: {end}")
        server.expect_rest()


@check("changing", "changing-saved", "get of a file that changes meanwhile is exit 8, or the old file whole", limit=180)
def saved(bench):
    roots, content = {}, b""
    for change in CHANGES:
        (bench.folder() / change.__name__).mkdir()
        roots[change], content = shared(bench, folder=change.__name__)
    server = serve(bench, bench.folder())
    clients = {
        change: bench.start(
            "file-transfer", "get", f"{wire.LOCAL}:{server.port}", f"{change.__name__}/shared/file", "--out", out_of(bench, change),
            "--limit-rate", "8MiB", "--retries", 2, jvm=("-XX:TieredStopAtLevel=1",),
        )
        for change in CHANGES
    }  # fmt: skip
    for change, client in clients.items():
        out = out_of(bench, change)
        eventually(lambda out=out, client=client: held(out) > 4 * BLOCK or not client.running(), "no part file that grows", 40)
        change(roots[change])
    for change, client in clients.items():
        ended, out = client.wait(60), out_of(bench, change)
        if ended.code == 0:
            expect((out / "file").read_bytes() == content, f"{change.__name__}: exit 0, and not the old file")
        else:
            same(ended.code, 8, f"{change.__name__}: {ended!r}: exit code")
            expect(not (out / "file").exists(), f"{change.__name__}: exit 8, and yet there is a file")
            same([name for name in os.listdir(out) if name.endswith("part")], [], f"{change.__name__}: what is left of a file that is gone")
    server.expect_rest()


def out_of(bench, change):
    out = bench.folder() / f"out-{change.__name__}"
    out.mkdir(exist_ok=True)
    return out


def held(folder):
    """Bytes on disk of all files in a folder, hidden ones too."""
    try:
        return sum(entry.stat().st_blocks * 512 for entry in os.scandir(folder))
    except FileNotFoundError:  # renamed just now
        return 0


@check("changing", "changing-rewritten", "while a file is rewritten all the time, what is given is a state that it really had")
def rewritten(bench):
    root, chunk, chunks = bench.folder() / "shared", 4096, 3 * 256 + 1
    root.mkdir()
    (root / "file").write_bytes(bytes(chunk * chunks))
    server = serve(bench, root)
    stop, states = threading.Event(), random.Random(19)

    begin = time.monotonic()

    def rest():
        """Mostly as long as a GET takes, on a slow machine too: longer the longer nothing has come of it; else too short."""
        return 0.25 + (time.monotonic() - begin) / 20 if states.random() < 0.7 else 0.01

    def writer():
        with open(root / "file", "r+b", buffering=0) as file:
            value = 0
            while not stop.is_set():
                value = value % 255 + 1
                file.seek(0)
                pause = states.randrange(chunks)
                for number in range(chunks):
                    file.write(bytes([value]) * chunk)
                    if number == pause:
                        time.sleep(rest())

    thread = threading.Thread(target=writer, daemon=True)
    thread.start()
    whole = changed = 0
    try:
        end = time.monotonic() + 40
        while time.monotonic() < end and not (whole > 3 and changed > 3):
            with native.connect(server.port) as client:
                try:
                    _, data = client.get("file")
                except native.Refused as refusal:
                    expect(refusal.code in (native.CHANGED, native.BUSY), f"a file that changes: {refusal}")
                    changed += 1
                    continue
                except native.WrongSum:  # it changed behind the sum: a client is to ask again
                    changed += 1
                    continue
            steps = [at for at in range(1, len(data)) if data[at] != data[at - 1]] if len(set(data)) > 1 else []
            whole += 1
            expect(len(steps) <= 1, f"a mixture of {len(steps) + 1} states, cut at {steps[:5]}")
            expect(not steps or (steps[0] % chunk == 0 and (data[-1] + 1 == data[0] or data[0] == 1)), f"no state of this file: {steps}")
    finally:
        stop.set()
        thread.join(5)
    expect(whole and changed, f"{whole} whole answers and {changed} that were refused: this showed nothing")
    server.expect_rest()


class Watch:
    """Looks at a final name all the time: it is absent, or its file is complete."""

    def __init__(self, path, size, digest):
        self._path, self._size, self._digest = path, size, digest
        self._stop, self.wrong, self.looks = threading.Event(), None, 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        seen = None
        while not self._stop.is_set() and not self.wrong:
            self.looks += 1
            try:
                with open(self._path, "rb") as file:
                    facts = os.fstat(file.fileno())
                    if facts.st_size != self._size:
                        self.wrong = f"{facts.st_size} of {self._size} bytes under the final name"
                    elif facts.st_ino != seen:
                        seen = facts.st_ino
                        if hashlib.file_digest(file, "sha256").digest() != self._digest:
                            self.wrong = "other bytes under the final name"
            except FileNotFoundError:
                seen = None
            time.sleep(0.001)

    def end(self):
        self._stop.set()
        self._thread.join(10)
        expect(not self.wrong, self.wrong)
        expect(self.looks > 10, "the watch saw nothing")


def killed(bench, times, size=24 * BLOCK + 777):
    root, content = shared(bench, size)
    server = serve(bench, root)
    digest, moments = hashlib.sha256(content).digest(), random.Random(times)
    resumed = 0
    for number in range(times):
        out = bench.folder() / f"out{number}"
        out.mkdir()
        watch = Watch(out / "file", size, digest)
        get = ("file-transfer", "get", f"{wire.LOCAL}:{server.port}", "file", "--out", out, "--connections", 1 + number % 4)
        victim = bench.start(*get, "--limit-rate", "16MiB", jvm=("-XX:TieredStopAtLevel=1",))
        if number % 5:  # else at any moment of its start
            eventually(lambda out=out, victim=victim: os.listdir(out) or not victim.running(), "nothing is saved")
        time.sleep(moments.uniform(0, 1.9 if number % 5 else 0.9))
        victim.signal(KILL)
        victim.wait()
        kept = held(out)
        ended = bench.run(*get, "--json", seconds=40).expect_code(0)
        watch.end()
        expect((out / "file").read_bytes() == content, f"round {number}: other bytes after the second try")
        same(os.listdir(out), ["file"], f"round {number}: what is there in the end")
        events = map(json.loads, ended.text().splitlines())
        fetched = sum(event["fetchedBytes"] for event in events if event["event"] == "saved")  # none: it was here already
        if number % 4 == 0:  # several connections may fetch a block twice, when one of them is slow
            expect(fetched + kept < size + 8 * BLOCK, f"round {number}: {kept} bytes lay there, and {fetched} were fetched again")
        resumed += fetched < size
        (out / "file").unlink()
    expect(resumed or times < 4, f"none of {times} downloads went on where it was killed")


@check("changing", "killed", "killed at 6 moments: the name is absent or complete, and the next get completes it", limit=180)
def killed_often(bench):
    killed(bench, 6)


@check("slow", "killed-50", "killed at 50 moments: the name is absent or complete, and the next get completes it", limit=900, slow=True)
def killed_fifty(bench):
    killed(bench, 50)
