package io.pipewright.udpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.testkit.JarBuilder;
import io.pipewright.testkit.Program;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packed program, started as a user starts it, with plain sockets at the other end. */
@Timeout(120)
class UdpEchoIT {

  private static final Charset GBK = Charset.forName("GBK");

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no SIGTERM to send")
  void theServerAnswersSaysWhereItListensAndEndsCleanlyWhenTold() throws Exception {
    try (Program server = Program.packed("server", "--port", "0", "--transport", "nio");
        Peer peer = new Peer()) {
      int port = server.awaitPort();
      peer.send("你好".getBytes(UTF_8), port);
      assertThat(peer.receive().text()).isEqualTo("你好");
      server.signal("TERM");
      assertThat(server.exitCode()).isZero();
      assertThat(server.out())
          .isEqualTo("udp-echo listening on 127.0.0.1:" + port + " (nio, 1 event loop)\n");
      assertThat(server.err())
          .contains("transport nio (asked for by name)")
          .contains("stopped: 0 finished, 0 idle, 0 forced");
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no SIGUSR1 to send")
  void theServerTellsWhatBecameOfTheDatagramsWhenAskedAndInTheEnd() throws Exception {
    try (Program server = Program.packed(
            "server",
            "--port",
            "0",
            "--shards",
            "2",
            "--batch",
            "8",
            "--max-datagram",
            "1000",
            "--ttl",
            "9");
        Peer peer = new Peer()) {
      int port = server.awaitPort();
      peer.send("twelve bytes".getBytes(UTF_8), port);
      assertThat(peer.receive().text()).isEqualTo("twelve bytes");
      peer.send(new byte[1001], port);
      peer.send(new byte[0], port);
      peer.receive();
      server.signal("USR1");
      String told =
          "received 2 (12 bytes), sent 2 (12 bytes), dropped 1 (datagram-too-long 1), send failures 0,"
              + " kernel drops 0";
      server.awaitErrors("so far: " + told);
      server.signal("TERM");
      assertThat(server.exitCode()).isZero();
      assertThat(server.err())
          .contains("2 sockets by SO_REUSEPORT; receive buffer ")
          .contains("in all: " + told);
    }
  }

  @Test
  void whatATransportCannotSetIsALineAndExitTwo() throws Exception {
    try (Program server =
        Program.packed("server", "--port", "0", "--transport", "nio", "--ttl", "9")) {
      assertThat(server.exitCode()).isEqualTo(2);
      assertThat(server.err())
          .contains(
              "udp-echo: timeToLive: the nio transport cannot set it; epoll and io_uring can");
    }
  }

  @Test
  void anExtensionAddsItsHandlerWhileTheServerPrints(@TempDir Path folder) throws Exception {
    Path jar = new JarBuilder()
        .source("com.example.Twice", """
            package com.example;
            import io.netty.buffer.*;
            import io.netty.channel.*;
            import io.netty.channel.socket.DatagramPacket;
            import io.pipewright.pipeline.*;
            public class Twice implements PipelineCustomizer {
              public String name() { return "twice"; }
              public Pipeline customize(String program, Pipeline pipeline) {
                return pipeline.before("echo", "twice", () -> new ChannelInboundHandlerAdapter() {
                  @Override public void channelRead(ChannelHandlerContext ctx, Object message) {
                    DatagramPacket one = (DatagramPacket) message;
                    ctx.fireChannelRead(one.replace(
                        Unpooled.wrappedBuffer(one.content().retainedDuplicate(), one.content())));
                  }
                });
              }
            }
            """)
        .entry("META-INF/services/io.pipewright.pipeline.PipelineCustomizer", "com.example.Twice")
        .write(folder.resolve("twice.jar"));
    try (Program server = Program.packed(
            "server",
            "--port",
            "0",
            "--print",
            "--reply",
            "verbatim",
            "--extensions",
            jar.toString());
        Peer peer = new Peer()) {
      peer.send("ab".getBytes(UTF_8), server.awaitPort());
      assertThat(peer.receive().text()).isEqualTo("abab");
      server.awaitOutput(" ab" + System.lineSeparator());
      assertThat(server.err())
          .contains(
              "udp-echo is customized by the extension twice (com.example.Twice) from " + jar);
    }
  }

  @Test
  void theServerPrintsWhatAGbkSenderSaysSendsNothingAndEndsAfterOne() throws Exception {
    try (Program server = Program.packed(
            "server",
            "--host",
            "0.0.0.0",
            "--port",
            "0",
            "--print",
            "--charset",
            "GBK",
            "--count",
            "1");
        Peer peer = new Peer()) {
      int port = server.awaitPort();
      peer.send("编程，你好\n".getBytes(GBK), port);
      assertThat(server.exitCode()).isZero();
      assertThat(server.out().lines().toList())
          .hasSize(2)
          .first()
          .asString()
          .startsWith("udp-echo listening on 0.0.0.0:" + port + " (");
      assertThat(server.out()).endsWith("\n127.0.0.1:" + peer.port() + " 编程，你好\\n\n");
      assertThat(peer.hearsNothing()).isTrue();
    }
  }

  @Test
  void theServerPrintsAndAnswersWhenBothAreAskedFor() throws Exception {
    try (Program server = Program.packed(
            "server", "--port", "0", "--print", "--reply", "verbatim", "--count", "2");
        Peer peer = new Peer()) {
      int port = server.awaitPort();
      for (String text : new String[] {"one", "two"}) {
        peer.send(text.getBytes(UTF_8), port);
        assertThat(peer.receive().text()).isEqualTo(text);
      }
      assertThat(server.exitCode()).isZero();
      assertThat(server.out()).contains(peer.port() + " one\n").contains(peer.port() + " two\n");
    }
  }

  @Test
  void theClientSendsAMessagePrintsAnswerAndSenderAndEnds() throws Exception {
    try (Peer peer = new Peer();
        Program client = client(
            peer,
            "--message",
            "编程",
            "--charset",
            "GBK",
            "--reply-charset",
            "UTF-8",
            "--timeout",
            "20s")) {
      Peer.Heard heard = peer.receive();
      assertThat(heard.bytes()).isEqualTo("编程".getBytes(GBK));
      peer.send("收到", heard.from());
      assertThat(client.exitCode()).isZero();
      assertThat(client.out()).isEqualTo("127.0.0.1:" + peer.port() + " 收到\n");
      assertThat(client.err()).isEmpty();
    }
  }

  @Test
  void theClientAsksForMessagesUntilAnEmptyLine() throws Exception {
    try (Peer peer = new Peer();
        Program client = client(peer, "--timeout", "20s")) {
      for (String line : new String[] {"hello", "网络"}) {
        client.type(line);
        Peer.Heard heard = peer.receive();
        assertThat(heard.text()).isEqualTo(line);
        peer.send("re: " + line, heard.from());
        client.awaitOutput("127.0.0.1:" + peer.port() + " re: " + line + "\n");
      }
      client.type("");
      assertThat(client.exitCode()).isZero();
      assertThat(client.err()).isEmpty();
      assertThat(peer.hearsNothing()).isTrue();
    }
  }

  @Test
  void aConversationGoesOnAfterALostMessageAndTheExitCodeTellsOfIt() throws Exception {
    try (Peer peer = new Peer();
        Program client = client(peer, "--timeout", "1s", "--retries", "0")) {
      client.type("lost");
      assertThat(peer.receive().text()).isEqualTo("lost");
      client.awaitErrors("no answer from");
      client.type("found");
      Peer.Heard heard = peer.receive();
      assertThat(heard.text()).isEqualTo("found");
      peer.send("yes", heard.from());
      client.awaitOutput(" yes\n");
      client.endInput();
      assertThat(client.exitCode()).isEqualTo(5);
      assertThat(client.err())
          .isEqualTo("udp-echo: no answer from 127.0.0.1:" + peer.port() + ": waited 1s once\n");
    }
  }

  @Test
  void theClientSendsAMessageSeveralTimesOver() throws Exception {
    try (Peer peer = new Peer();
        Program client = client(
            peer, "--message", "again", "--count", "3", "--interval", "10ms", "--timeout", "20s")) {
      for (int i = 0; i < 3; i++) {
        Peer.Heard heard = peer.receive();
        assertThat(heard.text()).isEqualTo("again");
        peer.send("" + i, heard.from());
      }
      assertThat(client.exitCode()).isZero();
      String from = "127.0.0.1:" + peer.port() + " ";
      assertThat(client.out()).isEqualTo(from + "0\n" + from + "1\n" + from + "2\n");
    }
  }

  @Test
  void aSilentServerIsExitCodeFive() throws Exception {
    try (Peer peer = new Peer();
        Program client = client(peer, "--message", "x", "--timeout", "100ms", "--retries", "1")) {
      assertThat(client.exitCode()).isEqualTo(5);
      assertThat(client.out()).isEmpty();
      assertThat(client.err())
          .isEqualTo(
              "udp-echo: no answer from 127.0.0.1:" + peer.port() + ": waited 100ms 2 times\n");
    }
  }

  @Test
  void nothingListeningIsExitCodeFourWithHostPortAndCause() throws Exception {
    Peer gone = new Peer();
    gone.close();
    try (Program client = client(gone, "--message", "x", "--timeout", "20s")) {
      assertThat(client.exitCode()).isEqualTo(4);
      assertThat(client.err())
          .isEqualTo("udp-echo: cannot connect to 127.0.0.1:" + gone.port()
              + ": connection refused: nothing listens there\n");
    }
  }

  @Test
  void aPortThatIsTakenIsExitCodeThree() throws Exception {
    try (Peer peer = new Peer();
        Program server = Program.packed("server", "--port", Integer.toString(peer.port()))) {
      assertThat(server.exitCode()).isEqualTo(3);
      assertThat(server.out()).isEmpty();
      assertThat(server.err())
          .startsWith("udp-echo: cannot listen on 127.0.0.1:" + peer.port() + ": ")
          .hasLineCount(1);
    }
  }

  @Test
  void theClientMeasuresAndTheReportIsOneObject() throws Exception {
    try (Program server = Program.packed("server", "--port", "0");
        Program client = measuring(
            server.awaitPort(), "--rate", "500", "--count", "100", "--size", "100", "--json")) {
      assertThat(client.exitCode()).as(client.err()).isZero();
      assertThat(client.err()).isEmpty();
      assertThat(client.out())
          .hasLineCount(1)
          .startsWith("{\"target\":\"127.0.0.1:")
          .contains("\"size\":100,", "\"askedRate\":500.000,", "\"complete\":true,")
          .contains("\"sent\":100,", "\"answered\":100,", "\"lost\":0,")
          .contains("\"p99.9\":", "\"server\":{\"received\":100,")
          .endsWith("}}\n");
    }
  }

  @Test
  void theReportForPeopleSaysWhenAServerDoesNotCount() throws Exception {
    try (Program server = Program.packed("server", "--port", "0", "--measured-sessions", "0");
        Program client =
            measuring(server.awaitPort(), "--interval", "2ms", "--size", "24", "--count", "50")) {
      assertThat(client.exitCode()).as(client.err()).isZero();
      assertThat(client.out())
          .contains(": 50 datagrams of 24 bytes in ")
          .contains("answered 50 within 2s, 0 later; lost 0 (0.000 %)")
          .contains("where it happened is not known: the server does not say");
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no SIGINT to send")
  void whoInterruptsAMeasurementGetsTheReportSoFar() throws Exception {
    try (Program server =
            Program.packed("server", "--port", "0", "--print", "--reply", "verbatim");
        Program client = measuring(server.awaitPort(), "--duration", "1h", "--json")) {
      server.awaitOutput("PWup");
      client.signal("INT");
      assertThat(client.exitCode()).isEqualTo(130);
      assertThat(client.out())
          .hasLineCount(1)
          .contains("\"complete\":false,", "\"server\":{\"received\":");
    }
  }

  @Test
  void aMeasurementOfASilentServerIsExitCodeFiveWithItsReport() throws Exception {
    try (Peer peer = new Peer();
        Program client =
            measuring(peer.port(), "--rate", "100", "--count", "3", "--timeout", "200ms")) {
      assertThat(client.exitCode()).isEqualTo(5);
      assertThat(client.out()).contains("answered 0 within 200ms").contains("lost 3 (100.000 %)");
      assertThat(client.err())
          .isEqualTo("udp-echo: no answer from 127.0.0.1:" + peer.port()
              + " to any of 3 datagrams: waited 200ms\n");
    }
  }

  @Test
  void aMeasurementWhereNothingListensIsExitCodeFour() throws Exception {
    Peer gone = new Peer();
    gone.close();
    try (Program client = measuring(gone.port(), "--json")) {
      assertThat(client.exitCode()).isEqualTo(4);
      assertThat(client.out()).isEmpty();
      assertThat(client.err())
          .isEqualTo("udp-echo: cannot connect to 127.0.0.1:" + gone.port()
              + ": connection refused: nothing listens there\n");
    }
  }

  private static Program measuring(int port, String... options) throws Exception {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "client";
    arguments[1] = "127.0.0.1:" + port;
    System.arraycopy(options, 0, arguments, 2, options.length);
    return Program.packed(arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "server --reply loud|invalid value for option '--reply': expected one of verbatim, none but was 'loud' (see",
        "server --print --sessions|--print and --sessions do not go together",
        "server --count 0|invalid value for option '--count': '0' is not a whole number from 1",
        "server --charset no-such|invalid value for option '--charset': this Java knows no charset",
        "client|missing required parameter: 'HOST:PORT' (see udp-echo client --help)",
        "client nowhere|invalid value for positional parameter at index 0 (HOST:PORT): 'nowhere'",
        "client localhost:7 --message x --timeout 0|timeout: must be a millisecond or more",
        "client localhost:7 --size 23|size: must be 24 (a datagram's number and what goes with it) to 65507 bytes, not 23",
        "client localhost:7 --rate 5 --message x|a measurement sends numbered datagrams to one server: leave --message out",
        "client localhost:7 --rate 5 --interval 1s|--interval says how often a datagram is sent, as --rate and --window do",
        "client localhost:7 --rate 5 --window 5|--window is for --rate 0",
        "server --measured-sessions -1|invalid value for option '--measured-sessions': '-1' is not a whole number from 0",
        "client localhost:7 --message 中 --charset US-ASCII|--charset US-ASCII has not all characters"
      })
  void aMistakeIsOneSentenceAndExitCodeTwo(String arguments, String sentence) throws Exception {
    try (Program program = Program.packed(arguments.split(" "))) {
      assertThat(program.exitCode()).isEqualTo(2);
      assertThat(program.out()).isEmpty();
      assertThat(program.err()).startsWith("udp-echo: " + sentence).hasLineCount(1);
    }
  }

  @Test
  void theVersionIsTheManifests() throws Exception {
    try (Program program = Program.packed("--version")) {
      assertThat(program.exitCode()).isZero();
      assertThat(program.out()).matches("udp-echo \\d+\\.\\d+\\.\\d+\\S*\n");
    }
  }

  private static Program client(Peer peer, String... options) throws Exception {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "client";
    arguments[1] = "127.0.0.1:" + peer.port();
    System.arraycopy(options, 0, arguments, 2, options.length);
    return Program.packed(arguments);
  }
}
