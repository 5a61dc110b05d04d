package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.testkit.JarBuilder;
import io.pipewright.testkit.Program;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packed examples, started as their user starts them. */
@Timeout(120)
class ExamplesIT {

  private static final List<String> NAMES = List.of(
      "demo",
      "greeting-server",
      "operator-server",
      "help-desk",
      "message-printer",
      "upper-case-server",
      "hello-client",
      "udp-asker",
      "udp-receiver",
      "chat-room",
      "heartbeat-client",
      "custom-protocol",
      "request-client",
      "extended-echo",
      "name-lookup",
      "embedded-file-store",
      "address-kinds",
      "discovery");

  @Test
  void withoutArgumentsEveryExampleIsListedWithOneLine() throws Exception {
    try (Program examples = Program.packed()) {
      assertThat(examples.exitCode()).isZero();
      for (String name : NAMES) {
        assertThat(examples.out()).containsPattern("(?m)^  " + name + " +\\S.*\\S$");
      }
      assertThat(examples.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
      assertThat(examples.err()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "greeting-server",
        "operator-server",
        "help-desk",
        "message-printer",
        "upper-case-server",
        "udp-receiver",
        "chat-room",
        "custom-protocol",
        "extended-echo",
        "name-lookup",
        "embedded-file-store"
      })
  void everyServerTakesExtensions(String name, @TempDir Path folder) throws Exception {
    Path jar = new JarBuilder()
        .source("com.example.Look", """
            package com.example;
            import io.pipewright.pipeline.*;
            public class Look implements PipelineCustomizer {
              public String name() { return "look"; }
              public Pipeline customize(String program, Pipeline pipeline) {
                throw new IllegalStateException(program + " has " + pipeline.stages().size() + " stages");
              }
            }
            """)
        .entry("META-INF/services/io.pipewright.pipeline.PipelineCustomizer", "com.example.Look")
        .write(folder.resolve("look.jar"));
    try (Program server = Program.packed(name, "--port", "0", "--extensions", jar.toString())) {
      assertThat(server.exitCode()).isEqualTo(2);
      assertThat(server.err())
          .matches(
              "examples: the extension look \\(com\\.example\\.Look\\) from .*look\\.jar failed:"
                  + " it threw IllegalStateException: " + name + " has [1-9] stages\n");
    }
  }

  @Test
  void helpListsThemToo() throws Exception {
    try (Program examples = Program.packed("--help")) {
      assertThat(examples.exitCode()).isZero();
      assertThat(examples.out()).contains(NAMES);
    }
  }

  @Test
  void anUnknownNameIsOneLineWithTheNearestOne() throws Exception {
    try (Program examples = Program.packed("chatroom")) {
      assertThat(examples.exitCode()).isEqualTo(2);
      assertThat(examples.err().lines()).hasSize(1);
      assertThat(examples.err()).contains("'chatroom'").contains("chat-room");
    }
  }

  @Test
  void addressKindsTellsAllOrTheFirstThatIsWrong() throws Exception {
    try (Program kinds = Program.packed("address-kinds", "192.168.1.9", "::1")) {
      assertThat(kinds.exitCode()).isZero();
      assertThat(kinds.out()).isEqualTo("192.168.1.9  class C, private\n::1  loopback\n");
    }
    try (Program kinds = Program.packed("address-kinds", "192.168.1.9", "192.168.1.256")) {
      assertThat(kinds.exitCode()).isEqualTo(2);
      assertThat(kinds.out()).isEmpty();
      assertThat(kinds.err().lines()).hasSize(1);
      assertThat(kinds.err()).contains("'192.168.1.256' is no address");
    }
  }

  @Test
  void aServerPrintsItsReadyLineThenItsClientsAndStopsWhenTold() throws Exception {
    try (Program desk = Program.packed("help-desk", "--port", "0")) {
      int port = desk.awaitPort();
      try (Peer client = new Peer(port)) {
        client.send("你好".getBytes("GBK"));
        assertThat(client.receiveAll(Charset.forName("GBK"))).isEqualTo("ok, 问题正在处理中...");
        desk.awaitOutput(client.name() + " 4 bytes: 你好\n");
      }
      desk.signal("TERM");
      assertThat(desk.exitCode()).isZero();
      assertThat(desk.out().lines().findFirst().orElseThrow())
          .matches(
              "help-desk listening on 127\\.0\\.0\\.1:" + port + " \\(\\w+, \\d+ event loops?\\)");
    }
  }

  @Test
  void theOperatorAnswersOnStandardInputAndItsEndEndsTheServer() throws Exception {
    try (Program server = Program.packed("operator-server", "--port", "0");
        Peer client = new Peer(server.awaitPort())) {
      client.send("几点了");
      server.awaitOutput(client.name() + " 几点了\n");
      server.type("三点");
      assertThat(client.receiveAll(Charset.forName("GBK"))).isEqualTo("三点");
      try (Peer next = new Peer(client.socket().getPort())) {
        next.send("还有人吗");
        server.awaitOutput("还有人吗");
        server.endInput();
        assertThat(next.receiveAll(Charset.forName("GBK"))).isEqualTo("对不起, 操作员已离开");
      }
      client.hangUp();
      assertThat(server.exitCode()).isZero();
    }
  }

  @Test
  void whatAPrinterWasSentIsPrintedBeforeItEnds() throws Exception {
    try (Program printer = Program.packed("message-printer", "--port", "0");
        Peer client = new Peer(printer.awaitPort())) {
      client.send("一").finishSending();
      assertThat(client.receiveAll()).isEmpty();
      printer.signal("TERM");
      assertThat(printer.exitCode()).isZero();
      assertThat(printer.out()).endsWith(client.name() + " 一\n" + client.name() + " has gone\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello-client", "heartbeat-client --attempts=1", "udp-asker --message=x"})
  void aClientWithoutAServerIsOneLineAndItsCode(String command) throws Exception {
    int port;
    try (java.net.DatagramSocket udp = new java.net.DatagramSocket(0)) {
      port = udp.getLocalPort();
    }
    List<String> words = new java.util.ArrayList<>(List.of(command.split(" ")));
    words.add("--port=" + port);
    try (Program client = Program.packed(words.toArray(String[]::new))) {
      assertThat(client.exitCode()).as(client.err()).isEqualTo(4);
      assertThat(client.err().lines()).hasSize(1);
      assertThat(client.err()).contains("127.0.0.1:" + port);
    }
  }

  @Test
  void theDemoShowsItsTableAndNothingElse() throws Exception {
    try (Program demo = Program.packed("demo", "--size", "8MiB")) {
      assertThat(demo.exitCode()).as(demo.out() + demo.err()).isZero();
      assertThat(demo.out()).contains("all 16 steps went well").doesNotContain("\u001b", "\r");
      assertThat(new String(demo.out().getBytes(UTF_8), UTF_8)).contains("网络编程测试");
      assertThat(demo.err()).isEmpty();
    }
  }
}
