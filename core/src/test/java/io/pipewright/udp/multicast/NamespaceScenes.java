package io.pipewright.udp.multicast;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.log.Addresses;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import io.pipewright.udp.RunningUdpServer;
import io.pipewright.udp.UdpClient;
import io.pipewright.udp.UdpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What {@link NamespaceTest} runs in a network namespace of its own, with the interfaces v0 (10.77.0.1/24) and w0 (10.78.0.1/24):
 * prints a line for each thing that it finds, for the test to judge.
 */
final class NamespaceScenes {

  private static final String GROUP = "239.255.7.1";

  /** Until then everything that was to come has come: the way is within one machine. */
  private static final long QUIET_MILLIS = 300;

  private final Transport transport;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  private NamespaceScenes(Transport transport) {
    this.transport = transport;
  }

  public static void main(String[] args) throws Exception {
    NamespaceScenes scenes = new NamespaceScenes(Transport.parse(args[0]));
    scenes.broadcast();
    scenes.multicastByInterface();
    scenes.ownDatagrams();
  }

  /** Hands over what comes, and answers a question. */
  private final class Hears extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
      String text = datagram.content().toString(US_ASCII);
      heard.add(text + " from " + Addresses.text(datagram.sender()).replaceFirst(":\\d+$", ""));
      if (text.equals("who?")) {
        ctx.writeAndFlush(
            new DatagramPacket(Unpooled.copiedBuffer("me", US_ASCII), datagram.sender()));
      }
    }
  }

  private Pipeline hears() {
    return Pipeline.builder().handler("hears", Hears::new).build();
  }

  private RunningUdpServer server(Membership... groups) {
    return UdpServer.builder()
        .transport(transport)
        .host("0.0.0.0")
        .join(groups)
        .pipeline(hears())
        .start();
  }

  private static boolean send(Channel from, String text, String to, int port)
      throws InterruptedException {
    return from.writeAndFlush(new DatagramPacket(
            Unpooled.copiedBuffer(text, US_ASCII), new InetSocketAddress(to, port)))
        .await()
        .isSuccess();
  }

  /** Prints what comes until nothing more does. */
  private void tell(String scene) throws InterruptedException {
    StringBuilder all = new StringBuilder(scene + ":");
    for (String next = heard.poll(5, TimeUnit.SECONDS);
        next != null && !next.startsWith("end");
        next = heard.poll(5, TimeUnit.SECONDS)) {
      all.append(" [").append(next).append(']');
    }
    String late = heard.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
    System.out.println(late == null ? all : all.append(" and late ").append(late));
  }

  private void broadcast() throws InterruptedException {
    try (RunningUdpServer server = server();
        UdpClient plain =
            UdpClient.builder().transport(transport).pipeline(hears()).build();
        UdpClient client = UdpClient.builder()
            .transport(transport)
            .broadcast(true)
            .pipeline(hears())
            .build()) {
      System.out.println(
          "without broadcast: " + send(plain.open(), "who?", "10.77.0.255", server.port()));
      Channel channel = client.open();
      System.out.println("with broadcast: " + send(channel, "who?", "10.77.0.255", server.port()));
      String question = heard.poll(5, TimeUnit.SECONDS);
      System.out.println("broadcast: " + question + ", " + heard.poll(5, TimeUnit.SECONDS));
    }
  }

  private void multicastByInterface() throws InterruptedException {
    Membership onV = Membership.of(GROUP).on("v0");
    try (RunningUdpServer server = server(onV);
        UdpClient overV = client("v0", true);
        UdpClient overW = client("w0", true)) {
      send(overW.open(), "by w0", GROUP, server.port());
      send(overV.open(), "by v0", GROUP, server.port());
      send(overV.open(), "end", GROUP, server.port());
      tell("joined on v0");
      server.join(Membership.of(GROUP).on("w0").from("10.78.0.9")).join();
      send(overW.open(), "by w0", GROUP, server.port());
      send(overV.open(), "end", GROUP, server.port());
      tell("joined on w0 from another");
    }
  }

  private void ownDatagrams() throws InterruptedException {
    try (RunningUdpServer server = server(Membership.of(GROUP).on("v0"));
        UdpClient quiet = client("v0", false);
        UdpClient loud = client("v0", true)) {
      send(quiet.open(), "not for us", GROUP, server.port());
      send(loud.open(), "end", GROUP, server.port());
      tell("loopback off");
    }
  }

  private UdpClient client(String networkInterface, boolean loopback) {
    return UdpClient.builder()
        .transport(transport)
        .multicast(
            MulticastSending.DEFAULTS.over(networkInterface).loopback(loopback).hops(2))
        .pipeline(hears())
        .build();
  }
}
