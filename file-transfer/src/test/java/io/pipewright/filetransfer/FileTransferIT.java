package io.pipewright.filetransfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;
import static org.awaitility.Awaitility.await;

import io.pipewright.testkit.JarBuilder;
import io.pipewright.testkit.Program;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packed program, as its user starts it, with plain sockets at the other end. */
@Timeout(120)
class FileTransferIT {

  private final byte[] content = new byte[20_000_000];

  @TempDir
  Path temp;

  private Path root;
  private Path out;

  @BeforeEach
  void makeFolders() throws IOException {
    new Random(5).nextBytes(content);
    root = Files.createDirectories(temp.resolve("root/sub")).getParent();
    out = Files.createDirectory(temp.resolve("out"));
    Files.write(root.resolve("a.bin"), content);
    Files.writeString(root.resolve("sub/网络.txt"), "你好");
  }

  private Program server(String... more) throws IOException {
    return Program.packed(join(List.of("server", "--root", root.toString(), "--port", "0"), more));
  }

  private Program get(int port, String... more) throws IOException {
    return Program.packed(join(List.of("get", "127.0.0.1:" + port, "--out", out.toString()), more));
  }

  private static String[] join(List<String> first, String... more) {
    return Stream.concat(first.stream(), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void anExtensionAddsItsHandler() throws Exception {
    Path jar = new JarBuilder()
        .source("com.example.Alias", """
            package com.example;
            import io.netty.buffer.*;
            import io.netty.channel.*;
            import io.netty.util.CharsetUtil;
            import io.pipewright.pipeline.*;
            public class Alias implements PipelineCustomizer {
              public String name() { return "alias"; }
              public boolean appliesTo(String program) { return program.equals("file-transfer"); }
              public Pipeline customize(String program, Pipeline pipeline) {
                return pipeline.before("file-service", "alias", () -> new SimpleChannelInboundHandler<ByteBuf>() {
                  @Override protected void channelRead0(ChannelHandlerContext ctx, ByteBuf name) {
                    ctx.fireChannelRead(Unpooled.copiedBuffer("sub/" + name.toString(CharsetUtil.UTF_8), CharsetUtil.UTF_8));
                  }
                });
              }
            }
            """)
        .entry("META-INF/services/io.pipewright.pipeline.PipelineCustomizer", "com.example.Alias")
        .write(temp.resolve("alias.jar"));
    try (Program server = server("--extensions", jar.toString())) {
      assertThat(Peer.get(server.awaitPort(), "网络.txt\n")).asString(UTF_8).isEqualTo("你好");
    }
  }

  @Test
  void theServerSaysWhereItListensServesAndStopsWhenTold() throws Exception {
    try (Program server = server()) {
      int port = server.awaitPort();
      assertThat(server.out())
          .matches("file-transfer listening on 127\\.0\\.0\\.1:" + port
              + " \\(\\w+, \\d+ event loops?\\)\n");
      assertThat(Peer.get(port, "a.bin")).isEqualTo(content);
      assertThat(Peer.get(port, "../out\n")).isEmpty();
      assertThat(server.err()).contains("refused \"../out\" to 127.0.0.1:");
      server.signal("TERM");

      assertThat(server.exitCode()).isZero();
    }
  }

  @Test
  void getSavesSeveralFilesAndIsQuietWhereNobodyWatches() throws Exception {
    try (Program server = server();
        Program get = get(server.awaitPort(), "a.bin", "sub/网络.txt", "--plain")) {
      assertThat(get.exitCode()).as(get.err()).isZero();
      assertThat(get.out()).isEmpty();
      assertThat(get.err()).isEmpty();
      assertThat(out.resolve("a.bin")).hasBinaryContent(content);
      assertThat(out.resolve("网络.txt")).hasContent("你好");
    }
  }

  @Test
  void theServerFindsNamesBeyondAsciiInAnyLocale() throws Exception {
    List<String> jar = List.of("-jar", System.getProperty("pipewright.jar"));
    String[] serve = {"server", "--root", root.toString(), "--port", "0"};
    try (Program server = Program.start(jar, Map.of("LC_ALL", "C"), serve)) {
      assertThat(Peer.get(server.awaitPort(), "sub/网络.txt\n")).asString(UTF_8).isEqualTo("你好");
    }
  }

  @Test
  void aRefusedFileLeavesNothingAndTheOthersAreSavedAllTheSame() throws Exception {
    try (Program server = server();
        Program get = get(server.awaitPort(), "--plain", "missing", "../secret", "a.bin")) {
      assertThat(get.exitCode()).isEqualTo(6);
      assertThat(get.err().lines())
          .satisfiesExactly(
              line -> assertThat(line).startsWith("file-transfer: no missing: nothing came"),
              line -> assertThat(line).startsWith("file-transfer: no ../secret: the name has"));
      assertThat(out).isDirectoryNotContaining("glob:**{missing,secret,*.part}");
      assertThat(out.resolve("a.bin")).hasBinaryContent(content);
    }
  }

  @Test
  void eachFailureHasItsExitCodeAndOneLine() throws Exception {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobody = socket.getLocalPort();
    }
    try (PlainServer breaking = PlainServer.resettingAfter(content);
        PlainServer silent = PlainServer.silentAfter(new byte[10]);
        Program refused = get(nobody, "a.bin", "b.bin");
        Program broken = get(breaking.port(), "a.bin", "--plain");
        Program timedOut = get(silent.port(), "a.bin", "--plain", "--timeout", "200ms");
        Program unwritable = Program.packed(
            "get", "127.0.0.1:" + nobody, "a.bin", "--out", temp.resolve("none").toString());
        Program noRoot = Program.packed("server", "--root", temp.resolve("none").toString())) {
      assertEnds(refused, 4, "cannot connect to 127.0.0.1:" + nobody);
      assertEnds(broken, 1, "the connection broke after");
      assertEnds(timedOut, 5, "no byte of a.bin came for 0.200 s, after 10 bytes");
      assertEnds(unwritable, 9, "there is no such folder");
      assertEnds(noRoot, 2, "there is no such folder");
    }
    try (var left = Files.list(out)) {
      assertThat(left).isEmpty();
    }
  }

  private static void assertEnds(Program program, int code, String sentence) throws Exception {
    assertThat(program.exitCode()).as(program.err()).isEqualTo(code);
    assertThat(program.err().lines()).singleElement().asString().contains(sentence);
  }

  @Test
  void anInterruptedPlainDownloadLeavesNothingBehind() throws Exception {
    try (PlainServer server = PlainServer.silentAfter(content);
        Program get = get(server.port(), "a.bin", "--plain")) {
      await().until(() -> out.toFile().list().length > 0);
      get.signal("INT");

      assertThat(get.exitCode()).isEqualTo(130);
      assertThat(out).isEmptyDirectory();
      assertThat(get.err()).isEmpty();
    }
  }

  @Test
  void anInterruptedDownloadGoesOnWithTheCommandThatItPrints() throws Exception {
    try (Program server = server();
        Program get =
            get(server.awaitPort(), "a.bin", "sub/网络.txt", "--limit-rate", "4MB", "--json")) {
      await()
          .until(() -> verifiedBytes("progress", get.out()).reduce(0L, (first, last) -> last) > 0);
      get.signal("INT");

      assertThat(get.exitCode()).isEqualTo(130);
      assertThat(get.err().lines()).hasSize(2);
      String resume = get.err().lines().skip(1).findFirst().orElseThrow();
      Process again = new ProcessBuilder("bash", "-c", resume.replace("=4MB", "=0")).start();
      String events = new String(again.getInputStream().readAllBytes(), UTF_8);
      assertThat(again.waitFor()).as(events).isZero();
      assertThat(verifiedBytes("begun", events)).singleElement(LONG).isPositive();
      assertThat(out.resolve("a.bin")).hasBinaryContent(content);
      assertThat(out.resolve("网络.txt")).hasContent("你好");
      assertThat(out.toFile().list()).hasSize(2);
    }
  }

  /** What the events of a kind tell about a.bin, which is not alone under way. */
  private static Stream<Long> verifiedBytes(String event, String events) {
    return Pattern.compile(
            "\"event\":\"%s\",\"name\":\"a.bin\".*\"verifiedBytes\":(\\d+)".formatted(event))
        .matcher(events)
        .results()
        .map(result -> Long.valueOf(result.group(1)));
  }

  @Test
  void whatIsListedCanBeFetchedAndIsNotFetchedTwice() throws Exception {
    try (Program server = server()) {
      String address = "127.0.0.1:" + server.awaitPort();
      String[] everything = {"get", address, "--recursive", "--out", out.toString(), "--json"};
      try (Program list = Program.packed("list", address, "--recursive");
          Program get = Program.packed(everything)) {
        assertThat(list.exitCode()).as(list.err()).isZero();
        assertThat(list.out().lines().map(line -> line.replaceFirst(" *\\S+ +\\S+ +\\S+  ", "")))
            .containsExactly("a.bin", "sub/", "sub/网络.txt");
        assertThat(get.exitCode()).as(get.err()).isZero();
        assertThat(out.resolve("a.bin")).hasBinaryContent(content);
        assertThat(out.resolve("sub/网络.txt")).hasContent("你好");
      }
      try (Program again = Program.packed(everything);
          Program dry = get(server.awaitPort(), "a.bin", "--dry-run", "--overwrite")) {
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).contains("\"saved\":0,").contains("\"skipped\":2,");
        assertThat(dry.exitCode()).isZero();
        assertThat(dry.out()).startsWith("overwrite   20.0 MB  a.bin -> ");
      }
    }
  }

  @Test
  void anotherFileOfThatNameStaysUnlessTheUserSaysWhat() throws Exception {
    Files.writeString(out.resolve("a.bin"), "mine");
    try (Program server = server()) {
      try (Program refused = get(server.awaitPort(), "a.bin")) {
        assertEnds(refused, 9, "say --overwrite, --skip-existing or --rename");
      }
      try (Program wrong =
          get(server.awaitPort(), "a.bin", "--overwrite", "--sha256", "0".repeat(64))) {
        assertEnds(wrong, 7, "does not have the SHA-256");
      }
      try (Program renamed = get(server.awaitPort(), "a.bin", "--rename")) {
        assertThat(renamed.exitCode()).as(renamed.err()).isZero();
      }
      assertThat(out.resolve("a.bin")).hasContent("mine");
      assertThat(out.resolve("a (1).bin")).hasBinaryContent(content);
    }
  }

  @Test
  void aServerThatIsKilledInTheMiddleIsNotTakenForTheEndOfTheFile() throws Exception {
    try (Program server = server();
        Peer peer = new Peer(server.awaitPort())) {
      peer.send("a.bin\n").read(1);
      server.signal("KILL");
      server.exitCode();
      assertThatThrownBy(peer::readAll).isInstanceOf(SocketException.class);
    }
  }
}
