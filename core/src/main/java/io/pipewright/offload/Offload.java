package io.pipewright.offload;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/**
 * Where handlers run that must not run on an event loop, because they block: on a database, a file, a lock. Thread-safe; one
 * serves any number of pipelines and channels.
 *
 * <pre>{@code
 * try (Offload blocking = Offload.builder().build()) {
 *   Pipeline pipeline = Pipeline.builder()
 *       .framing(Framing.lines())
 *       .handler("lookup", LookupHandler::new, blocking)
 *       .build();
 * }
 * }</pre>
 *
 * <p><b>Order.</b> A channel's events reach the handler one at a time and in order, {@code channelInactive} behind all messages;
 * on different threads, one after the other, so that its fields need no lock. What it writes goes back to the event loop in
 * order. What it throws reaches {@code exceptionCaught}. {@code ctx.executor()} runs and schedules tasks in the same order.
 *
 * <p><b>Backpressure.</b> When {@link OffloadBuilder#maxQueued so many} messages of a channel are queued or being handled it is
 * not read from until half of them are done. One batch of reads may bring more than that.
 *
 * <p><b>Drain.</b> What is queued or being handled is {@linkplain io.pipewright.InFlight in flight}.
 *
 * <p><b>Refusal.</b> When the executor takes no more work, the channel's queued messages are released, an
 * {@link OffloadRejectedException} passes through its pipeline, and it is closed. An executor must not drop tasks that it has
 * taken, nor run them on the calling thread, which is an event loop.
 *
 * <p>Whoever built it closes it, after the servers that use it. That ends threads that it made itself; an executor that was
 * given stays its owner's.
 */
public final class Offload implements AutoCloseable {

  private final Executor executor;
  private final boolean owned;
  private final String kind;
  private final int maxQueued;

  Offload(Executor executor, boolean owned, String kind, int maxQueued) {
    this.executor = executor;
    this.owned = owned;
    this.kind = kind;
    this.maxQueued = maxQueued;
  }

  /** A builder whose defaults are virtual threads, or a pool where the JDK has none, and 256 messages. */
  public static OffloadBuilder builder() {
    return new OffloadBuilder();
  }

  /**
   * Adds a handler at the end of a channel's pipeline, to run here.
   *
   * @param pipeline a channel's pipeline; called on its event loop, as in {@code initChannel}
   * @param name the handler's name; {@code NAME-gate} and {@code NAME-intake} are taken, too
   * @param handler the handler
   */
  @SuppressWarnings(
      "deprecation") // Netty advises against executors in pipelines for what the gate and the
  // intake add to it
  public void addLast(ChannelPipeline pipeline, String name, ChannelHandler handler) {
    Channel channel = pipeline.channel();
    Gate gate = new Gate(maxQueued);
    SerialExecutor serial = new SerialExecutor(
        executor,
        channel.eventLoop(),
        cause -> gate.reject(channel, new OffloadRejectedException(name, cause)));
    pipeline.addLast(name + "-gate", gate);
    pipeline.addLast(serial, name + "-intake", gate.intake());
    pipeline.addLast(serial, name, handler);
  }

  /** Takes no more work and lets what was taken finish, without waiting for it. Does nothing to an executor that was given. */
  @Override
  public void close() {
    if (owned) {
      ((ExecutorService) executor).shutdown();
    }
  }

  /** One line for people. */
  @Override
  public String toString() {
    return kind + ", at most " + maxQueued + " messages of a connection queued";
  }
}
