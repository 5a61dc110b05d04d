package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.pipewright.InFlight;
import io.pipewright.kernel.TcpInfo;
import io.pipewright.log.Addresses;
import java.time.Duration;
import java.util.Map;

/** What {@link LiveConnection#describe()} says. */
final class Description {

  private Description() {}

  static String of(LiveConnection connection) {
    Channel channel = connection.channel();
    StringBuilder lines = new StringBuilder()
        .append("connection ")
        .append(connection.id())
        .append(": ")
        .append(Addresses.text(channel.localAddress()))
        .append(" ◄► ")
        .append(Addresses.text(connection.remoteAddress()));
    line(lines, "age", seconds(connection.age()) + (channel.isActive() ? "" : ", closed"));
    line(
        lines,
        "read",
        connection.bytesRead() + " bytes, " + connection.messagesRead() + " messages");
    line(
        lines,
        "written",
        connection.bytesWritten() + " bytes, " + connection.messagesWritten() + " messages");
    line(
        lines,
        "owed",
        connection.unwrittenBytes()
            + " bytes unwritten, "
            + InFlight.count(channel)
            + " pieces of work in flight");
    line(lines, "flow", flow(channel));
    connection.tcpInfo().ifPresent(tcp -> line(lines, "tcp", tcp(tcp)));
    line(lines, "handlers", "in the order that inbound bytes pass");
    for (Map.Entry<String, ChannelHandler> handler : channel.pipeline()) {
      lines.append("\n    %-18s %s"
          .formatted(handler.getKey(), handler.getValue().getClass().getName()));
    }
    return lines.toString();
  }

  private static void line(StringBuilder lines, String what, String value) {
    lines.append("\n  %-9s %s".formatted(what, value));
  }

  private static String flow(Channel channel) {
    return (channel.config().isAutoRead() ? "reading" : "reading is paused")
        + (channel.isWritable() ? ", writable" : ", not writable until the peer takes more");
  }

  private static String tcp(TcpInfo tcp) {
    return "%s, round trip %s ms ± %s, %d retransmits, %d bytes acknowledged, %d segments in flight, %d bytes not sent"
        .formatted(
            tcp.state(),
            millis(tcp.roundTrip()),
            millis(tcp.roundTripVariation()),
            tcp.retransmits(),
            tcp.bytesAcked(),
            tcp.unackedSegments(),
            tcp.notSentBytes());
  }

  private static String millis(Duration duration) {
    long micros = duration.toNanos() / 1_000;
    return "%d.%03d".formatted(micros / 1_000, micros % 1_000);
  }

  private static String seconds(Duration duration) {
    return "%d.%03d s".formatted(duration.toSeconds(), duration.toMillisPart());
  }
}
