package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import io.pipewright.ConfigurationException;
import io.pipewright.DrainEvent;
import io.pipewright.address.HostPort;
import io.pipewright.launch.Converters;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.Terminal;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.udp.RunningUdpServer;
import io.pipewright.udp.UdpServer;
import io.pipewright.udp.multicast.Membership;
import io.pipewright.udp.multicast.MulticastSending;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Who offers a service on this network? Nobody has to know an address: all speak to one multicast group.
 *
 * <pre>{@code
 * examples discovery --announce 8080            # says that "web" is at port 8080 of this machine
 * examples discovery --name web --timeout 2s    # prints 192.0.2.7:8080, and ends
 * examples discovery --group ff02::5388 …       # the same over IPv6
 * }</pre>
 *
 * <p>A datagram is a line of ASCII, and each goes to the group:
 *
 * <pre>
 *   pipewright-discovery/1 find web          who is there?
 *   pipewright-discovery/1 here web 8080     I am, at this port of the address that this comes from
 *   pipewright-discovery/1 gone web 8080     no longer
 * </pre>
 *
 * <p>An answer goes to the group and never to the address that asked, so that nobody can be made to flood another; it comes after a
 * random delay, so that many do not answer at once; and at most once a second, however many ask.
 */
@Command(
    name = Discovery.NAME,
    description = "Announces a service to a multicast group, or finds who does.")
final class Discovery implements Callable<Integer> {

  static final String NAME = "discovery";

  private static final String PROTOCOL = "pipewright-discovery/1";
  private static final Pattern LINE =
      Pattern.compile(PROTOCOL + " (find|here|gone) ([a-z0-9-]{1,63})(?: (\\d{1,5}))?");
  private static final int MAX_BYTES = 128;
  private static final Duration GRACE = Duration.ofSeconds(2);

  @Option(
      names = "--announce",
      paramLabel = "PORT",
      converter = Converters.Positive.class,
      description = "Say that the service is at this port; without it, find who does.")
  private Integer announced;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "web",
      description = "The service's name: a-z, 0-9 and -, 63 of them at most.")
  private String name;

  @Option(
      names = "--group",
      paramLabel = "ADDRESS",
      defaultValue = "239.255.53.88",
      description = "The multicast group, of IPv4 or IPv6 (ff02::5388).")
  private String group;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "5388",
      converter = Converters.Positive.class,
      description = "The group's port.")
  private int port;

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      description = "The network interface, such as eth0; else the first that does multicast.")
  private String networkInterface;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "How long to look.")
  private Duration timeout;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      converter = Converters.NotNegative.class,
      description = "End when so many are found; 0 looks until the timeout.")
  private int count;

  @Override
  public Integer call() throws InterruptedException {
    return announced == null
        ? find(Terminal.standard())
        : ServiceLauncher.serve(NAME, GRACE, this::announce);
  }

  /** Announces until it is drained. */
  RunningUdpServer announce() {
    if (announced > 65_535) {
      throw new ConfigurationException(
          "announce", announced, "a port is 1 to 65535, not " + announced);
    }
    return start(() -> new Announcer(name, announced, destination()));
  }

  /** Prints who answers, each once. */
  int find(Terminal terminal) throws InterruptedException {
    BlockingQueue<String> found = new LinkedBlockingQueue<>();
    int printed = 0;
    RunningUdpServer socket =
        start(() -> new Finder(name, destination(), timeout.dividedBy(4), found));
    try {
      long end = System.nanoTime() + timeout.toNanos();
      while (count == 0 || printed < count) {
        String next = found.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (next == null) {
          break;
        }
        terminal.println(next);
        printed++;
      }
    } finally {
      socket.close();
    }
    if (printed == 0) {
      throw new LaunchException(
          ExitCode.TIMED_OUT,
          "nobody in %s offers %s: looked for %d ms"
              .formatted(new HostPort(group, port), name, timeout.toMillis()));
    }
    return ExitCode.OK;
  }

  /** All who take part have the group's port, several on one machine too. */
  private RunningUdpServer start(Supplier<ChannelHandler> handler) {
    if (!LINE.matcher(PROTOCOL + " find " + name).matches()) {
      throw new ConfigurationException("name", name, "must be 1 to 63 of a-z, 0-9 and -");
    }
    Membership membership = membership();
    MulticastSending near = MulticastSending.DEFAULTS.hops(1).loopback(true);
    return UdpServer.builder()
        .host(membership.group() instanceof Inet6Address ? "::" : "0.0.0.0")
        .port(port)
        .reuseAddress(true)
        .join(membership)
        .multicast(membership.networkInterface().map(near::over).orElse(near))
        .maxDatagramBytes(MAX_BYTES)
        .pipeline(Pipeline.builder().handler("discovery", handler).build())
        .start();
  }

  private Membership membership() {
    Membership anywhere = Membership.of(group);
    return networkInterface == null ? anywhere.onSomeInterface() : anywhere.on(networkInterface);
  }

  private InetSocketAddress destination() {
    return new InetSocketAddress(Membership.of(group).group(), port);
  }

  private static void say(ChannelHandlerContext ctx, InetSocketAddress to, String line) {
    ctx.writeAndFlush(new DatagramPacket(Unpooled.copiedBuffer(PROTOCOL + line, US_ASCII), to));
  }

  /** What one of the lines says; nothing for anything else, which anybody may send. */
  private static Optional<Matcher> read(DatagramPacket datagram, String name) {
    Matcher line = LINE.matcher(datagram.content().toString(US_ASCII));
    return line.matches() && line.group(2).equals(name) ? Optional.of(line) : Optional.empty();
  }

  /** Says that the service is here: at the beginning, when somebody asks, and that it is gone at the end. */
  private static final class Announcer extends SimpleChannelInboundHandler<DatagramPacket> {

    private static final long AT_MOST_EVERY_MILLIS = 1_000;
    private static final int JITTER_MILLIS = 100;

    private final String name;
    private final int port;
    private final InetSocketAddress group;
    private Future<?> pending;
    private long lastNanos;

    Announcer(String name, int port, InetSocketAddress group) {
      this.name = name;
      this.port = port;
      this.group = group;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      lastNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(AT_MOST_EVERY_MILLIS);
      answerSoon(ctx);
      ctx.fireChannelActive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
      if (pending == null
          && read(datagram, name).filter(line -> line.group(1).equals("find")).isPresent()) {
        answerSoon(ctx);
      }
    }

    /** One answer is for all who have asked until then. */
    private void answerSoon(ChannelHandlerContext ctx) {
      long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastNanos);
      long delay = Math.max(0, AT_MOST_EVERY_MILLIS - since)
          + ThreadLocalRandom.current().nextInt(JITTER_MILLIS);
      pending = ctx.executor()
          .schedule(
              () -> {
                pending = null;
                lastNanos = System.nanoTime();
                say(ctx, group, " here " + name + " " + port);
              },
              delay,
              TimeUnit.MILLISECONDS);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof DrainEvent) {
        if (pending != null) {
          pending.cancel(false);
        }
        say(ctx, group, " gone " + name + " " + port);
      }
      ctx.fireUserEventTriggered(event);
    }
  }

  /** Asks, again a few times since datagrams are lost, and hands over who answers. */
  private static final class Finder extends SimpleChannelInboundHandler<DatagramPacket> {

    /** What strangers can make this hold. */
    private static final int MOST = 1_000;

    private final String name;
    private final InetSocketAddress group;
    private final Duration again;
    private final BlockingQueue<String> found;
    private final Set<String> known = new HashSet<>();

    Finder(String name, InetSocketAddress group, Duration again, BlockingQueue<String> found) {
      this.name = name;
      this.group = group;
      this.again = again;
      this.found = found;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ask(ctx);
      ctx.fireChannelActive();
    }

    private void ask(ChannelHandlerContext ctx) {
      if (ctx.channel().isActive()) {
        say(ctx, group, " find " + name);
        ctx.executor()
            .schedule(() -> ask(ctx), Math.max(1, again.toMillis()), TimeUnit.MILLISECONDS);
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
      read(datagram, name)
          .filter(line -> line.group(1).equals("here") && line.group(3) != null)
          .map(line -> Integer.parseInt(line.group(3)))
          .filter(port -> port >= 1 && port <= 65_535)
          .map(port ->
              new HostPort(datagram.sender().getAddress().getHostAddress(), port).toString())
          .filter(peer -> known.size() < MOST && known.add(peer))
          .ifPresent(found::add);
    }
  }
}
