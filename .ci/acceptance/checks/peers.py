"""The plain peers against each other: whoever judges must himself be sound."""

import re
import socket

from harness import check, eventually, expect, same
from peers import LOCAL, Plain, s1_timestamp, s2_greeting, s3_datagrams, s4_operator, s5_help_desk, s6_printer, s7_download, s8_upper_case


@check("peers", "peers", "the plain peers of S1 to S8 understand each other")
def peers_understand_each_other(bench):
    def plain(serve, *arguments, **how):
        server = bench.keep(Plain(serve, *arguments, **how))
        return server, (LOCAL, server.port)

    _, address = plain(s1_timestamp.serve)
    replies = s1_timestamp.ask(address, [b"one", "二".encode(), b"", b"never sent"])
    same([re.sub(rb"^\[.{24}\] ", b"", reply) for reply in replies], [b"one", "二".encode()], "S1")

    _, address = plain(s2_greeting.serve)
    same(s2_greeting.read(address), s2_greeting.GREETING, "S2")

    _, address = plain(s3_datagrams.answer, kind=socket.SOCK_DGRAM)
    same(s3_datagrams.ask(address, "问"), ("收到: 问".encode(), address), "S3a")

    server, address = plain(s3_datagrams.receive, kind=socket.SOCK_DGRAM)
    s3_datagrams.tell(address, "你好").close()
    same(server.wait()[0][0], "你好", "S3b")

    _, address = plain(s4_operator.serve, lambda text: f"答: {text}")
    same(s4_operator.ask(address, "价格"), "答: 价格", "S4")

    server, address = plain(s5_help_desk.serve)
    answer, own = s5_help_desk.ask(address, "问题")
    same(answer, s5_help_desk.ANSWER, "S5")
    same(server.said, [(own, 4, "问题")], "S5 said")

    server, address = plain(s6_printer.serve)
    own = s6_printer.tell(address, ["一", "二"])
    eventually(lambda: len(server.said) == 3, lambda: f"S6 said {server.said}")
    same(server.said, [(own, "一"), (own, "二"), (own, None)], "S6 said")

    (bench.folder() / "a 文件").write_bytes(b"\0\1\2" * 5000)
    server, address = plain(s7_download.serve, bench.folder())
    same(s7_download.get(address, "a 文件"), b"\0\1\2" * 5000, "S7")
    same(s7_download.get(address, "missing"), b"", "S7, a missing file")

    _, address = plain(s8_upper_case.serve)
    replies, _ = s8_upper_case.hello(address, pause=0.01)
    expect(replies == [b"HELLO\n"] * 9, f"S8: {replies}")
