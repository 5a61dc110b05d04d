"""A UDP echo answers strangers: what keeps it from being used against others, shown with forged sources in a namespace of its own."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

from harness import Failure, Skipped, check, eventually, expect, same
from peers import LOCAL

PEERS = pathlib.Path(__file__).resolve().parents[1] / "peers"
FLOOD = 1_000_000
JVM = ("-Xmx64m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC")


class Namespace:
    """A network of its own, with nothing in it but loopback, where what leads nowhere is dropped."""

    def __init__(self, bench):
        if os.geteuid() != 0 or not shutil.which("ip"):
            raise Skipped("it takes root and iproute2 to make a network namespace")
        self.name = f"pipewright-{os.getpid()}-{time.monotonic_ns() % 1_000_000}"
        made = subprocess.run(["ip", "netns", "add", self.name], capture_output=True, check=False)
        if made.returncode:
            raise Skipped(f"no network namespace: {made.stderr.decode().strip()}")
        bench.undo(lambda: subprocess.run(["ip", "netns", "delete", self.name], capture_output=True, check=False))
        self.within = ("ip", "netns", "exec", self.name)
        for words in ("link set lo up", "route add default dev lo"):
            subprocess.run(["ip", "-n", self.name, *words.split()], check=True, capture_output=True, timeout=10)

    def server(self, bench, *arguments, jvm=()):
        return bench.server("udp-echo", "server", *arguments, within=self.within, jvm=jvm)

    def python(self, script, *arguments, seconds=60):
        done = subprocess.run(
            [*self.within, sys.executable, str(PEERS / script), *map(str, arguments)],
            capture_output=True, timeout=seconds, check=False,
        )  # fmt: skip
        expect(done.returncode == 0, f"{script}: {done.stderr.decode()[-300:]}")
        return done.stdout.decode()

    def forge(self, port, *arguments, seconds=60):
        self.python("forge.py", f"{LOCAL}:{port}", *arguments, seconds=seconds)

    def start(self, bench, script, *arguments):
        process = subprocess.Popen(
            [*self.within, sys.executable, str(PEERS / script), *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        bench.undo(lambda: (process.kill(), process.communicate()))
        return process

    def udp(self):
        """The kernel's counts of UDP datagrams in this namespace."""
        table = subprocess.run([*self.within, "cat", "/proc/net/snmp"], capture_output=True, check=True, timeout=10)
        names, values = re.findall(r"^Udp: (.*)$", table.stdout.decode(), re.M)
        return dict(zip(names.split(), map(int, values.split())))

    def settled(self):
        """The counts once they no longer change."""
        last, since = self.udp(), time.monotonic()

        def still():
            nonlocal last, since
            now = self.udp()
            if now != last:
                last, since = now, time.monotonic()
            return time.monotonic() - since > 0.7

        eventually(still, lambda: f"it goes on and on: {last}")
        return last


@check("reflector", "udp-loop", "one forged datagram between two echo servers: they exchange ten at most, whatever their ports")
def loop(bench):
    for transport in bench.transports():
        space = Namespace(bench)
        one = space.server(bench, "--transport", transport)
        other = space.server(bench, "--transport", transport)
        before = space.settled()
        space.forge(one.port, f"{LOCAL}:{other.port}", "who is there?")
        sent = space.settled()["OutDatagrams"] - before["OutDatagrams"]
        expect(1 <= sent <= 9, f"{transport}: {sent} replies went to and fro")
        print(f"     {transport}: the loop died after {sent + 1} datagrams", flush=True)
        for program in (one, other):
            program.end()


@check("reflector", "udp-loop-same-port", "two echo servers on one well-known port do not answer each other at all")
def same_port(bench):
    space = Namespace(bench)
    subprocess.run(["ip", "-n", space.name, "address", "add", "10.0.0.1/32", "dev", "lo"], check=True, timeout=10)
    one = bench.start("udp-echo", "server", "--port", 7788, within=space.within).await_ready()
    bench.start("udp-echo", "server", "--host", "10.0.0.1", "--port", 7788, within=space.within).await_ready()
    before = space.settled()
    space.forge(one.port, "10.0.0.1:7788", "who is there?")
    after = space.settled()
    same(after["InDatagrams"] - before["InDatagrams"], 1, "datagrams that were received")
    same(after["OutDatagrams"] - before["OutDatagrams"], 0, "replies")


@check("reflector", "udp-ports", "source ports 0, 7, 19 and the server's own get no reply; 1024 does")
def ports(bench):
    space = Namespace(bench)
    server = space.server(bench)
    for port, replies in ((0, 0), (7, 0), (19, 0), (1023, 0), (server.port, 0), (1024, 1)):
        before = space.settled()
        space.forge(server.port, f"{LOCAL}:{port}", "hello")
        after = space.settled()
        same(after["InDatagrams"] - before["InDatagrams"], 1, f"datagrams from port {port} that were received")
        same(after["OutDatagrams"] - before["OutDatagrams"], replies, f"replies to port {port}")


@check("reflector", "udp-clients", "a client that says the same a thousand times, as fast as it is answered, loses nothing")
def clients(bench):
    server = bench.server("udp-echo", "server")
    ended = bench.run(
        "udp-echo", "client", f"{LOCAL}:{server.port}", "--message", "hi", "--count", 1000, "--retries", 0
    ).expect_code(0)  # fmt: skip
    same(len(ended.text().splitlines()), 1000, "replies that were printed")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((LOCAL, server.port))
        sock.settimeout(5)
        for _ in range(100):
            for _ in range(8):
                sock.send(b"the same")
            for _ in range(8):
                same(sock.recv(100), b"the same", "a reply")


RATES = (40_000, 20_000, 10_000)


def beset(space, bench, server, flood, good):
    """
    Judges what a known peer has of the server beside a flood: `good(trip, lost)` at the highest rate that the socket keeps up with.
    Where the kernel drops one datagram in a thousand, the flood was more than this machine takes, and a slower one is tried.
    """
    for rate in RATES:
        before, began = space.udp()["RcvbufErrors"], time.monotonic()
        flooding = space.start(bench, "forge.py", f"{LOCAL}:{server.port}", *flood, "--rate", rate)
        time.sleep(0.5)
        trip, lost = map(float, space.python("known.py", f"{LOCAL}:{server.port}", 1000).split())
        expect(flooding.poll() is None, "the flood was over before the known peer was")
        dropped = space.udp()["RcvbufErrors"] - before
        print(f"     beside {rate}/s: round trip {trip:.0f} us, {lost:.0f} of 1000 lost; the kernel dropped {dropped}", flush=True)
        keeps_up = dropped <= rate * (time.monotonic() - began) / 1000
        flooding.kill()
        flooding.communicate()
        if good(trip, lost):
            return
        expect(not keeps_up, f"round trip {trip:.0f} us and {lost:.0f} of 1000 lost beside {rate}/s, though the socket keeps up")
    raise Skipped(f"the machine is too busy: at {RATES[-1]} datagrams a second the kernel still drops one in a thousand")


MODES = ((), ("--sessions",))


@check("reflector", "udp-flood", "very many forged sources: a known peer keeps its round trip", limit=240, slow=True)
def flood(bench):
    for mode in MODES:
        space = Namespace(bench)
        server = space.server(bench, *mode)
        space.python("known.py", f"{LOCAL}:{server.port}", 2000)  # warm
        space.forge(server.port, "--flood", 200_000, "--rate", 40_000)
        for attempt in range(4):  # on few processors, who gets one when decides more than the server does
            quiet, _ = map(float, space.python("known.py", f"{LOCAL}:{server.port}", 1000).split())
            print(f"     {mode}: round trip {quiet:.0f} us quiet", flush=True)
            try:
                beset(space, bench, server, ("--flood", 2_000_000), lambda trip, lost, q=quiet: trip < 2 * q and lost < 10)
                break
            except Failure:
                if attempt == 3:
                    raise
        server.end()


@check("reflector", "udp-million", "a million forged sources cost no more memory than a tenth of them", limit=240, slow=True)
def million(bench):
    for mode in MODES:
        space = Namespace(bench)
        server = space.server(bench, *mode, jvm=JVM)
        space.forge(server.port, "--flood", FLOOD // 10)
        resident = server.resident_mib()
        space.forge(server.port, "--flood", FLOOD, seconds=120)
        grown = server.resident_mib() - resident
        print(f"     {mode}: {resident:.0f} MiB after {FLOOD // 10}, {grown:.0f} MiB more after {FLOOD}", flush=True)
        expect(grown < 80, f"{mode}: a million sources cost {grown:.0f} MiB beside a heap of 64")
        expect("OutOfMemory" not in server.err.text(), server.err.text()[-300:])
        space.python("known.py", f"{LOCAL}:{server.port}", 10)
        server.end()


@check("reflector", "udp-one-floods", "one peer floods: another loses less than one in a hundred while the socket keeps up", limit=120, slow=True)
def one_floods(bench):
    for mode in MODES:
        space = Namespace(bench)
        server = space.server(bench, *mode)
        space.python("known.py", f"{LOCAL}:{server.port}", 2000)
        flooder = (f"{LOCAL}:5555", "x" * 100, "--times", 2_000_000)
        beset(space, bench, server, flooder, lambda trip, lost: lost < 10)
        server.end()
