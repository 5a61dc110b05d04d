"""udp-echo on a path that takes short packets only, in a network namespace of the check's own: what the kernel refuses."""

import os
import shutil
import signal
import subprocess

from harness import Skipped, check, eventually, expect

MTU = 1_300

# Sends ROUNDS bursts of COUNT datagrams of SIZE bytes to PORT at once, and prints how many different ones came back whole.
PEER = """
import socket, sys
port, rounds, count, size = map(int, sys.argv[1:])
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(1)
back = set()
for burst in range(rounds):
    sent = [bytes([burst, number]) * (size // 2) for number in range(count)]
    for datagram in sent:
        sock.sendto(datagram, ("127.0.0.1", port))
    try:
        for _ in sent:
            back.add(sock.recv(65536))
    except TimeoutError:
        pass
print(sum(len(each) == size and each == each[:2] * (size // 2) for each in back))
"""


def short_path(bench):
    """A namespace whose loopback takes packets of MTU bytes: the command that runs another within it."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        raise Skipped("needs root and ip")
    name = f"pipewright-{os.getpid()}-{id(bench)}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode != 0:
        raise Skipped("no network namespaces here")
    bench.undo(lambda: subprocess.run(["ip", "netns", "del", name], check=False))
    within = ["ip", "netns", "exec", name]
    for command in (["ip", "link", "set", "lo", "up"], ["ip", "link", "set", "lo", "mtu", str(MTU)]):
        subprocess.run([*within, *command], check=True)
    return within


def peer(within, port, rounds, count, size):
    command = [*within, "python3", "-c", PEER, *map(str, (port, rounds, count, size))]
    return int(subprocess.run(command, capture_output=True, timeout=60, check=True).stdout)


def told(server):
    """What the server says on SIGUSR1 of what became of the datagrams."""
    seen = server.err.text().count("so far: ")
    server.signal(signal.SIGUSR1)
    eventually(lambda: server.err.text().count("so far: ") > seen, "SIGUSR1 is not answered")
    return server.err.text().rpartition("so far: ")[2]


@check("udp", "udp-refused-burst", "bursts that the path refuses as one packet come back one by one, none lost")
def refused_burst(bench):
    within = short_path(bench)
    server = bench.server("udp-echo", "server", "--transport", "epoll", within=within)
    if "(GSO) on" not in server.err.text():
        raise Skipped("this kernel sends no bursts")
    rounds, count = 20, 8
    back = peer(within, server.port, rounds, count, 1_280)  # 1,308 with headers: fragments
    expect(back == rounds * count, f"{back} of {rounds * count} came back")
    server.err.wait_for("joining shorter ones only", "what the refusal taught it")
    back = peer(within, server.port, rounds, count, 1_000)
    expect(back == rounds * count, f"{back} of {rounds * count} short ones came back")
    expect("send failures 0" in told(server), f"something was not sent: {told(server)}")


@check("udp", "udp-dont-fragment", "--dont-fragment: what is too long for the path is not sent, is counted, and the server goes on")
def dont_fragment(bench):
    within = short_path(bench)
    server = bench.server("udp-echo", "server", "--transport", "epoll", "--dont-fragment", within=within)
    back = peer(within, server.port, 1, 3, 1_400)
    expect(back == 0, f"{back} came back in fragments")
    expect(peer(within, server.port, 1, 3, 1_200) == 3, "those that are not too long do not come back")
    expect("send failures 3 (message-too-long 3)" in told(server), f"not counted: {told(server)}")
    server.err.wait_for("a datagram of 1400 bytes is too long to be sent", "the reason in the log")
