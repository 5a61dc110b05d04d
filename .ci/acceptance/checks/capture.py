"""What a server records, read by tshark."""

import os
import shutil
import socket
import stat
import subprocess

import wire
from harness import PATIENCE, TERM, Skipped, check, expect, same
from wire import LOCAL

from .tls import Authority, context, secured, tls_server


def need_tshark():
    if not shutil.which("tshark"):
        raise Skipped("no tshark on this machine")


def tshark(file, *arguments):
    done = subprocess.run(["tshark", "-r", file, *arguments], capture_output=True, timeout=60)
    expect(done.returncode == 0, f"tshark {arguments}: {done.stderr.decode('utf-8', 'replace')[-300:]}")
    return done.stdout.decode()


def streams(file):
    """What each end sent in each TCP stream: {(stream, source port): bytes}, as tshark puts them together."""
    sent = {}
    rows = tshark(file, "-T", "fields", "-e", "tcp.stream", "-e", "tcp.srcport", "-e", "tcp.payload")
    for row in rows.splitlines():
        stream, port, payload = row.split("\t")
        key = (int(stream), int(port))
        sent[key] = sent.get(key, b"") + bytes.fromhex(payload)
    return sent


def expect_nothing_wrong(file):
    """No malformed packet, no wrong checksum, no number out of order: nothing that an expert would remark as worse than a note."""
    verify = ("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")
    remarks = tshark(file, *verify, "-Y", "_ws.malformed || _ws.expert.severity >= 0x600000", "-V")
    same(remarks, "", "what tshark finds wrong")
    flags = '_ws.expert.message contains "retransmission" || tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment'
    same(tshark(file, "-Y", flags), "", "what tshark misses")


def talk(sock):
    """Sends every message and awaits it back; returns this end's port."""
    for message in MESSAGES:
        sock.sendall(message)
        expect(wire.receive(sock, len(message)) == message, "other bytes came back")
    return sock.getsockname()[1]


MESSAGES = (b"hello\n", bytes(range(256)) * 1024, "网络\n".encode())


def hosts():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return LOCAL, "::1"
    except OSError:
        return (LOCAL,)


def expect_recorded(file, peers, port):
    """Exactly these streams, all of each, in both directions; `peers` are the clients' ports."""
    whole = b"".join(MESSAGES)
    found = streams(file)
    same(sorted(sender for _, sender in found), sorted([*peers, *[port] * len(peers)]), "who sent in the streams")
    expect(all(sent == whole for sent in found.values()), "a stream has other bytes than were sent")
    expect_nothing_wrong(file)


def stop(server):
    server.signal(TERM)
    server.wait().expect_code(0)


@check("capture", "capture-streams", "what --capture records over IPv4 and IPv6 is what was sent, and tshark finds nothing wrong")
def capture_streams(bench):
    need_tshark()
    for transport in bench.transports():
        for number, host in enumerate(hosts()):
            file = bench.folder() / f"{transport}-{number}.pcap"
            server = bench.server("tcp-echo", "server", "--transport", transport, "--host", host, "--capture", file)
            peers = []
            for _ in range(2):
                with socket.create_connection((host, server.port), PATIENCE) as sock:
                    peers.append(talk(sock))
            stop(server)
            same(stat.S_IMODE(os.stat(file).st_mode), 0o600, "the file's rights")
            expect_recorded(file, peers, server.port)
            ends = tshark(file, "-Y", "tcp.flags.syn == 1 || tcp.flags.fin == 1", "-T", "fields", "-e", "frame.number")
            same(len(ends.split()), 4 * len(peers), f"{transport}: SYN and FIN of both ends of each connection")


@check("capture", "capture-tls", "under TLS the file holds the clear text")
def capture_tls(bench):
    need_tshark()
    authority = Authority(bench)
    pair = authority.sign("server", f"DNS:localhost,IP:{LOCAL}")
    file = bench.folder() / "tls.pcap"
    server = tls_server(bench, "tcp-echo", pair, "--capture", file)
    with secured(server.port, context(authority), LOCAL) as sock:
        peer = talk(sock)
    stop(server)
    expect_recorded(file, [peer], server.port)


@check("capture", "capture-bounds", "a capture ends with its size or its time, records the chosen alone, and the server goes on")
def capture_bounds(bench):
    need_tshark()
    small, brief, others = (bench.folder() / f"{name}.pcap" for name in ("small", "brief", "others"))
    server = bench.server("tcp-echo", "server", "--capture", small, "--capture-size", "100KiB")
    with wire.connect(server.port) as sock:
        talk(sock)
        server.err.wait_for(r"MAX_BYTES", "why the capture ended")
        talk(sock)
    expect(0 < small.stat().st_size <= 100 * 1024, f"a file of {small.stat().st_size} bytes")
    expect_nothing_wrong(small)
    server = bench.server("tcp-echo", "server", "--capture", brief, "--capture-for", "200ms")
    server.err.wait_for(r"MAX_DURATION", "why the capture ended")
    server = bench.server("tcp-echo", "server", "--capture", others, "--capture-only", "10.0.0.0/8,fd00::/8")
    with wire.connect(server.port) as sock:
        talk(sock)
    stop(server)
    for file in (brief, others):
        same(tshark(file), "", "packets of nobody that was to be recorded")

    ended = bench.run("tcp-echo", "server", "--port", "0", "--capture", others, stdin=None).expect_code(2)
    expect("is there already" in ended.error_lines()[-1], f"{ended!r}")

    ended = bench.run("tcp-echo", "server", "--port", "0", "--capture-for", "1s", stdin=None).expect_code(2)
    expect("name the file with --capture" in ended.error_lines()[-1], f"{ended!r}")
