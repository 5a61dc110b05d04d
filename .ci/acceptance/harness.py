"""What every check stands on: the list of checks, the words it judges with, and the packaged programs as processes.

A program is started as its user starts it, `java -jar …`, on port 0; its ready line is read; every wait has an end; and
whatever a check started is ended with the check, by its process id.
"""

import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 20.0  # seconds that anything which should happen soon may take on a busy machine

# for programs that end after a moment: no second compiler, half the work of the machine
BRIEF = ("-XX:TieredStopAtLevel=1",)

READY = re.compile(
    r"(?P<program>\S+) listening on (?P<host>\S+):(?P<port>\d+)"
    r" \((?P<transport>io_uring|epoll|kqueue|nio), (?P<loops>\d+) event loops?\)"
)


# ---- judging


class Failure(Exception):
    """A check's verdict: what was found, and what should have been."""


class Skipped(Exception):
    """The machine lacks what the check needs."""


def expect(condition, reason):
    if not condition:
        raise Failure(reason)


def same(actual, wanted, what):
    if actual != wanted:
        raise Failure(f"{what}: got {shorten(actual)}, want {shorten(wanted)}")


def shorten(value, limit=160):
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(value)} in all)"


def eventually(condition, reason, seconds=PATIENCE):
    """Waits until the condition holds, and returns its value; `reason` may be a callable for the latest facts."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise Failure(reason() if callable(reason) else reason)
        time.sleep(0.02)


# ---- the list of checks


class Check:
    def __init__(self, name, group, sentence, body, limit, slow):
        self.name, self.group, self.sentence = name, group, sentence
        self.body, self.limit, self.slow = body, limit, slow


CHECKS = []


def check(group, name, sentence, limit=90, slow=False):
    """Registers a check: a function of a `Bench`. `limit` is the longest it may take, in seconds."""

    def register(body):
        CHECKS.append(Check(name, group, sentence, body, limit, slow))
        return body

    return register


# ---- programs


class Output:
    """One output stream of a program, read to its end on a thread of its own so that the program never waits for us."""

    def __init__(self, stream):
        self._stream = stream
        self._bytes = bytearray()
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def _pump(self):
        while True:
            try:
                some = os.read(self._stream.fileno(), 65536)
            except OSError:  # a pty whose other end has gone
                some = b""
            with self._changed:
                self._bytes += some
                self._ended = not some
                self._changed.notify_all()
            if not some:
                return

    def bytes(self):
        with self._changed:
            return bytes(self._bytes)

    def text(self, charset="utf-8"):
        return self.bytes().decode(charset, "replace")

    def lines(self):
        return self.text().splitlines()

    def wait_for(self, pattern, what, seconds=PATIENCE):
        """Waits until the text matches; fails at the end of the stream or of the time, with what there was."""
        end = time.monotonic() + seconds
        with self._changed:
            while True:
                found = re.search(pattern, self._bytes.decode("utf-8", "replace"), re.M)
                if found:
                    return found
                left = end - time.monotonic()
                if self._ended or left <= 0:
                    raise Failure(f"{what}: not in {shorten(self._bytes.decode('utf-8', 'replace'), 300)}")
                self._changed.wait(left)

    def finish(self, seconds=5.0):
        self._thread.join(seconds)
        self._stream.close()


class Finished:
    """How a program ended."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def __repr__(self):
        err = shorten(self.err.decode("utf-8", "replace"), 300)
        return f"exit {self.code}, out {shorten(self.text())}, err {err}"

    def text(self):
        return self.out.decode("utf-8", "replace")

    def error_lines(self):
        return self.err.decode("utf-8", "replace").splitlines()

    def expect_code(self, wanted):
        expect(self.code == wanted, f"exit code {wanted} wanted: {self!r}")
        return self


class Program:
    """A running `java -jar`, perhaps within another command. `terminal` gives it a pty for standard input and output."""

    def __init__(
        self, jar, arguments, *, jvm=(), within=(), env=None, uid=None, cwd=None,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, terminal=None,
    ):  # fmt: skip
        self.name = jar
        command = [*within, java(), *jvm, "-jar", str(jar_file(jar)), *map(str, arguments)]
        identity = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
        standard = {"stdin": stdin, "stdout": stdout}
        if terminal is not None:
            standard = {"stdin": terminal, "stdout": terminal}
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            command, stderr=subprocess.PIPE, env=environment(env), cwd=cwd, start_new_session=True, **standard, **identity
        )
        self.stdin = self._process.stdin
        self.out = Output(self._process.stdout) if self._process.stdout else None
        self.err = Output(self._process.stderr)
        self.host, self.port, self.transport, self.loops = None, None, None, None

    @property
    def pid(self):
        return self._process.pid

    def await_ready(self):
        """Reads the ready line, which is the first of standard output."""
        try:
            self.out.wait_for(r"\n", "the ready line")
        except Failure as absent:
            raise Failure(f"{absent}; standard error: {shorten(self.err.text(), 400)}") from None
        line = self.out.lines()[0]
        ready = READY.fullmatch(line)
        expect(ready, f"not a ready line: {line!r}")
        self.host, self.port = ready["host"], int(ready["port"])
        self.transport, self.loops = ready["transport"], int(ready["loops"])
        expect(self.port > 0, f"the ready line names no port: {line!r}")
        return self

    def printed(self):
        """What came on standard output after the ready line."""
        return self.out.bytes().partition(b"\n")[2]

    def say(self, line):
        self.stdin.write(line)
        self.stdin.flush()

    def signal(self, number):
        self._process.send_signal(number)
        return time.monotonic()

    def wait(self, seconds=PATIENCE):
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} still runs after {seconds:.0f} s; standard error: {shorten(self.err.text(), 300)}") from None
        took = time.monotonic() - self.started
        self.err.finish()
        if self.out:
            self.out.finish()
        return Finished(code, self.out.bytes() if self.out else b"", self.err.bytes(), took)

    def running(self):
        return self._process.poll() is None

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)[1]) / 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def expect_rest(self, within=4):
        """It spins on nothing: what it still has to do (a JVM that has just started compiles) is over within seconds."""
        end = time.monotonic() + within
        while True:
            before = self.cpu_seconds()
            time.sleep(0.5)
            spent = self.cpu_seconds() - before
            if spent < 0.25:
                return
            expect(time.monotonic() < end, f"it does not come to rest: {spent:.2f} s of CPU in half a second")

    def end(self):
        if self.running():
            self._process.kill()
        self._process.wait(10)
        if self.stdin:
            try:
                self.stdin.close()
            except OSError:  # what it had not read
                pass


machines_transports = []
probing = threading.Lock()


class Bench:
    """One check's workshop: the programs it started, its folder, and what to undo when it is over."""

    def __init__(self):
        self._programs = []
        self._undo = []
        self._folder = None
        self._lock = threading.Lock()

    def start(self, jar, *arguments, **how):
        program = Program(jar, arguments, **how)
        with self._lock:
            self._programs.append(program)
        return program

    def server(self, jar, *arguments, port=0, **how):
        """Starts a server and waits for its ready line."""
        return self.start(jar, *arguments, "--port", port, **how).await_ready()

    def run(self, jar, *arguments, stdin=b"", seconds=PATIENCE, jvm=BRIEF, **how):
        """Runs a program to its end, with `stdin` as all its standard input (None: /dev/null)."""
        if stdin is None:
            return self.start(jar, *arguments, stdin=subprocess.DEVNULL, jvm=jvm, **how).wait(seconds)
        program = self.start(jar, *arguments, jvm=jvm, **how)
        try:
            program.stdin.write(stdin)
            program.stdin.close()
        except BrokenPipeError:
            pass
        return program.wait(seconds)

    def foreign(self, command, stdin, seconds=PATIENCE):
        """Runs somebody else's program to its end, and returns what it printed."""
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=seconds, check=False)
        expect(done.returncode == 0, f"{command[0]} ended with {done.returncode}: {shorten(done.stderr.decode('utf-8', 'replace'))}")
        return done.stdout

    def transports(self):
        """The transports that this machine has, the best for TCP first."""
        with probing:
            if not machines_transports:
                for name in ("io_uring", "epoll", "nio"):
                    program = self.start("tcp-echo", "server", "--port", "0", "--transport", name)
                    eventually(lambda p=program: p.out.lines() or not p.running(), f"neither a server by {name} nor a refusal")
                    if program.running():
                        machines_transports.append(name)
                    program.end()
            return list(machines_transports)

    def folder(self):
        if self._folder is None:
            self._folder = pathlib.Path(tempfile.mkdtemp(prefix="pipewright-acceptance-"))
            self._folder.chmod(0o755)
            self.undo(lambda: shutil.rmtree(self._folder, ignore_errors=True))
        return self._folder

    def undo(self, action):
        self._undo.append(action)

    def keep(self, closeable):
        """Closes it when the check is over."""
        self.undo(closeable.close)
        return closeable

    def kill(self):
        with self._lock:
            programs = list(self._programs)
        for program in programs:
            program.end()

    def close(self):
        self.kill()
        for action in reversed(self._undo):
            action()

    def judge_logs(self):
        """No program may have shown its user a stack trace or lost a buffer, whatever the check was about."""
        for program in self._programs:
            log = program.err.text()
            trace = re.search(r"^\s+at \S+\(.*\)$|^Exception in thread.*$", log, re.M)
            if trace and not getattr(program, "may_trace", False):
                raise Failure(f"{program.name} printed a stack trace: {shorten(log[max(0, trace.start() - 300):], 500)}")
            leak = re.search(r"^.*LEAK:.*$", log, re.M)
            expect(not leak, f"{program.name} leaked: {leak and shorten(leak[0], 300)}")


# ---- the machine


def java():
    home = os.environ.get("JAVA_HOME")
    return str(pathlib.Path(home) / "bin" / "java") if home else "java"


def jar_file(name):
    jar = ROOT / name / "target" / f"{name}.jar"
    if not jar.exists():
        raise Failure(f"{jar.relative_to(ROOT)} is missing: run ./mvnw package")
    return jar


def environment(changes=None):
    """The caller's environment without what would change a program's behaviour or add lines to its output."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIPEWRIGHT_", "LC_", "LANG"))}
    for name in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"):
        kept.pop(name, None)
    return {**kept, "LC_ALL": "C.UTF-8", **(changes or {})}


def in_terminal(bench, jar, *arguments):
    """Starts a program on a pty: (program, type(bytes), Output of what the terminal shows)."""
    ours, theirs = os.openpty()
    program = bench.start(jar, *arguments, terminal=theirs)
    os.close(theirs)
    screen = Output(os.fdopen(ours, "rb", buffering=0, closefd=True))
    return program, lambda typed: os.write(ours, typed), screen


def readable(sock, seconds):
    return bool(select.select([sock], [], [], seconds)[0])


TERM, INT, KILL = signal.SIGTERM, signal.SIGINT, signal.SIGKILL
