"""S3a and S3b: our end against a plain peer, in both directions, and what datagrams bring with them."""

import re
import socket

import wire
from harness import check, eventually, expect, readable, same
from peers import LOCAL, Plain, s3_datagrams

LARGEST = 65_507


@check("S3", "s3a-client", "udp-echo client sends one datagram to a plain server and prints reply and sender")
def asker(bench):
    plain = bench.keep(Plain(s3_datagrams.answer, kind=socket.SOCK_DGRAM))
    ended = bench.run("udp-echo", "client", plain.address, "--message", "你好")
    ended.expect_code(0)
    same(plain.said, ["你好".encode()], "what the server read")
    expect("收到: 你好" in ended.text(), f"the reply was not printed: {ended!r}")
    expect(plain.address in ended.text(), f"the sender's address was not printed: {ended!r}")


@check("S3", "s3a-client-typed", "udp-echo client takes its message from standard input too")
def asker_typed(bench):
    plain = bench.keep(Plain(s3_datagrams.answer, kind=socket.SOCK_DGRAM))
    ended = bench.run("udp-echo", "client", plain.address, stdin="网络\n\n".encode())
    ended.expect_code(0)
    same(plain.said, ["网络".encode()], "what the server read")
    expect("收到: 网络" in ended.text(), f"the reply was not printed: {ended!r}")


@check("S3", "s3a-example", "udp-asker asks a plain server with what is typed, prints reply and sender, and ends")
def udp_asker(bench):
    plain = bench.keep(Plain(s3_datagrams.answer, kind=socket.SOCK_DGRAM))
    host, port = plain.address.split(":")
    ended = bench.run("examples", "udp-asker", "--host", host, "--port", port, stdin="你好\n".encode())
    ended.expect_code(0)
    same(plain.said, ["你好".encode()], "what the server read")
    expect("收到: 你好" in ended.text(), f"the reply was not printed: {ended!r}")
    expect(re.search(rf"{LOCAL}\D+{port}\b", ended.text()), f"the sender's address was not printed: {ended!r}")


@check("S3", "s3a-server", "200 plain askers at once get their own datagram back from the server's port")
def echo_server(bench):
    server = bench.server("udp-echo", "server")
    address = (LOCAL, server.port)

    def talk(number, gate):
        gate.wait()
        return s3_datagrams.ask(address, f"问题 {number}")

    replies = wire.crowd(200, talk)
    same(replies, [(f"问题 {number}".encode(), address) for number in range(200)], "replies and senders")


@check("S3", "s3b-server", "--print --charset GBK --count 1 prints a plain sender's text and ends")
def receiver_server(bench):
    server = bench.server("udp-echo", "server", "--host", "0.0.0.0", "--print", "--charset", "GBK", "--count", "1")
    same(server.host, "0.0.0.0", "the ready line's host")
    sender = bench.keep(s3_datagrams.tell((LOCAL, server.port), "编程，你好"))
    ended = server.wait()
    ended.expect_code(0)
    own = sender.getsockname()[1]
    expect(re.search(rf"^.*\b{own}\b.*编程，你好.*$|^编程，你好$", ended.text(), re.M), f"not printed: {ended!r}")


@check("S3", "s3b-example", "udp-receiver prints GBK text and sends nothing back")
def udp_receiver(bench):
    server = bench.server("examples", "udp-receiver", "--host", "0.0.0.0")
    for text in ("编程，你好", "第二"):
        sender = bench.keep(s3_datagrams.tell((LOCAL, server.port), text))
        server.out.wait_for(text, "the text")
        expect(not readable(sender, 0.3), "it sent something back")


@check("S3", "s3b-client", "udp-echo client --charset GBK tells a plain receiver")
def receiver_client(bench):
    plain = bench.keep(Plain(s3_datagrams.receive, kind=socket.SOCK_DGRAM))
    bench.run("udp-echo", "client", plain.address, "--charset", "GBK", "--message", "编程", "--timeout", "200ms", "--retries", "0")
    same(plain.wait()[0][0], "编程", "what the receiver printed")


@check("S3", "udp-sizes", "datagrams of 1 to 65,507 bytes come back whole, and no other way, on every transport")
def sizes(bench):
    for transport in bench.transports():
        server = bench.server("udp-echo", "server", "--transport", transport)
        with wire.udp_socket() as sock:
            for size in (1, 2, 1472, 1473, 2047, 2048, 2049, 9000, 32768, LARGEST - 1, LARGEST):
                data = bytes((7 * i + size) & 0xFF for i in range(size))
                sock.sendto(data, (LOCAL, server.port))
                back, address = sock.recvfrom(1 << 17)
                expect(back == data, f"{transport}: {size} bytes sent, {len(back)} came back, or other ones")
                same(address, (LOCAL, server.port), "the sender")


@check("S3", "udp-bursts", "batches of datagrams, empty ones among them, come back one for one on every transport")
def bursts(bench):
    for transport in bench.transports():
        server = bench.server("udp-echo", "server", "--transport", transport)
        with wire.udp_socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            sent = [b"", b"1", b"", b"22", b"333"] + [b"%d" % i * (i % 40) for i in range(60)]
            for data in sent:
                sock.sendto(data, (LOCAL, server.port))
            back = []
            sock.settimeout(2)
            try:
                while len(back) < len(sent):
                    back.append(sock.recv(65536))
            except TimeoutError:
                pass
            same(back, sent, transport)


@check("S3", "udp-broadcast", "--broadcast asks whoever is there, and the one who answers is named; without it, exit 4")
def broadcast(bench):
    server = bench.server("udp-echo", "server", "--host", "0.0.0.0", "--answer-multicast")
    everybody = f"127.255.255.255:{server.port}"
    ended = bench.run("udp-echo", "client", everybody, "--broadcast", "--message", "who is there?").expect_code(0)
    expect(f"{LOCAL}:{server.port}" in ended.text() and "who is there?" in ended.text(), f"{ended!r}")
    ended = bench.run("udp-echo", "client", everybody, "--message", "who is there?").expect_code(4)
    expect(len(ended.error_lines()) == 1 and "broadcast" in ended.error_lines()[0], f"{ended!r}")


@check("S3", "udp-client-no-reply", "a server that is silent is asked again, and the client says so with exit 5")
def client_no_reply(bench):
    heard = []

    def silent(sock, say):
        while True:
            heard.append(sock.recvfrom(1024)[0])

    plain = bench.keep(Plain(silent, kind=socket.SOCK_DGRAM))
    ended = bench.run("udp-echo", "client", plain.address, "--message", "hello", "--timeout", "200ms", "--retries", "2")
    ended.expect_code(5)
    same(len(ended.error_lines()), 1, "lines on standard error")
    eventually(lambda: heard, "nothing was sent")
    same(heard, [b"hello"] * 3, "what was sent")
