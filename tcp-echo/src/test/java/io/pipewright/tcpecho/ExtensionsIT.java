package io.pipewright.tcpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.testkit.JarBuilder;
import io.pipewright.testkit.Program;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jars that add handlers to the packed program, compiled here as strangers would compile them. */
@Timeout(120)
class ExtensionsIT {

  private static final String LIST = "META-INF/services/io.pipewright.pipeline.PipelineCustomizer";

  @TempDir
  private Path folder;

  /** An extension that puts a word before what the client sends. */
  private static JarBuilder prefix(String type, String word, String members) {
    return new JarBuilder()
        .source("com.example." + type, """
            package com.example;

            import io.netty.buffer.*;
            import io.netty.channel.*;
            import io.pipewright.pipeline.*;

            public class %1$s implements PipelineCustomizer {
              %3$s
              public String name() { return "%2$s"; }
              public Pipeline customize(String program, Pipeline pipeline) {
                return pipeline.before("echo", "%2$s", () -> new ChannelInboundHandlerAdapter() {
                  @Override public void channelRead(ChannelHandlerContext ctx, Object message) {
                    ctx.fireChannelRead(Unpooled.wrappedBuffer(
                        Unpooled.copiedBuffer("%2$s ", io.netty.util.CharsetUtil.UTF_8), (ByteBuf) message));
                  }
                });
              }
            }
            """.formatted(type, word, members))
        .entry(LIST, "# who\ncom.example." + type + " # why\n");
  }

  private static String echoed(Program server, String text) throws IOException {
    try (Socket client = new Socket("127.0.0.1", server.awaitPort())) {
      client.setSoTimeout(20_000);
      client.getOutputStream().write(text.getBytes(UTF_8));
      client.shutdownOutput();
      return new String(client.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private static Program server(String... options) throws IOException {
    String[] all = new String[options.length + 3];
    System.arraycopy(new String[] {"server", "--port", "0"}, 0, all, 0, 3);
    System.arraycopy(options, 0, all, 3, options.length);
    return Program.packed(all);
  }

  private static void stops(Program server) throws Exception {
    server.signal("TERM");
    assertThat(server.exitCode()).as(server.err()).isZero();
  }

  @Test
  void aJarThatIsNamedAtTheCommandLineAddsItsHandler() throws Exception {
    Path jar = prefix("Hello", "hello", "").write(folder.resolve("加 é.jar"));
    try (Program server = server("--extensions", jar.toString())) {
      assertThat(echoed(server, "world")).isEqualTo("hello world");
      assertThat(server.err().lines())
          .filteredOn(line -> line.contains("com.example.Hello"))
          .singleElement()
          .asString()
          .contains("tcp-echo", "hello", jar.toString());
      stops(server);
    }
  }

  @Test
  void aJarOnTheClassPathDoesSoToo() throws Exception {
    Path jar = prefix("Hello", "hello", "").write(folder.resolve("hello.jar"));
    String path = System.getProperty("pipewright.jar") + File.pathSeparator + jar;
    try (Program server = Program.start(
        List.of("-cp", path, "io.pipewright.tcpecho.TcpEcho"), Map.of(), "server", "--port", "0")) {
      assertThat(echoed(server, "world")).isEqualTo("hello world");
      assertThat(server.err()).contains("com.example.Hello", jar.toString());
      stops(server);
    }
  }

  @Test
  void ofSeveralTheLowerOrderComesFirstAndThenTheAlphabetDecides() throws Exception {
    Path jars = Files.createDirectory(folder.resolve("jars"));
    prefix("B", "b", "").write(jars.resolve("1.jar"));
    prefix("A", "a", "").write(jars.resolve("2.jar"));
    Path last = prefix("AA", "last", "public int order() { return 7; }").write(folder.resolve("l"));
    Path first =
        prefix("Z", "first", "public int order() { return -7; }").write(folder.resolve("f"));
    try (Program server =
        server("--extensions", last + "," + jars, "--extensions", first.toString())) {
      // each one stands right before the echo: whoever comes last is nearest, and its word leads
      assertThat(echoed(server, "x")).isEqualTo("last b a first x");
      stops(server);
    }
  }

  @Test
  void oneThatIsMeantForOtherProgramsLeavesThisOneAlone() throws Exception {
    String members =
        "public boolean appliesTo(String program) { return program.equals(\"udp-echo\"); }";
    Path jar = prefix("Udp", "udp", members).write(folder.resolve("udp.jar"));
    try (Program server = server("--extensions", jar.toString())) {
      assertThat(echoed(server, "x")).isEqualTo("x");
      stops(server);
    }
  }

  private void refused(String sentence, Path jar) throws Exception {
    try (Program server = server("--extensions", jar.toString());
        Program verbose = server("--extensions", jar.toString(), "--verbose")) {
      assertThat(server.exitCode()).as(server.err()).isEqualTo(2);
      assertThat(server.out()).isEmpty();
      assertThat(server.err()).isEqualTo("tcp-echo: " + sentence + "\n");
      assertThat(verbose.exitCode()).isEqualTo(2);
      assertThat(verbose.err()).contains("tcp-echo: " + sentence + "\n", "\tat ");
    }
  }

  @Test
  void oneThatThrowsIsNamedWithItsJar() throws Exception {
    Path jar = prefix(
            "Bad", "bad", "public int order() { throw new IllegalStateException(\"no\"); }")
        .write(folder.resolve("bad.jar"));
    refused(
        "the extension com.example.Bad from " + jar
            + " is broken: it threw IllegalStateException: no",
        jar);
  }

  @Test
  void oneThatReturnsNothingIsNamedWithItsJar() throws Exception {
    Path jar = new JarBuilder()
        .source("com.example.Null", """
            package com.example;
            import io.pipewright.pipeline.*;
            public class Null implements PipelineCustomizer {
              public String name() { return "null and void"; }
              public Pipeline customize(String program, Pipeline pipeline) { return null; }
            }
            """)
        .entry(LIST, "com.example.Null")
        .write(folder.resolve("null.jar"));
    refused(
        "the extension null and void (com.example.Null) from "
            + jar
            + " failed: its customize() returned null instead of a pipeline",
        jar);
  }

  @Test
  void aHandlerThatCannotStandThereIsRefusedAtTheStart() throws Exception {
    Path jar = prefix("Twice", "echo", "").write(folder.resolve("twice.jar"));
    refused(
        "the extension echo (com.example.Twice) from "
            + jar
            + " failed: echo: two handlers of a pipeline cannot have one name",
        jar);
  }

  @Test
  void aClassThatIsListedButMissingIsNamedWithItsJar() throws Exception {
    Path jar = new JarBuilder().entry(LIST, "com.example.Gone\n").write(folder.resolve("gone.jar"));
    refused(
        "the extension com.example.Gone from "
            + jar
            + " is broken: there is no class com.example.Gone",
        jar);
  }

  @Test
  void aClassOfAnotherKindIsNamedWithItsJar() throws Exception {
    Path jar = new JarBuilder().entry(LIST, "java.lang.String").write(folder.resolve("string.jar"));
    refused(
        "the extension java.lang.String from "
            + jar
            + " is broken: it does not implement io.pipewright.pipeline.PipelineCustomizer",
        jar);
  }

  @Test
  void aJarWithoutExtensionsIsRefused() throws Exception {
    Path jar = new JarBuilder()
        .entry("META-INF/services/io.pipewright.PipelineCustomizer", "com.example.Slip")
        .write(folder.resolve("slip.jar"));
    refused(jar + ": no jar there has an extension: none names a class in " + LIST, jar);
  }

  @Test
  void whatIsNoJarIsRefused() throws Exception {
    Path text = Files.writeString(folder.resolve("notes.txt"), "not a jar");
    refused("--extensions: cannot take " + text + ": it is not a jar", text);
    Path none = folder.resolve("none.jar");
    refused("--extensions: cannot take " + none + ": no such file or folder", none);
    Path empty = Files.createDirectory(folder.resolve("empty"));
    refused("--extensions: cannot take " + empty + ": there is no jar in it", empty);
  }

  @Test
  void anExtensionMayUseTheFrameworkAndNettysCodecBaseThoughTheProgramDoesNot() throws Exception {
    Path jar = new JarBuilder()
        .source("com.example.Frames", """
            package com.example;
            import io.netty.buffer.*;
            import io.netty.channel.*;
            import io.netty.handler.codec.*;
            import io.pipewright.framing.*;
            import io.pipewright.pipeline.*;
            import io.pipewright.text.*;
            import java.util.List;
            public class Frames implements PipelineCustomizer {
              public String name() { return "frames"; }
              public Pipeline customize(String program, Pipeline pipeline) {
                return pipeline
                    .with(Slot.FRAMING, "split", () -> Framing.fixedLength(2).newDecoder().orElseThrow())
                    .with(Slot.CODEC, "pairs", () -> new MessageToMessageCodec<ByteBuf, ByteBuf>() {
                      protected void encode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out) {
                        out.add(Unpooled.wrappedBuffer(bytes.retain(), Unpooled.wrappedBuffer(new byte[] {'|'})));
                      }
                      protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out) {
                        out.add(bytes.retain());
                      }
                    });
              }
            }
            """)
        .entry(LIST, "com.example.Frames")
        .write(folder.resolve("frames.jar"));
    try (Program server = server("--extensions", jar.toString())) {
      assertThat(echoed(server, "abcdef")).isEqualTo("ab|cd|ef|");
      stops(server);
    }
  }
}
