"""TLS from the outside: OpenSSL, ncat and Python at the other end, with certificates that the openssl command makes."""

import hashlib
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time

import wire
from harness import PATIENCE, TERM, Failure, Output, Skipped, check, eventually, expect, java, same
from peers import LOCAL

PROVIDERS = ("boringssl", "jdk")


class Authority:
    """Somebody who signs certificates; all files are in the bench's folder."""

    def __init__(self, bench, name="ca"):
        if not shutil.which("openssl"):
            raise Skipped("no openssl on this machine")
        self.folder, self.name = bench.folder(), name
        self.file = self.folder / f"{name}.pem"
        self._openssl("req", "-x509", *NEW_KEY, "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", self.file, "-days", "30")

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *map(str, arguments)], cwd=self.folder, capture_output=True, timeout=60)
        expect(done.returncode == 0, f"openssl {arguments[0]}: {done.stderr.decode()[-300:]}")

    def sign(self, name, alternatives, days=30):
        """A certificate for these names, and its key: (pem, key)."""
        key, pem = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        self._openssl("req", *NEW_KEY, "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", f"{name}.csr")
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={alternatives}\n")
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", self.file, "-CAkey", f"{self.name}.key", "-CAcreateserial",
            "-days", days, "-extfile", f"{name}.ext", "-out", pem,
        )  # fmt: skip
        return pem, key

    def convert(self, *arguments):
        self._openssl(*arguments)


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def tls_server(bench, jar, pair, *more, **how):
    return bench.server(jar, "server", "--tls-cert", pair[0], "--tls-key", pair[1], *more, **how)


def context(authority, pair=None, **settings):
    made = ssl.create_default_context(cafile=str(authority.file))
    if pair:
        made.load_cert_chain(*map(str, pair))
    for name, value in settings.items():
        setattr(made, name, value)
    return made


def secured(port, made, name="localhost"):
    return made.wrap_socket(wire.connect(port), server_hostname=name, suppress_ragged_eofs=False)


def s_client(port, *arguments, say):
    """Runs `openssl s_client`, says a line, and ends its input when the line has come back or nothing more will come.

    What it receives it prints at once, in the middle of what it has to say about the connection."""
    command = ["openssl", "s_client", "-connect", f"{LOCAL}:{port}", *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = Output(process.stdout)
    try:
        process.stdin.write(say)
        process.stdin.flush()
        eventually(lambda: say in out.bytes() or process.poll() is not None, lambda: f"no reply: {out.text()[-300:]!r}")
        process.stdin.close()
        process.wait(PATIENCE)
    except (BrokenPipeError, subprocess.TimeoutExpired) as broken:
        raise Failure(f"openssl s_client: {broken!r}: {out.text()[-300:]!r}") from None
    finally:
        process.kill()
        process.wait(10)
        out.finish()
    return out.text()


@check("tls", "tls-peers", "tcp-echo speaks TLS 1.2 and 1.3 with OpenSSL, ncat and Python, by either provider")
def peers(bench):
    authority = Authority(bench)
    pair = authority.sign("server", f"DNS:localhost,IP:{LOCAL}")
    for provider in PROVIDERS:
        server = tls_server(bench, "tcp-echo", pair, "--tls-provider", provider)
        for version in ("1_2", "1_3"):
            said = s_client(server.port, f"-tls{version}", "-CAfile", authority.file, "-verify_return_error", say=b"hello openssl\n")
            expect("hello openssl\n" in said, f"{provider}, TLS {version}: {said[-300:]!r}")
            expect("Verify return code: 0 (ok)" in said, f"{provider}, TLS {version}: not verified")
        if shutil.which("ncat"):
            done = subprocess.run(
                ["ncat", "--ssl", "--ssl-verify", "--ssl-trustfile", authority.file, "localhost", str(server.port)],
                input=b"hello ncat\n", capture_output=True, timeout=20,
            )  # fmt: skip
            same(done.stdout, b"hello ncat\n", f"{provider}: what ncat gets, ending its side first")
        with secured(server.port, context(authority), LOCAL) as sock:
            sock.sendall(b"x" * 300_000)
            same(wire.receive(sock, 300_000), b"x" * 300_000, f"{provider}: what Python gets")
        log = server.err.text()
        title = {"boringssl": "BoringSSL", "jdk": "the JDK"}[provider]
        expect(f"TLS 1.2 and 1.3 by {title}, certificate for localhost, {LOCAL}, expires in 29 days" in log, f"the log: {log!r:.300}")
        server.signal(TERM)
        server.wait().expect_code(0)


@check("tls", "tls-farewell", "who says close_notify, with and without FIN, still gets all that is owed, in order and to its end")
def farewell(bench):
    authority = Authority(bench)
    pair = authority.sign("server", "DNS:localhost")
    data = bytes(i * 31 % 251 for i in range(251 * 257)) * 30
    for provider in PROVIDERS:
        for transport in bench.transports():
            server = tls_server(bench, "tcp-echo", pair, "--tls-provider", provider, "--transport", transport)
            what = f"{provider}, {transport}"
            ended = bench.run("tcp-echo", "client", f"localhost:{server.port}", "--tls", "--tls-ca", authority.file,
                              "--tls-provider", provider, "--message", "farewell", "--count", 3)  # fmt: skip
            same(ended.expect_code(0).text(), "farewell\n" * 3, f"{what}: what our client prints")
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                got = half_closed(server.port, context(authority, maximum_version=version), data)
                expect(got == data, f"{what}, {version.name}: {len(got)} of {len(data)} bytes after close_notify")
        server.signal(TERM)


def half_closed(port, made, data):
    """Sends data and close_notify through memory, since Python's sockets cannot say one and read on."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = made.wrap_bio(incoming, outgoing, server_hostname="localhost")
    got = bytearray()
    with wire.connect(port) as sock:

        def exchange(step):
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    sock.sendall(outgoing.read())
                    some = sock.recv(1 << 16)
                    incoming.write(some) if some else incoming.write_eof()

        exchange(tls.do_handshake)
        tls.write(data)
        try:
            tls.unwrap()  # writes close_notify, and wants the other's
        except ssl.SSLWantReadError:
            pass
        sender = threading.Thread(target=sock.sendall, args=(outgoing.read(),), daemon=True)
        sender.start()
        while True:  # after its own close_notify OpenSSL still reads
            try:
                some = exchange(lambda: tls.read(1 << 16))
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                break
            if not some:
                break
            got += some
        sender.join(10)
    return bytes(got)


@check("tls", "tls-names", "several certificates: the name that is asked for chooses, wildcards too, the first is everybody else's")
def names(bench):
    authority = Authority(bench)
    pairs = [authority.sign(*one) for one in (("first", "DNS:first.example"), ("wild", "DNS:*.wild.example"), ("third", "DNS:third.example"))]
    more = [str(word) for pem, key in pairs[1:] for word in ("--tls-cert", pem, "--tls-key", key)]
    lax = context(authority, check_hostname=False)
    for provider in PROVIDERS:
        server = tls_server(bench, "tcp-echo", pairs[0], *more, "--tls-provider", provider)
        for asked, shown in (
            ("third.example", "third.example"), ("a.wild.example", "*.wild.example"), ("a.b.wild.example", "first.example"),
            ("unknown.example", "first.example"), (None, "first.example"),
        ):  # fmt: skip
            with secured(server.port, lax, asked) as sock:
                same(sock.getpeercert()["subjectAltName"], (("DNS", shown),), f"{provider}: the certificate for {asked}")


@check("tls", "tls-client-certificates", "with --tls-client-auth required only clients of the named authority are served")
def client_certificates(bench):
    authority, other = Authority(bench), Authority(bench, "other")
    pair = authority.sign("server", "DNS:localhost")
    known, unknown = authority.sign("known", "DNS:known.example"), other.sign("unknown", "DNS:unknown.example")
    auth = ("--tls-ca", authority.file, "--tls-client-auth", "required")
    for provider in PROVIDERS:
        server = tls_server(bench, "tcp-echo", pair, *auth, "--tls-provider", provider)
        target = (f"localhost:{server.port}", "--tls", "--tls-ca", authority.file, "--message", "who am I")
        own = bench.run("tcp-echo", "client", *target, "--tls-cert", known[0], "--tls-key", known[1])
        same(own.expect_code(0).text(), "who am I\n", f"{provider}: our client's reply")
        said = s_client(server.port, "-cert", known[0], "-key", known[1], say=b"hello\n")
        expect("hello\n" in said, f"{provider}: OpenSSL with a certificate: {said[-300:]!r}")
        for bad in (None, unknown):
            try:
                with secured(server.port, context(authority, bad)) as sock:
                    sock.sendall(b"let me in")
                    got = sock.recv(100)
                expect(not got, f"{provider}: served with {bad}: {got!r}")
            except (ssl.SSLError, ConnectionError):
                pass
        refused = bench.run("tcp-echo", "client", *target)
        expect(refused.code in (1, 4), f"{provider}: {refused!r}")
        eventually(lambda s=server: s.err.text().count("TLS handshake failed") == 3, lambda s=server: f"the log: {s.err.lines()[-4:]}")


@check("tls", "tls-servers", "our client verifies OpenSSL's and Python's servers, and says in one line what is wrong with them")
def servers(bench):
    authority, other = Authority(bench), Authority(bench, "other")
    pair, wrong = authority.sign("server", f"DNS:localhost,IP:{LOCAL}"), authority.sign("wrong", "DNS:elsewhere.example")

    def client(port, *more, message="hello"):
        return bench.run("tcp-echo", "client", f"{LOCAL}:{port}", "--tls", "--message", message, *more)

    port = wire.free_port()
    command = ["openssl", "s_server", "-accept", f"{LOCAL}:{port}", "-cert", pair[0], "-key", pair[1], "-rev", "-quiet"]
    process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    bench.undo(process.kill)
    eventually(lambda: not wire.refused(port), "openssl s_server does not listen")
    ended = client(port, "--tls-ca", authority.file, message="hello\n")
    same(ended.expect_code(0).text().strip(), "olleh", "what OpenSSL's server sends back")
    ended = client(port, "--tls-ca", other.file)
    same(ended.expect_code(4).error_lines(), [f"tcp-echo: cannot connect to {LOCAL}:{port}: TLS handshake failed: the server's certificate is not signed by anyone whom we trust"], "an unknown authority")

    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*map(str, wrong))
    listener = bench.keep(socket.create_server((LOCAL, 0)))
    threading.Thread(target=echo_one_by_one, args=(listener, made), daemon=True).start()
    port = listener.getsockname()[1]
    ended = client(port, "--tls-ca", authority.file)
    expect(ended.code == 4 and "is for other names" in ended.error_lines()[-1], f"a wrong name: {ended!r}")
    ended = client(port, "--tls-ca", authority.file, "--tls-server-name", "elsewhere.example")
    same(ended.expect_code(0).text(), "hello\n", "the name that was meant")
    ended = client(port, "--tls-insecure")
    same(ended.expect_code(0).text(), "hello\n", "without verification")
    expect("WARN" in ended.error_lines()[0], f"no warning: {ended!r}")


def echo_one_by_one(listener, made):
    while True:
        try:
            plain = listener.accept()[0]
        except OSError:
            return
        try:
            with made.wrap_socket(plain, server_side=True) as sock:
                while some := sock.recv(1000):
                    sock.sendall(some)
        except OSError:
            pass


@check("tls", "tls-files", "file-transfer under TLS: exact on every transport, and no half a file when the server is killed")
def files(bench):
    authority = Authority(bench)
    pair = authority.sign("server", "DNS:localhost")
    root, out = bench.folder() / "root", bench.folder() / "out"
    root.mkdir(), out.mkdir()
    content = os.urandom(1 << 20) * 64
    (root / "big").write_bytes(content)
    wanted = hashlib.sha256(content).hexdigest()
    for transport in bench.transports():
        server = tls_server(bench, "file-transfer", pair, "--root", root, "--transport", transport)
        target = (f"localhost:{server.port}", "big", "--out", out, "--tls", "--tls-ca", authority.file)
        bench.run("file-transfer", "get", *target).expect_code(0)
        same(hashlib.sha256((out / "big").read_bytes()).hexdigest(), wanted, f"{transport}: digest of what our client got")
        with secured(server.port, context(authority)) as sock:
            sock.sendall(b"big\n")
            same(hashlib.sha256(wire.receive_to_end(sock)).hexdigest(), wanted, f"{transport}: digest of what Python got")
        with secured(server.port, context(authority)) as sock:
            sock.sendall(b"big\n")
            sock.recv(1000)
            server.signal(TERM)
            time.sleep(0.2)
            server.signal(TERM)
            try:
                got = len(wire.receive_to_end(sock))
                raise Failure(f"{transport}: {got} of {len(content)} bytes look like the whole")
            except (ConnectionError, ssl.SSLEOFError):
                pass
        server.wait().expect_code(10)


@check("tls", "tls-reload", "a certificate that changes on disk serves who comes next; a bad one changes nothing; nobody is cut off")
def reload(bench):
    authority = Authority(bench)
    old, new = authority.sign("old", "DNS:old.example"), authority.sign("new", "DNS:new.example")
    server = tls_server(bench, "tcp-echo", old)
    lax = context(authority, check_hostname=False)

    def shown():
        with secured(server.port, lax, None) as sock:
            return sock.getpeercert()["subjectAltName"][0][1]

    same(shown(), "old.example", "at first")
    with secured(server.port, lax, None) as sock:
        old[0].write_text("no certificate at all\n")
        server.err.wait_for(r"WARN.*the old certificate stays.*no certificate in it", "the log", 30)
        same(shown(), "old.example", "with a bad file")
        os.replace(new[1], old[1])
        os.replace(new[0], old[0])
        server.err.wait_for(r"INFO.*certificates reloaded: .*new\.example", "the log", 30)
        same(shown(), "new.example", "when it was replaced")
        sock.sendall(b"still here")
        same(wire.receive(sock, 10), b"still here", "a connection from before")


@check("tls", "tls-stalled", "a thousand stalled handshakes hinder nobody, are ended after 10 s, and cost bounded lines")
def stalled(bench):
    authority = Authority(bench)
    pair = authority.sign("server", "DNS:localhost")
    server = tls_server(bench, "tcp-echo", pair, "--backlog", 2000, jvm=["-Dio.netty.leakDetection.level=paranoid"])
    outgoing = ssl.MemoryBIO()
    try:
        context(authority).wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    socks = [bench.keep(wire.connect(server.port)) for _ in range(1000)]
    for number, sock in enumerate(socks):
        sock.sendall(hello[: number % len(hello) + 1])

    def talk(number, gate):
        for _ in range(5):
            with secured(server.port, context(authority)) as sock:
                sock.sendall(b"hello")
                same(wire.receive(sock, 5), b"hello", "an honest client's reply")

    wire.crowd(20, talk)
    for sock in socks:
        sock.settimeout(30)
        try:
            while sock.recv(1 << 16):
                pass
        except ConnectionError:
            pass
    expect(server.err.text().count("TLS handshake failed") < 200, f"{len(server.err.lines())} log lines")
    for bad in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff\x01" + b"\0" * 70_000, b"\x15\x03\x03\0\2\2\x28", hello[:9], b"\x80\x2e\x01"):
        with wire.connect(server.port) as sock:
            try:
                sock.sendall(bad)
                sock.shutdown(socket.SHUT_WR)
                wire.receive_to_end(sock)
            except OSError:
                pass
    subprocess.run([java()[: -len("java")] + "jcmd", str(server.pid), "GC.run"], capture_output=True, timeout=20, check=True)
    wire.crowd(4, talk)  # a leak is reported by a later allocation; the bench reads the log


@check("tls", "tls-mistakes", "mistakes in --tls-… options and files are one line each, exit code 2")
def mistakes(bench):
    authority = Authority(bench)
    pair, other = authority.sign("server", "DNS:localhost"), authority.sign("other", "DNS:localhost")
    folder = bench.folder()
    authority.convert("pkcs8", "-topk8", "-in", pair[1], "-out", "locked.key", "-passout", "pass:secret")
    authority.convert("pkcs12", "-export", "-in", pair[0], "-inkey", pair[1], "-out", "store.p12", "-passout", "pass:secret")
    (folder / "secret").write_text("secret\n")
    (folder / "guess").write_text("guess\n")
    (folder / "empty").write_text("")
    cert, key, locked, store = pair[0], pair[1], folder / "locked.key", folder / "store.p12"
    for words, wanted in (
        (("--tls-cert", cert), "come in pairs, not 1 and 0"),
        (("--tls-ca", authority.file), "TLS needs a certificate"),
        (("--tls-cert", cert, "--tls-key", key, "--tls-ca", authority.file), "go together"),
        (("--tls-cert", cert, "--tls-key", key, "--tls-client-auth", "required"), "go together"),
        (("--tls-cert", folder / "none.pem", "--tls-key", key), "none.pem does not exist"),
        (("--tls-cert", folder, "--tls-key", key), "cannot be read"),
        (("--tls-cert", folder / "empty", "--tls-key", key), "has no certificate in it"),
        (("--tls-cert", cert, "--tls-key", cert), "has no private key in it"),
        (("--tls-cert", cert, "--tls-key", other[1]), "is not the key of the certificate"),
        (("--tls-cert", cert, "--tls-key", locked), "its password is needed"),
        (("--tls-cert", cert, "--tls-key", locked, "--tls-password-file", folder / "guess"), "the password is wrong"),
        (("--tls-pkcs12", store, "--tls-password-file", folder / "guess"), "the password is wrong"),
        (("--tls-pkcs12", cert, "--tls-password-file", folder / "secret"), "is no PKCS#12 file"),
    ):  # fmt: skip
        ended = bench.run("tcp-echo", "server", "--port", 0, *words)
        expect(len(ended.expect_code(2).error_lines()) == 1 and wanted in ended.error_lines()[0], f"{wanted}: {ended!r}")
    for words in (("--tls-ca", authority.file), ("--tls", "--tls-insecure", "--tls-ca", authority.file), ("--tls", "--tls-cert", cert)):
        ended = bench.run("tcp-echo", "client", f"{LOCAL}:1", "--message", "x", *words)
        expect(len(ended.expect_code(2).error_lines()) == 1, f"{words}: {ended!r}")
    for words in (("--tls-cert", cert, "--tls-key", locked), ("--tls-pkcs12", store)):
        server = bench.server("tcp-echo", "server", *words, "--tls-password-file", folder / "secret")
        with secured(server.port, context(authority)) as sock:
            sock.sendall(b"hello")
            same(wire.receive(sock, 5), b"hello", f"a reply with {words[0]}")
