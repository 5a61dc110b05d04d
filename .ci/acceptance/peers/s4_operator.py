"""S4: the operator reads a message in UTF-8 and types the answer, which goes out in GBK."""

from . import dial


def serve(listener, say, type_answer):
    while True:
        client, _ = listener.accept()
        text = client.recv(1024).decode("utf-8")
        say(text)
        client.send(type_answer(text).encode("gbk"))
        client.close()


def ask(address, text, gate=None):
    sock = dial(address)
    if gate:
        gate.wait()
    sock.send(text.encode("utf-8"))
    answer = sock.recv(1024).decode("gbk")
    sock.close()
    return answer
