"""The native dialect of file-transfer, written from docs/file-protocol.md alone: frames, sums, and a client that believes nothing."""

import array
import functools
import struct
import sys

import wire
from harness import Failure, expect, same

MAGIC = b"PIPEWRIGHT-FILES"
BLOCK = 1 << 20
AT_MOST = 64 << 10  # bytes of an answer's body

HELLO, LIST, STAT, GET, SUMS, PACK = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
WELCOME, ENTRIES, FILE, DATA, SUM_LIST, END, PACKED, ERROR = 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0xC0

BAD_REQUEST, UNKNOWN_REQUEST, UNSUPPORTED_VERSION, NOT_GIVEN, CHANGED = 1, 2, 3, 4, 5
BUSY, DRAINING, UNAUTHORIZED, FAILED, OUT_OF_RANGE = 6, 7, 8, 9, 10


# ---- CRC32C (RFC 3720, B.4), two bytes a step


@functools.cache
def _table():
    def step(value, bits):
        for _ in range(bits):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        return value

    byte = [step(value, 8) for value in range(256)]
    return [byte[(value & 0xFF)] >> 8 ^ byte[byte[value & 0xFF] & 0xFF ^ value >> 8] for value in range(1 << 16)]


@functools.lru_cache(64)
def crc32c(data):
    table, crc = _table(), 0xFFFFFFFF
    even = len(data) & ~1
    words = array.array("H", data[:even])
    if sys.byteorder == "big":
        words.byteswap()
    for word in words:
        crc = crc >> 16 ^ table[crc & 0xFFFF ^ word]
    for value in data[even:]:
        crc ^= value
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


# ---- frames


def u8(value):
    return bytes([value])


def u32(value):
    return struct.pack(">I", value)


def u64(value):
    return struct.pack(">Q", value)


def number(value):
    return int.from_bytes(value, "big")


def field(id_, value):
    return struct.pack(">BH", id_, len(value)) + value


def body(kind, *fields):
    """`fields` are pairs of an id and its bytes; those without a value stay away."""
    return u8(kind) + b"".join(field(id_, value) for id_, value in fields if value is not None)


def frame(kind, *fields):
    content = body(kind, *fields)
    return u32(len(content)) + content


def optional(encode, value):
    return None if value is None else encode(value)


def text(value):
    return value if isinstance(value, bytes) else value.encode()


def hello(secret=None, version=1, magic=MAGIC):
    return frame(HELLO, (1, magic), (2, u32(version)), (3, b"acceptance"), (4, secret))


def list_(folder=None, after=None, limit=None):
    return frame(LIST, (1, optional(text, folder)), (2, optional(text, after)), (3, optional(u32, limit)))


def stat(name):
    return frame(STAT, (1, text(name)))


def get(name, version=None, offset=None, length=None):
    return frame(GET, (1, text(name)), (2, version), (3, optional(u64, offset)), (4, optional(u64, length)))


def sums(name, version, first, count):
    return frame(SUMS, (1, text(name)), (2, version), (3, u64(first)), (4, u32(count)))


def pack(*names):
    return frame(PACK, *((1, field(1, text(name))) for name in names))


def fields(content):
    """All fields of a body behind its type: pairs of id and bytes."""
    found, at = [], 0
    while at < len(content):
        id_, length = struct.unpack_from(">BH", content, at) if at + 3 <= len(content) else (None, len(content))
        at += 3 + length
        if at > len(content):
            raise Failure(f"field {id_} goes past the end of {content!r:.80}")
        found.append((id_, content[at - length : at]))
    return found


class Answer:
    """One frame from a server."""

    def __init__(self, content):
        self.content, self.kind = content, content[0]
        self.fields = fields(content[1:])
        self.data = b""

    def all(self, id_):
        return [value for found, value in self.fields if found == id_]

    def one(self, id_, width=None):
        values = self.all(id_)
        expect(len(values) == 1, f"{self!r}: field {id_} is there {len(values)} times")
        if width is not None:
            same(len(values[0]), width, f"{self!r}: bytes of field {id_}")
        return values[0]

    def __repr__(self):
        return f"answer {self.kind:#04x} {self.fields!r:.200}"


class Refused(Exception):
    """The server answered ERROR."""

    def __init__(self, answer):
        self.code = number(answer.one(1, 4))
        self.text = answer.one(2).decode()
        retry, offset = answer.all(3), answer.all(4)
        self.retry_after_millis = number(retry[0]) if retry else None
        self.offset = number(offset[0]) if offset else None
        super().__init__(f"ERROR {self.code} ({self.text})")


class WrongSum(Failure):
    """The bytes of a block are not those that were summed: they changed in between, or on the way."""


class Facts:
    def __init__(self, answer):
        same(answer.kind, FILE, f"{answer!r}: type")
        self.size, self.version = number(answer.one(1, 8)), answer.one(3, 16)
        self.modified = int.from_bytes(answer.one(2, 8), "big", signed=True)


class Entry:
    def __init__(self, nested):
        found = dict(fields(nested))
        same([id_ for id_, _ in fields(nested)], [1, 2, 3, 4, 5], "an entry's fields")
        same([len(found[id_]) for id_ in (2, 3, 4, 5)], [1, 8, 8, 16], "bytes of an entry's fields")
        self.name, self.folder, self.size = found[1].decode(), number(found[2]) == 2, number(found[3])
        self.modified, self.version = int.from_bytes(found[4], "big", signed=True), found[5]


class Client:
    """One connection; every answer is checked against the protocol as it comes."""

    def __init__(self, sock, secret=None, greet=True):
        self.sock = sock
        self.held = bytearray()
        if greet:
            self.send(hello(secret))
            self.welcomed()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, *frames):
        self.sock.sendall(b"".join(frames))

    def exactly(self, count):
        while len(self.held) < count:
            some = self.sock.recv(max(1 << 16, count - len(self.held)))
            if not some:
                raise EOFError(f"the server has ended, {len(self.held)} of {count} bytes are here")
            self.held += some
        taken = bytes(memoryview(self.held)[:count])
        del self.held[:count]
        return taken

    def answer(self):
        """The next frame, with the raw bytes behind it if it is DATA or PACK."""
        length = number(self.exactly(4))
        expect(1 <= length <= AT_MOST, f"an answer of {length} bytes")
        answer = Answer(self.exactly(length))
        if answer.kind == DATA:
            answer.data = self.exactly(number(answer.one(2, 4)))
        if answer.kind == PACKED:
            answer.data = self.exactly(sum(number(dict(fields(file))[1]) for file in answer.all(1) if file))
        if answer.kind == ERROR:
            raise Refused(answer)
        return answer

    def welcomed(self):
        answer = self.answer()
        same(answer.kind, WELCOME, "the answer to HELLO")
        same((number(answer.one(1, 4)), number(answer.one(3, 4))), (1, BLOCK), "version and bytes of a block")
        return answer.one(2).decode()

    def stat(self, name):
        self.send(stat(name))
        return Facts(self.answer())

    def page(self, folder=None, after=None, limit=None):
        self.send(list_(folder, after, limit))
        answer = self.answer()
        same(answer.kind, ENTRIES, "the answer to LIST")
        more = number(answer.one(2, 1))
        expect(more in (0, 1), f"more is {more}")
        return [Entry(nested) for nested in answer.all(1)], more == 1

    def entries(self, folder=None, limit=None):
        """All pages of a folder."""
        found, after = [], None
        while True:
            page, more = self.page(folder, after, limit)
            found += page
            if not more:
                return found
            expect(page, "a page without an entry says that there are more")
            after = page[-1].name

    def sums(self, name, version, first, count):
        self.send(sums(name, version, first, count))
        answer = self.answer()
        same((answer.kind, number(answer.one(1, 8))), (SUM_LIST, first), "the answer to SUMS")
        return list(struct.unpack(f">{len(answer.one(2)) // 4}I", answer.one(2)))

    def packed(self, *names):
        """The answer to a PACK: the bytes of the first of these files, None for one that is not in it."""
        self.send(pack(*names))
        answer, files, at = self.answer(), [], 0
        same(answer.kind, PACKED, "the answer to PACK")
        for file in answer.all(1):
            described = dict(fields(file))
            size = number(described[1]) if described else 0
            content = answer.data[at : at + size]
            if described:
                same([len(described[id_]) for id_ in (1, 2, 3, 4)], [8, 8, 16, 4], "the widths of a file's fields")
                same(number(described[4]), crc32c(content), "the sum of a file in a pack")
            files.append(content if described else None)
            at += size
        return files

    def get(self, name, version=None, offset=None, length=None):
        self.send(get(name, version, offset, length))
        return self.got(offset or 0, length)

    def got(self, offset=0, length=None):
        """The answer to a GET: facts and bytes."""
        collected = bytearray()
        facts = self.blocks(lambda at, data: collected.extend(data), offset, length)
        return facts, bytes(collected)

    def blocks(self, take, offset=0, length=None):
        """The answer to a GET, block by block to `take(offset, bytes)`, each of them checked."""
        facts, at = Facts(self.answer()), offset
        end = facts.size if length is None else offset + length
        while (answer := self.answer()).kind != END:
            same(answer.kind, DATA, f"{answer!r} within a GET")
            count, start = len(answer.data), number(answer.one(1, 8))
            same(start, at, "the offset of a block")
            expect(0 < count and start // BLOCK == (start + count - 1) // BLOCK, f"{count} bytes at {start} cross a line of the grid")
            expect(start + count <= end, f"{count} bytes at {start}, past {end}")
            wanted = number(answer.one(3, 4))
            if crc32c(answer.data) != wanted:
                raise WrongSum(f"{count} bytes at {start} have the sum {crc32c(answer.data):#x}, and not {wanted:#x}")
            take(start, answer.data)
            at += count
        same(answer.fields, [], "the fields of END")
        same(at, end, "the end of a GET")
        return facts


def connect(port, secret=None, **how):
    return Client(wire.connect(port, **how), secret)
