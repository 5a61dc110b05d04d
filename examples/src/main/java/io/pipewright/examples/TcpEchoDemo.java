package io.pipewright.examples;

import static io.pipewright.examples.DemoPart.check;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.examples.DemoTable.Result;
import io.pipewright.framing.Framing;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcpecho.Incoming;
import io.pipewright.tcpecho.Reply;
import io.pipewright.tcpecho.TcpEchoClient;
import io.pipewright.tcpecho.TcpEchoServer;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import io.pipewright.transport.Workload;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The TCP echo service, once for each kind of reply, on event loops that the three share. */
final class TcpEchoDemo implements DemoPart {

  private static final Charset GBK = Charset.forName("GBK");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String CHINESE = "网络编程测试";
  private static final Pattern STAMPED =
      Pattern.compile("\\[\\w{3} \\w{3} \\d\\d \\d\\d:\\d\\d:\\d\\d \\d{4}] " + CHINESE);
  private static final int ROUND_TRIPS = 3_000;
  private static final int UNANSWERED = 50_000;

  private final EventLoops loops = EventLoops.create(Transport.AUTO, Workload.TCP, 0);
  private final List<RunningServer> servers = new ArrayList<>();
  private final RunningServer verbatim = start(Reply.VERBATIM);
  private final RunningServer timestamp = start(Reply.TIMESTAMP);
  private final RunningServer uppercase = start(Reply.UPPERCASE);
  private TcpEchoClient idle;

  private RunningServer start(Reply reply) {
    RunningServer server = TcpEchoServer.builder()
        .socket(tcp -> tcp.eventLoops(loops))
        .reply(reply)
        .start();
    servers.add(server);
    return server;
  }

  @Override
  public void introduce(DemoTable table) {
    table.section("TCP echo · " + DemoPart.place(verbatim), DemoPart.reasons(verbatim));
  }

  @Override
  public void drive(DemoTable table) {
    table.step(
        CHINESE + " in UTF-8",
        "every byte comes back as it went (RFC 862)",
        () -> echo(verbatim, UTF_8, CHINESE, CHINESE));
    table.step(
        CHINESE + " in GBK",
        "not one byte of it is looked at",
        () -> echo(verbatim, GBK, CHINESE, CHINESE));
    table.step("the same with the time before it", "", this::stamped);
    table.step(
        "hello, 世界 in capitals",
        "HELLO, 世界: other bytes stay as they are",
        () -> echo(uppercase, UTF_8, "hello, 世界", "HELLO, 世界"));
    table.step(
        "round trips, each after the last",
        "one connection, 64 bytes there and back",
        this::roundTrips);
    table.step(
        "lines sent without waiting for any",
        "all come back, in the order they went",
        this::unanswered);
  }

  private Result echo(RunningServer server, Charset charset, String text, String expected)
      throws InterruptedException {
    try (TcpEchoClient client = connect(server, charset)) {
      Duration took = null;
      for (int i = 0;
          i < 3;
          i++) { // the first time is that of loading classes: the last one counts
        long began = System.nanoTime();
        client.send(text);
        String reply = receive(client, expected.length());
        took = since(began);
        check(reply.equals(expected), "got '" + reply + "'");
      }
      return new Result(Figures.bytes(text.getBytes(charset).length), Figures.time(took));
    }
  }

  private Result stamped() throws InterruptedException {
    try (TcpEchoClient client = connect(timestamp, GBK)) {
      long began = System.nanoTime();
      client.send(CHINESE);
      String reply = receive(client, "[Thu Feb 02 15:52:21 2012] ".length() + CHINESE.length());
      Duration took = since(began);
      check(STAMPED.matcher(reply).matches(), "got '" + reply + "'");
      return new Result(Figures.bytes(reply.getBytes(GBK).length), Figures.time(took), reply);
    }
  }

  private Result roundTrips() throws InterruptedException {
    String message = "0123456789abcdef".repeat(4);
    try (TcpEchoClient client = connect(verbatim, UTF_8)) {
      long began = System.nanoTime();
      for (int i = 0; i < ROUND_TRIPS; i++) {
        client.send(message);
        check(receive(client, message.length()).equals(message), "another message came back");
      }
      return new Result(Figures.count(ROUND_TRIPS), Figures.perSecond(ROUND_TRIPS, since(began)));
    }
  }

  private Result unanswered() throws InterruptedException {
    StringBuilder all = new StringBuilder();
    try (TcpEchoClient client = connect(verbatim, UTF_8)) {
      long began = System.nanoTime();
      for (int i = 0; i < UNANSWERED; i++) {
        String line = "line " + i + "\n";
        all.append(line);
        client.send(line);
      }
      String reply = receive(client, all.length());
      Duration took = since(began);
      check(reply.contentEquals(all), "the lines came back in another order");
      return new Result(Figures.count(UNANSWERED), Figures.perSecond(UNANSWERED, took));
    }
  }

  private static TcpEchoClient connect(RunningServer server, Charset charset) {
    return TcpEchoClient.connect(
        TcpClient.builder().port(server.port()), Framing.none(), charset, charset);
  }

  /** Unframed, a reply may come in pieces of any size. */
  private static String receive(TcpEchoClient client, int chars) throws InterruptedException {
    StringBuilder reply = new StringBuilder();
    while (reply.length() < chars) {
      Incoming next = client.receive(PATIENCE).orElse(new Incoming.End());
      check(
          next instanceof Incoming.Message,
          "only " + reply.length() + " of " + chars + " characters came back");
      reply.append(((Incoming.Message) next).text());
    }
    return reply.toString();
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** One client stays, so that there is somebody to say goodbye to; its echo shows that it was accepted. */
  void leaveOneIdle() throws InterruptedException {
    idle = connect(verbatim, UTF_8);
    idle.send("still here");
    receive(idle, "still here".length());
  }

  @Override
  public void stop(DemoTable table) {
    table.step("TCP echo drains", "", () -> {
      long began = System.nanoTime();
      List<DrainReport.Ending> endings = new ArrayList<>();
      for (RunningServer server : servers) {
        endings.addAll(server.drain(PATIENCE).endings());
      }
      DrainReport report = new DrainReport(endings, since(began));
      check(report.clean() && endings.size() == 1, "one client stayed, but " + report);
      return new Result("3 servers", Figures.time(report.took()), report.toString());
    });
  }

  @Override
  public void close() {
    if (idle != null) {
      idle.close();
    }
    servers.forEach(RunningServer::close);
    loops.close();
  }
}
