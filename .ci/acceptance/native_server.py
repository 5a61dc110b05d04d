"""A server of the native dialect, honest by itself; a check overrides the step in which it shall do wrong."""

import hashlib
import socket
import threading
import time

import native
import wire
from native import BLOCK, frame, u8, u32, u64

MODIFIED = 1_700_000_000_123_456_789


def version(content):
    return hashlib.sha256(content).digest()[:16]


class File:
    def __init__(self, content, modified=MODIFIED):
        self.content, self.modified = content, modified
        self.version = version(content)

    @property
    def size(self):
        return len(self.content)


class Request:
    def __init__(self, content):
        self.kind = content[0]
        self._fields = dict(native.fields(content[1:]))

    def text(self, id_):
        return self._fields[id_].decode() if id_ in self._fields else None

    def number(self, id_, otherwise=None):
        return native.number(self._fields[id_]) if id_ in self._fields else otherwise

    def value(self, id_):
        return self._fields.get(id_)

    def __repr__(self):
        return f"request {self.kind:#04x} {self._fields!r:.120}"


class HangUp(Exception):
    """Ends the connection from within a step."""


def error(code, words="as you asked for it", retry_after_millis=None, offset=None):
    return frame(
        native.ERROR, (1, u32(code)), (2, words.encode()),
        (3, native.optional(u32, retry_after_millis)), (4, native.optional(u64, offset)),
    )  # fmt: skip


def entry(name, kind=1, size=0, modified=MODIFIED, token=bytes(16)):
    return b"".join(
        native.field(id_, value)
        for id_, value in ((1, native.text(name)), (2, u8(kind)), (3, u64(size)), (4, u64(modified)), (5, token))
    )


def entries(listed, more=False):
    return frame(native.ENTRIES, *((1, one) for one in listed), (2, u8(more)))


def facts(size, modified, token):
    return frame(native.FILE, (1, u64(size)), (2, u64(modified)), (3, token))


def data(offset, content, crc=None, length=None):
    crc = native.crc32c(content) if crc is None else crc
    return frame(native.DATA, (1, u64(offset)), (2, u32(len(content) if length is None else length)), (3, u32(crc))) + content


def blocks(file, offset, end):
    """(offset, bytes) of a range, cut by the grid."""
    while offset < end:
        stop = min(end, (offset // BLOCK + 1) * BLOCK)
        yield offset, bytes(file.content[offset:stop])
        offset = stop


END = frame(native.END)


class NativeServer:
    """Serves `{name: bytes}` on a port of its own, each connection on a thread; `asked` keeps all requests."""

    def __init__(self, files=None):
        self.files = {name: File(content) for name, content in (files or {}).items()}
        self.asked, self.connections = [], 0
        self._open, self._lock, self._closing = set(), threading.Lock(), False
        self._listener = socket.create_server((wire.LOCAL, 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.address = f"{wire.LOCAL}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(sock)
                self.connections += 1
                number = self.connections
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._run, args=(sock, number), daemon=True).start()

    def _run(self, sock, number):
        try:
            self.serve(sock, number)
        except (OSError, EOFError, HangUp):
            pass
        finally:
            with self._lock:
                self._open.discard(sock)
            sock.close()

    def close(self):
        self._closing = True
        self._listener.close()
        with self._lock:
            for sock in self._open:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def sleep(self, seconds):
        """A pause that ends with the check."""
        end = time.monotonic() + seconds
        while not self._closing and time.monotonic() < end:
            time.sleep(0.05)

    # ---- the steps

    def serve(self, sock, number):
        """A whole connection, the `number`th."""
        peer = native.Client(sock, greet=False)
        sock.settimeout(60)
        while True:
            request = Request(peer.exactly(native.number(peer.exactly(4))))
            with self._lock:
                self.asked.append(request)
            self.answer(sock, request)

    def answer(self, sock, request):
        step = {
            native.HELLO: self.hello, native.LIST: self.list, native.STAT: self.stat, native.GET: self.get, native.SUMS: self.sums,
        }.get(request.kind)  # fmt: skip
        if step is None:
            sock.sendall(error(native.UNKNOWN_REQUEST))
        else:
            step(sock, request)

    def hello(self, sock, request):
        sock.sendall(frame(native.WELCOME, (1, u32(1)), (2, b"acceptance"), (3, u32(BLOCK))))

    def list(self, sock, request):
        """One page with everything directly below the folder."""
        prefix, found = request.text(1), {}
        prefix = prefix + "/" if prefix else ""
        for name, file in self.files.items():
            if name.startswith(prefix):
                first, _, rest = name[len(prefix) :].partition("/")
                found[first] = entry(first, 2) if rest else entry(first, 1, file.size, file.modified, file.version)
        if prefix and not found:
            sock.sendall(error(native.NOT_GIVEN))
        else:
            after = (request.text(2) or "").encode()
            sock.sendall(entries([found[name] for name in sorted(found, key=str.encode) if name.encode() > after]))

    def found(self, sock, request):
        file = self.files.get(request.text(1))
        if file is None:
            sock.sendall(error(native.NOT_GIVEN))
        elif request.value(2) not in (None, file.version):
            sock.sendall(error(native.CHANGED))
            file = None
        return file

    def stat(self, sock, request):
        file = self.files.get(request.text(1))
        sock.sendall(error(native.NOT_GIVEN) if file is None else facts(file.size, file.modified, file.version))

    def get(self, sock, request):
        file = self.found(sock, request)
        if file:
            offset = request.number(3, 0)
            end = min(offset + request.number(4, file.size), file.size)
            sock.sendall(facts(file.size, file.modified, file.version))
            self.send_blocks(sock, file, offset, end)

    def send_blocks(self, sock, file, offset, end):
        for at, content in blocks(file, offset, end):
            self.send_block(sock, at, content)
        sock.sendall(END)

    def send_block(self, sock, at, content):
        sock.sendall(data(at, content))

    def sums(self, sock, request):
        file = self.found(sock, request)
        if file:
            first, count = request.number(3), request.number(4)
            listed = [native.crc32c(bytes(file.content[at : at + BLOCK])) for at in range(0, file.size, BLOCK)]
            sock.sendall(frame(native.SUM_LIST, (1, u64(first)), (2, b"".join(map(u32, listed[first : first + count])))))
