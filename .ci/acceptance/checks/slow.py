"""Files beyond 2^31 and 2^32 bytes; `run slow`. A sparse file is all zeros but for markers around the limits."""

import os
import pathlib
import shutil
import tempfile

import wire
from harness import Skipped, check, expect, same
from peers import LOCAL

GIB = 1 << 30
SIZE = 5 * GIB + 12345
BLOCK = 1 << 20
LIMITS = (0, BLOCK, 2 * GIB, 2 * GIB + (32 << 20), 3 * GIB, 4 * GIB, 4 * GIB + 4096, SIZE)


def markers():
    """{offset: bytes}: unlike each other, on both sides of every limit."""
    found = {}
    for limit in LIMITS:
        for start in (limit - 17, limit):
            if 0 <= start <= SIZE - 16:
                found[start] = b"<%014x>" % start
    return found


def sparse_file(folder):
    path = folder / "sparse"
    with open(path, "wb") as file:
        file.truncate(SIZE)
        for offset, mark in markers().items():
            file.seek(offset)
            file.write(mark)
    return path


def wanted_block(start, length, marks=tuple(sorted(markers().items()))):
    block = None
    for offset, mark in marks:
        if start - len(mark) < offset < start + length:
            block = block or bytearray(length)
            for index, value in enumerate(mark):
                if 0 <= offset + index - start < length:
                    block[offset + index - start] = value
    return block


ZEROS = bytes(BLOCK)


def judge_blocks(fill):
    """`fill(view)` reads into the view until it is full or the end has come, and returns the count."""
    buffer = bytearray(BLOCK)
    at = 0
    while True:
        count = fill(memoryview(buffer))
        got = buffer if count == BLOCK else buffer[:count]
        want = wanted_block(at, count) or (ZEROS if count == BLOCK else ZEROS[:count])
        if got != want:
            first = next(i for i in range(count) if got[i] != want[i])
            expect(False, f"wrong byte at {at + first}: {got[first : first + 16]!r} instead of {bytes(want[first : first + 16])!r}")
        at += count
        if count < BLOCK:
            same(at, SIZE, "bytes")
            return


def from_socket(sock):
    def fill(view):
        count = 0
        while count < len(view):
            some = sock.recv_into(view[count:])
            if not some:
                break
            count += some
        return count

    return fill


def in_memory(bench):
    """A folder where holes cost nothing to read, if the machine has one."""
    memory = pathlib.Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        return bench.folder()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pipewright-acceptance-", dir=memory))
    bench.undo(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def download(bench, transport):
    if transport not in bench.transports():
        raise Skipped(f"this machine has no {transport}")
    folder = in_memory(bench)
    sparse_file(folder)
    server = bench.server("file-transfer", "server", "--root", folder, "--transport", transport)
    same(server.transport, transport, "the ready line's transport")
    with wire.connect(server.port) as sock:
        sock.sendall(b"sparse\n")
        judge_blocks(from_socket(sock))


@check("slow", "5gib-epoll", "5 GiB by epoll arrive exactly at a plain socket", limit=300, slow=True)
def epoll(bench):
    download(bench, "epoll")


@check("slow", "5gib-nio", "5 GiB by nio arrive exactly at a plain socket", limit=300, slow=True)
def nio(bench):
    download(bench, "nio")


@check("slow", "5gib-io_uring", "5 GiB by io_uring arrive exactly at a plain socket", limit=300, slow=True)
def io_uring(bench):
    download(bench, "io_uring")


@check("slow", "5gib-get", "5 GiB saved by our client are the same 5 GiB", limit=300, slow=True)
def get(bench):
    folder = in_memory(bench)
    sparse_file(folder)
    server = bench.server("file-transfer", "server", "--root", folder)
    out = (folder if available() > 8 * GIB else bench.folder()) / "out"
    out.mkdir()
    if shutil.disk_usage(out).free < SIZE + GIB:
        raise Skipped("no room for 5 GiB")
    arguments = (f"{LOCAL}:{server.port}", "sparse", "--out", out, "--plain")
    bench.run("file-transfer", "get", *arguments, seconds=250, jvm=()).expect_code(0)
    same(os.listdir(out), ["sparse"], "what is there")
    with open(out / "sparse", "rb", buffering=0) as file:
        judge_blocks(lambda view: fill_from(file, view))


def fill_from(file, view):
    count = 0
    while count < len(view):
        some = file.readinto(view[count:])
        if not some:
            break
        count += some
    return count


def available():
    with open("/proc/meminfo") as meminfo:
        return next(int(line.split()[1]) * 1024 for line in meminfo if line.startswith("MemAvailable:"))
