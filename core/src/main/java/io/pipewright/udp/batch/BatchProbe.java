package io.pipewright.udp.batch;

import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The self-check: sends datagrams over loopback in each of the ways that save system calls, and looks whether they come as they
 * were sent. Done once a process for each transport, and again if it could not be ended; it takes a few milliseconds, and opens
 * some sockets on 127.0.0.1 for so long.
 *
 * @param batches several datagrams a read: recvmmsg
 * @param sendsBursts datagrams to one peer as one packet: {@code UDP_SEGMENT}, generic segmentation offload
 * @param receivesBursts a burst of one peer in one read: {@code UDP_GRO}, generic receive offload, one packet a read
 * @param receivesBatchesOfBursts the same with several packets a read
 */
public record BatchProbe(
    Finding batches, Finding sendsBursts, Finding receivesBursts, Finding receivesBatchesOfBursts) {

  private static final Map<Transport, BatchProbe> DONE = new ConcurrentHashMap<>();

  /**
   * What this kernel and this Netty do right. Waits for it, for some seconds at most; must not be called on an event loop.
   *
   * @param loops run the sockets of the check
   */
  public static BatchProbe of(EventLoops loops) {
    Transport transport = loops.transport();
    BatchProbe done = DONE.get(transport);
    if (done != null) {
      return done;
    }
    if (transport != Transport.EPOLL) {
      Finding none = Finding.not("Netty has no such calls on " + transport);
      return new BatchProbe(none, none, none, none);
    }
    if (loops.inEventLoop()) {
      Finding unknown = Finding.not("an event loop cannot wait for the self-check");
      return new BatchProbe(unknown, unknown, unknown, unknown);
    }
    return new LoopbackCheck(loops).run(probe -> DONE.put(transport, probe));
  }
}
