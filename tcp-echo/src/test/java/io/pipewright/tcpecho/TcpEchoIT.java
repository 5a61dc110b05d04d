package io.pipewright.tcpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.testkit.Program;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packed program, as its user starts it, with plain sockets at the other end. */
@Timeout(120)
class TcpEchoIT {

  private static ServerSocket listen() throws Exception {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    listener.setSoTimeout(20_000);
    return listener;
  }

  private static String address(ServerSocket listener) {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  private static Socket connect(int port) throws Exception {
    Socket socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  @Test
  void theServerEchoesSaysWhereItListensAndStopsWhenTold() throws Exception {
    try (Program server = Program.packed("server", "--port", "0")) {
      int port = server.awaitPort();
      assertThat(server.out())
          .matches(
              "tcp-echo listening on 127\\.0\\.0\\.1:" + port + " \\(\\w+, \\d+ event loops?\\)\n");
      try (Socket client = connect(port)) {
        client.getOutputStream().write("网络".getBytes(UTF_8));
        client.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("网络");
      }
      server.signal("TERM");

      assertThat(server.exitCode()).isZero();
    }
  }

  @Test
  void toldToStopTheBusyFinishAndTheIdleAreClosed() throws Exception {
    try (Program server =
        Program.packed("server", "--port", "0", "--framing", "lines", "--grace", "20s")) {
      int port = server.awaitPort();
      List<Socket> busy = new ArrayList<>();
      List<Socket> idle = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        busy.add(connect(port));
        idle.add(connect(port));
        busy.get(i).getOutputStream().write("ask\nhalf ".getBytes(UTF_8));
        assertThat(busy.get(i).getInputStream().readNBytes(4)).hasSize(4);
      }
      server.signal("TERM");
      for (Socket socket : idle) {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
      for (Socket socket : busy) {
        socket.getOutputStream().write("line\n".getBytes(UTF_8));
      }
      for (Socket socket : busy) {
        InputStream in = socket.getInputStream();
        assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("half line\n");
      }

      assertThat(server.exitCode()).as(server.err()).isZero();
      assertThat(server.err()).contains("50 finished, 50 idle, 0 forced");
    }
  }

  @Test
  void aSecondSignalForcesWhatIsStillBusy() throws Exception {
    try (Program server = Program.packed("server", "--port", "0", "--framing", "lines")) {
      int port = server.awaitPort();
      try (Socket stuck = connect(port)) {
        stuck.getOutputStream().write("ask\nhalf".getBytes(UTF_8));
        stuck.getInputStream().readNBytes(4);
        server.signal("TERM");
        server.awaitErrors("draining");
        server.signal("TERM");

        assertThat(server.exitCode()).isEqualTo(10);
      }
    }
  }

  @Test
  void aServerWhoseJarIsOverwrittenStillEndsWhenTold(@TempDir Path folder) throws Exception {
    Path jar = Files.copy(Path.of(System.getProperty("pipewright.jar")), folder.resolve("p.jar"));
    try (Program server = Program.start(
        List.of("-jar", jar.toString()), Map.of(), "server", "--port", "0", "--verbose")) {
      int port = server.awaitPort();
      server.awaitErrors("is not needed any more");
      Files.write(jar, new byte[1 << 20]); // in place: the file that the JVM has open
      try (Socket client = connect(port)) {
        client.getOutputStream().write('x');
        assertThat(client.getInputStream().read()).isEqualTo('x');
        server.signal("TERM");
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(server.exitCode()).as(server.err()).isZero();
      assertThat(server.err()).contains("1 finished, 0 idle, 0 forced");
    }
  }

  @Test
  void aKilledServerCanBeStartedAgainOnItsPort() throws Exception {
    try (Program first = Program.packed("server", "--port", "0")) {
      int port = first.awaitPort();
      try (Socket client = connect(port)) {
        client.getOutputStream().write('x');
        assertThat(client.getInputStream().read()).isEqualTo('x');
        first.signal("KILL");
        first.exitCode();
        try (Program second = Program.packed("server", "--port", Integer.toString(port))) {
          assertThat(second.awaitPort()).isEqualTo(port);
        }
      }
    }
  }

  @Test
  void atThePromptEachLineIsSentAndItsReplyPrintedUntilAnEmptyLine() throws Exception {
    try (Program server = Program.packed("server", "--port", "0", "--reply", "uppercase");
        Program client = Program.packed("client", "127.0.0.1:" + server.awaitPort())) {
      client.awaitOutput("> ");
      client.type("hello");
      client.awaitOutput("> HELLO\n> ");
      client.type("");

      assertThat(client.exitCode()).isZero();
      assertThat(client.out()).isEqualTo("> HELLO\n> ");
    }
  }

  @Test
  void theClientEndsWhenTheServerDoesThoughNobodyTypes() throws Exception {
    try (ServerSocket listener = listen();
        Program client = Program.packed("client", address(listener))) {
      try (Socket accepted = listener.accept()) {
        accepted.getOutputStream().write("网络编程测试。\r\n".getBytes(UTF_8));
      }
      assertThat(client.exitCode()).isZero();
      assertThat(client.out()).contains("网络编程测试。\r\n");
    }
  }

  @Test
  void messagesGoOutInOneCharsetAndRepliesComeInAnother() throws Exception {
    try (ServerSocket listener = listen();
        Program client = Program.packed(
            "client", address(listener), "--message", "问题", "--reply-charset", "GBK")) {
      try (Socket accepted = listener.accept()) {
        assertThat(accepted.getInputStream().readNBytes(6)).asString(UTF_8).isEqualTo("问题");
        for (byte b : "正在处理中...".getBytes("GBK")) {
          accepted.getOutputStream().write(b);
        }
      }
      assertThat(client.exitCode()).isZero();
      assertThat(client.out()).isEqualTo("正在处理中...\n");
    }
  }

  @Test
  void aServerThatDoesNotAnswerInTimeIsExitCodeFive() throws Exception {
    try (ServerSocket listener = listen();
        Program client = Program.packed(
            "client", address(listener), "--message", "anybody?", "--timeout", "300ms")) {
      try (Socket accepted = listener.accept()) {
        assertThat(client.exitCode()).isEqualTo(5);
        assertThat(accepted.isConnected()).isTrue();
      }
      assertThat(client.err())
          .isEqualTo("tcp-echo: no reply from " + address(listener) + " within 300 ms\n");
    }
  }

  @Test
  void anErrorIsOneSentenceAndAnExitCode() throws Exception {
    int free;
    try (ServerSocket listener = listen()) {
      free = listener.getLocalPort();
    }
    try (ServerSocket taken = listen();
        Program refused = Program.packed("client", "127.0.0.1:" + free, "--message", "x");
        Program unable =
            Program.packed("server", "--port", Integer.toString(taken.getLocalPort()));
        Program unknown = Program.packed("server", "--port", "0", "--charset", "GBX")) {
      assertThat(refused.exitCode()).isEqualTo(4);
      assertThat(refused.err())
          .isEqualTo(
              "tcp-echo: cannot connect to 127.0.0.1:%d: connection refused: nothing listens there\n"
                  .formatted(free));
      assertThat(unable.exitCode()).isEqualTo(3);
      assertThat(unable.err().lines().toList())
          .singleElement()
          .asString()
          .startsWith("tcp-echo: cannot listen on 127.0.0.1:" + taken.getLocalPort());
      assertThat(unknown.exitCode()).isEqualTo(2);
      assertThat(unknown.err().lines().toList()).singleElement().asString().contains("GBX");
    }
  }
}
