package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.DrainEvent;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.launch.ByteSize;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Everybody hears everybody. The first line is a name, each line after it goes to all.
 *
 * <p>Who reads too slowly must not slow down the rest, nor fill the memory: when more than {@code
 * --max-backlog} waits for one member, that member is told so and shown out.
 *
 * <pre>{@code
 * examples chat-room
 * nc 127.0.0.1 7777
 * }</pre>
 */
@Command(
    name = ChatRoom.NAME,
    description = "Passes lines on to all; shows out who reads too slowly.")
final class ChatRoom implements Callable<Integer> {

  static final String NAME = "chat-room";

  private static final Pattern NAMES = Pattern.compile("[\\p{L}\\p{N}_-]{1,20}");
  private static final int MAX_MESSAGE_CHARS = 1_000;

  /** Room for the longest message with every character escaped, and a name before it. */
  private static final int MAX_LINE_BYTES = 8 * 1024;

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(7777).idleAfter(Duration.ofHours(1));

  @Option(
      names = "--max-backlog",
      paramLabel = "SIZE",
      defaultValue = "256KiB",
      description = "How much may wait for a member that does not read.")
  private ByteSize maxBacklog;

  private final Map<String, Channel> members = new ConcurrentHashMap<>();

  @Override
  public Integer call() {
    return ServiceLauncher.serve(NAME, options, this::start);
  }

  RunningServer start() {
    int backlogBytes = Math.max(1, maxBacklog.intBytes());
    Pipeline pipeline = Wiring.pipeline(NAME, options)
        .framing(Framing.lines().maxLength(MAX_LINE_BYTES))
        .text(UTF_8)
        .handler("member", Member::new)
        .build();
    return Wiring.server(NAME, options, pipeline)
        // a channel is writable until so much waits: the bound that everyone() looks at
        .writeBufferWaterMark(backlogBytes / 2, backlogBytes)
        .start();
  }

  /** Never waits: a write only queues, and who has too much queued is not a member any longer. */
  private void everyone(String line) {
    members.forEach((name, member) -> {
      if (member.isWritable()) {
        member.writeAndFlush(line);
      } else if (members.remove(name, member)) {
        member.writeAndFlush("* you read too slowly to keep up, goodbye");
        Farewell.to(member);
        // later, because this round of telling everyone is still under way
        member.eventLoop().execute(() -> everyone("* " + name + " was too slow and had to go"));
      }
    });
  }

  /** One connection, on its event loop. */
  private final class Member extends SimpleChannelInboundHandler<String> {

    private String name;

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.writeAndFlush("* welcome; what is your name?");
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, String line) {
      if (name == null) {
        enter(ctx, line.strip());
      } else if (line.length() > MAX_MESSAGE_CHARS) {
        ctx.writeAndFlush("* too long: at most " + MAX_MESSAGE_CHARS + " characters");
      } else if (members.get(name) == ctx.channel()) { // not one that is being shown out
        // escaped, so that nobody can play with the others' terminals
        everyone(name + ": " + Escaped.of(line, line.length()));
      }
    }

    private void enter(ChannelHandlerContext ctx, String wanted) {
      if (!NAMES.matcher(wanted).matches()) {
        ctx.writeAndFlush("* a name is 1 to 20 letters or digits; what is yours?");
      } else if (members.putIfAbsent(wanted, ctx.channel()) != null) {
        ctx.writeAndFlush("* that name is taken; another?");
      } else {
        name = wanted;
        everyone("* " + name + " has come; here now: " + members.size());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (name != null && members.remove(name, ctx.channel())) {
        everyone("* " + name + " has gone");
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof DrainEvent) {
        ctx.writeAndFlush("* the room closes, goodbye");
      }
      ctx.fireUserEventTriggered(event);
    }
  }
}
