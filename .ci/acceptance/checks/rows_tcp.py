"""S1, S2, S4, S5, S6 and S8: our end against a plain peer, in both directions; 200 plain clients at once for our servers."""

import re
import time

import wire
from harness import check, eventually, expect, in_terminal, same
from peers import LOCAL, Plain, s1_timestamp, s2_greeting, s4_operator, s5_help_desk, s6_printer, s8_upper_case

CROWD = 200
STAMP = re.compile(rb"\[([A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \d{4})\] (.*)", re.S)


def in_two(sock, data, cut):
    """Two segments that no server reads as one."""
    sock.sendall(data[:cut])
    time.sleep(0.3)
    sock.sendall(data[cut:])


# ---- S1


@check("S1", "s1-server", f"{CROWD} plain clients at once: local time in English, then the same bytes")
def timestamp_server(bench):
    server = bench.server("tcp-echo", "server", "--reply", "timestamp")
    began = int(time.time())

    def talk(number, gate):
        typed = [f"你好 {number}".encode(), f"你好 {number}".encode("gbk"), bytes(range(1, 256)), b"\n"]
        return typed, s1_timestamp.ask((LOCAL, server.port), typed, gate)

    for typed, replies in wire.crowd(CROWD, talk):
        same(len(replies), len(typed), "replies")
        for message, reply in zip(typed, replies):
            stamped = STAMP.fullmatch(reply)
            expect(stamped, f"no stamp in front: {reply!r}")
            same(stamped[2], message, "what follows the stamp")
            at = time.mktime(time.strptime(stamped[1].decode(), "%a %b %d %H:%M:%S %Y"))
            expect(began <= at <= time.time(), f"stamp {stamped[1]} is not the local time")


@check("S1", "s1-server-cut-characters", "bytes of cut characters come back unchanged, with and without --charset")
def timestamp_server_cut_characters(bench):
    text = "编程abc，网络"
    for charset, extra in (("utf-8", []), ("utf-8", ["--charset", "UTF-8"]), ("gbk", ["--charset", "GBK"])):
        server = bench.server("tcp-echo", "server", "--reply", "timestamp", *extra)
        with wire.connect(server.port) as sock:
            wire.dribble(sock, text.encode(charset))
            sock.shutdown(1)
            got = wire.receive_to_end(sock)
        bare = re.sub(rb"\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \d{4}\] ", b"", got)
        same(bare, text.encode(charset), f"{charset} {extra}")


@check("S1", "s1-client", "what is piped in reaches a plain server message by message, and its replies are printed")
def timestamp_client(bench):
    plain = bench.keep(Plain(s1_timestamp.serve, backlog=5))
    ended = bench.run("tcp-echo", "client", plain.address, stdin="hello\n你好，世界\n  spaces  \n\nnever sent\n".encode())
    ended.expect_code(0)
    eventually(lambda: len(plain.said) == 6, lambda: f"the server said {plain.said}")  # waiting, from, three, waiting
    same(plain.said[2:5], [b"hello", "你好，世界".encode(), b"  spaces  "], "what the server read")
    found = re.findall(r"\[.{24}\] (.*)", ended.text())
    same(found, ["hello", "你好，世界", "  spaces  "], "what the client printed")
    same(ended.err, b"", "standard error")


@check("S1", "s1-client-end-of-input", "the end of input ends the client, also after a last line without its LF")
def timestamp_client_end_of_input(bench):
    plain = bench.keep(Plain(s1_timestamp.serve, backlog=5))
    bench.run("tcp-echo", "client", plain.address, stdin=b"one\ntwo").expect_code(0)
    eventually(lambda: len(plain.said) == 5, lambda: f"the server said {plain.said}")
    same(plain.said[2:4], [b"one", b"two"], "what the server read")


@check("S1", "s1-client-prompt", "at a terminal '> ' asks for each message; an empty line ends it with exit 0")
def timestamp_client_prompt(bench):
    plain = bench.keep(Plain(s1_timestamp.serve, backlog=5))
    program, type_in, screen = in_terminal(bench, "tcp-echo", "client", plain.address)
    screen.wait_for(r"^> $", "the first prompt")
    type_in("网络\n".encode())
    screen.wait_for(r"\[.{24}\] 网络\s+> $", "the reply and the second prompt")
    type_in(b"\n")
    program.wait().expect_code(0)
    same(plain.said[2], "网络".encode(), "what the server read")


@check("S1", "s1-client-server-closes", "the server's close ends a waiting prompt with exit 0")
def timestamp_client_server_closes(bench):
    def one_and_close(listener, say):
        client, _ = listener.accept()
        say(client.recv(1024))
        client.send(b"bye")
        client.close()

    plain = bench.keep(Plain(one_and_close))
    program = bench.start("tcp-echo", "client", plain.address)
    program.say(b"hello\n")
    ended = program.wait()
    ended.expect_code(0)
    expect("bye" in ended.text(), f"the reply was not printed: {ended!r}")


@check("S1", "s1-client-gbk", "--charset GBK sends GBK and prints a GBK reply whose characters come in halves")
def timestamp_client_gbk(bench):
    answer = "好的：编程"

    def dribbling(listener, say):
        client, _ = listener.accept()
        say(client.recv(1024))
        wire.dribble(client, answer.encode("gbk"), pause=0.02)
        client.close()

    plain = bench.keep(Plain(dribbling))
    ended = bench.run("tcp-echo", "client", plain.address, "--charset", "GBK", "--message", "问题|处理")
    ended.expect_code(0)
    same(plain.said, ["问题|处理".encode("gbk")], "what the server read")
    same(ended.text(), answer + "\n", "what the client printed")


# ---- S2


@check("S2", "s2-server", f"{CROWD} plain clients at once: the greeting, byte for byte, then the end")
def greeting_server(bench):
    server = bench.server("examples", "greeting-server")
    same(set(wire.crowd(CROWD, lambda _, gate: s2_greeting.read((LOCAL, server.port), gate))), {s2_greeting.GREETING}, "one read")
    with wire.connect(server.port) as sock:
        same(wire.receive_to_end(sock), s2_greeting.GREETING, "all there is to read")


@check("S2", "s2-client", "with nothing to send, the client prints a plain server's greeting and ends")
def greeting_client(bench):
    plain = bench.keep(Plain(s2_greeting.serve))
    ended = bench.run("tcp-echo", "client", plain.address, stdin=None)
    ended.expect_code(0)
    same(ended.out.removeprefix(b"> "), s2_greeting.GREETING, "what the client printed, after its prompt")


@check("S2", "s2-client-cut-characters", "a greeting whose characters come in pieces is printed whole")
def greeting_client_cut_characters(bench):
    def dribbling(listener, say):
        client, _ = listener.accept()
        wire.dribble(client, s2_greeting.GREETING, pause=0.02)
        client.close()

    plain = bench.keep(Plain(dribbling))
    ended = bench.run("tcp-echo", "client", plain.address, stdin=None)
    ended.expect_code(0)
    same(ended.out.removeprefix(b"> "), s2_greeting.GREETING, "what the client printed, after its prompt")


# ---- S4


@check("S4", "s4-server", f"{CROWD} plain clients at once: each gets the operator's answer to its own message, in GBK")
def operator_server(bench):
    server = bench.server("examples", "operator-server")
    seen = set()

    def operate():
        """Answers each message as it appears, in the order of appearance."""
        while len(seen) < CROWD:
            for text in re.findall(r"询问\d{3}", server.out.text()):
                if text not in seen:
                    seen.add(text)
                    server.say(f"答复{text}\n".encode())
            time.sleep(0.02)

    def talk(number, gate):
        if number == CROWD:
            gate.wait()
            return operate()
        return s4_operator.ask((LOCAL, server.port), f"询问{number:03}", gate)

    answers = wire.crowd(CROWD + 1, talk)
    same(answers[:CROWD], [f"答复询问{number:03}" for number in range(CROWD)], "the answers")


@check("S4", "s4-server-cut-character", "a message that is cut inside its first character is printed whole; both ends close")
def operator_server_cut_character(bench):
    server = bench.server("examples", "operator-server")
    with wire.connect(server.port) as sock:
        in_two(sock, "价格".encode(), 1)
        server.out.wait_for("价格", "the message")
        server.say("一百\n".encode())
        same(wire.receive_to_end(sock), "一百".encode("gbk"), "the answer")


@check("S4", "s4-client", "--reply-charset GBK: UTF-8 goes out, the GBK answer is printed, at once or byte by byte")
def operator_client(bench):
    plain = bench.keep(Plain(s4_operator.serve, lambda text: f"答: {text}，一百元"))
    ended = bench.run("tcp-echo", "client", plain.address, "--message", "价格？", "--reply-charset", "GBK")
    ended.expect_code(0)
    same(plain.said, ["价格？"], "what the server read")
    same(ended.text(), "答: 价格？，一百元\n", "what the client printed")

    def slow_typist(listener, say):
        client, _ = listener.accept()
        say(client.recv(1024))
        time.sleep(1.5)  # an operator thinks
        wire.dribble(client, "稍等，一百元".encode("gbk"), pause=0.12)  # longer than any lull
        client.close()

    plain = bench.keep(Plain(slow_typist))
    ended = bench.run("tcp-echo", "client", plain.address, "--message", "价格？", "--reply-charset", "GBK")
    ended.expect_code(0)
    same(ended.text(), "稍等，一百元\n", "what the client printed of a slow answer")


# ---- S5


@check("S5", "s5-server", f"{CROWD} plain clients at once: each gets the answer; address, length and text are printed")
def help_desk(bench):
    server = bench.server("examples", "help-desk")

    def talk(number, gate):
        text = f"打印机{'坏' * (number % 7)}了{number:03}"
        return text, *s5_help_desk.ask((LOCAL, server.port), text, gate)

    for text, answer, own in wire.crowd(CROWD, talk):
        same(answer, s5_help_desk.ANSWER, "the answer")
        told = rf"^.*{LOCAL}\D+{own[1]}\b.*\b{len(text.encode('gbk'))}\b.*{text}.*$"
        server.out.wait_for(told, f"address, length and text of {text}")
    same(len(server.printed().splitlines()), CROWD, "lines printed")


@check("S5", "s5-server-cut-character", "a GBK question that is cut inside its first character is printed whole and answered once")
def help_desk_cut_character(bench):
    server = bench.server("examples", "help-desk")
    with wire.connect(server.port) as sock:
        in_two(sock, "编程问题".encode("gbk"), 1)
        same(wire.receive_to_end(sock), s5_help_desk.ANSWER.encode("gbk"), "the answer")
    server.out.wait_for("编程问题", "the text")


@check("S5", "s5-client", "--charset GBK --message asks a plain help desk and prints its answer")
def help_desk_client(bench):
    plain = bench.keep(Plain(s5_help_desk.serve))
    ended = bench.run("tcp-echo", "client", plain.address, "--charset", "GBK", "--message", "编程问题")
    ended.expect_code(0)
    eventually(lambda: plain.said, "the server heard nothing")
    same(plain.said[0][1:], (8, "编程问题"), "what the server read")
    same(ended.text(), s5_help_desk.ANSWER + "\n", "what the client printed")


# ---- S6


@check("S6", "s6-server", f"{CROWD} plain clients at once: each message with its address, and a line when one has gone")
def message_printer(bench):
    server = bench.server("examples", "message-printer")
    texts = [f"消息-{number}-完" for number in range(3)]
    owns = wire.crowd(CROWD, lambda _, gate: s6_printer.tell((LOCAL, server.port), texts, gate))
    lines_of = {}

    def all_gone():
        lines_of.clear()
        for line in server.printed().decode().splitlines():
            own = re.search(rf"{LOCAL}\D+(\d+)", line)
            expect(own, f"no address in {line!r}")
            lines_of.setdefault(int(own[1]), []).append(line)
        return len(lines_of) == CROWD and all("消息" not in lines[-1] for lines in lines_of.values())

    eventually(all_gone, lambda: f"not every client's end was printed: {server.out.lines()[-3:]}")
    for _, port in owns:
        lines = lines_of[port]
        same(re.findall("消息-.-完", " ".join(lines[:-1])), texts, f"the texts of {port}")


@check("S6", "s6-server-silent", "nothing is ever sent back, and characters that come in pieces are printed whole")
def message_printer_silent(bench):
    server = bench.server("examples", "message-printer")
    with wire.connect(server.port) as sock:
        wire.dribble(sock, "汉字".encode())
        sock.shutdown(1)
        same(wire.receive_to_end(sock), b"", "what came back")
    eventually(lambda: "字" in server.out.text(), lambda: f"printed {server.out.text()!r}")
    expect("汉" in server.out.text() and "\ufffd" not in server.out.text(), f"printed {server.out.text()!r}")


@check("S6", "s6-client", "--no-reply --count: each message is one read of a plain printer, and the client ends by itself")
def message_printer_client(bench):
    plain = bench.keep(Plain(s6_printer.serve))
    ended = bench.run(
        "tcp-echo", "client", plain.address, "--no-reply", "--message", "你好", "--count", "3", "--interval", "150ms"
    )
    ended.expect_code(0)
    eventually(lambda: len(plain.said) == 4, lambda: f"the server said {plain.said}")
    same([text for _, text in plain.said], ["你好", "你好", "你好", None], "what the server read")
    same(ended.out, b"", "what the client printed")


# ---- S8


def upper_case(bench, server, prints):
    everything = bytes(range(256)) + "ß é ｆｕｌｌ 网络 ａｚ".encode() + "镁絒痑".encode("gbk")

    def talk(number, gate):
        message = b"hello %d\n" % number if number else everything
        return message, *s8_upper_case.hello((LOCAL, server.port), gate, pause=0.03, message=message)

    ports = []
    for message, replies, own in wire.crowd(CROWD, talk):
        same(replies, [message.upper()] * 9, "the replies")
        ports.append(own[1])
    if prints:
        for port in ports:
            found = server.out.wait_for(rf"^.*{LOCAL}\D+{port}\b.*$", f"the address of client {port}")
            expect(found, "")
        for number in range(1, CROWD):
            expect(f"hello {number}" in server.out.text(), f"'hello {number}' was not printed")


@check("S8", "s8-server", f"{CROWD} plain clients at once: a–z of ASCII made A–Z, every other byte untouched")
def upper_case_reply(bench):
    upper_case(bench, bench.server("tcp-echo", "server", "--reply", "uppercase"), prints=False)


@check("S8", "s8-example", f"upper-case-server with {CROWD} plain clients: prints who came, each read, and who has gone")
def upper_case_example(bench):
    server = bench.server("examples", "upper-case-server")
    upper_case(bench, server, prints=True)
    with wire.connect(server.port) as sock:
        own = sock.getsockname()[1]
        sock.sendall(b"x")
        same(sock.recv(10), b"X", "the reply")
        before = len(re.findall(rf"\b{own}\b", server.out.text()))
    eventually(
        lambda: len(re.findall(rf"\b{own}\b", server.out.text())) > before,
        lambda: f"nothing says that {own} has gone: {server.out.lines()[-3:]}",
    )


@check("S8", "s8-client", "hello-client says hello nine times, a second apart, and prints what a plain server answers")
def hello_client(bench):
    times = []

    def serve(listener, say):
        def timed(what):
            times.append(time.monotonic())
            say(what)

        s8_upper_case.serve(listener, timed)

    plain = bench.keep(Plain(serve))
    host, port = plain.address.split(":")
    ended = bench.run("examples", "hello-client", "--host", host, "--port", port, seconds=30)
    ended.expect_code(0)
    eventually(lambda: len(plain.said) == 11, lambda: f"the server said {plain.said}")
    same(plain.said[1:], [b"hello\n"] * 9 + ["the link is down"], "what the server read")
    gaps = [after - before for before, after in zip(times[1:9], times[2:10])]
    expect(all(0.8 < gap < 1.5 for gap in gaps), f"the seconds between: {gaps}")
    same(ended.text().count("HELLO"), 9, "answers printed")
