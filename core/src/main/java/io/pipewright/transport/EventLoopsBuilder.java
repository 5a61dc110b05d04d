package io.pipewright.transport;

import io.pipewright.ConfigurationException;
import java.util.Objects;

/**
 * What every builder of something that runs on event loops has in common: make them, by a transport and a number, or borrow
 * them.
 *
 * @param <B> the builder itself
 */
public abstract class EventLoopsBuilder<B extends EventLoopsBuilder<B>> {

  private Transport transport = Transport.AUTO;
  private Workload workload;
  private int loops;
  private EventLoops borrowed;

  /**
   * @param workload what {@link Transport#AUTO} chooses for, unless told otherwise
   */
  protected EventLoopsBuilder(Workload workload) {
    this.workload = workload;
  }

  /**
   * The transport of the loops that are made. Default {@link Transport#AUTO}.
   *
   * @param transport a transport
   * @return this
   */
  public B transport(Transport transport) {
    this.transport = Objects.requireNonNull(transport, "transport");
    return self();
  }

  /**
   * What {@link Transport#AUTO} chooses for.
   *
   * @param workload the work
   * @return this
   */
  public B workload(Workload workload) {
    this.workload = Objects.requireNonNull(workload, "workload");
    return self();
  }

  /**
   * How many event loops are made. Default 0: one a processor.
   *
   * @param loops 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public B loops(int loops) {
    if (loops < 0) {
      throw new ConfigurationException(
          "loops", loops, "must be 0 (one a processor) or more, not " + loops);
    }
    this.loops = loops;
    return self();
  }

  /**
   * Uses these event loops instead of making some. The caller closes them, after what runs on them.
   *
   * @param eventLoops event loops
   * @return this
   */
  public B eventLoops(EventLoops eventLoops) {
    this.borrowed = Objects.requireNonNull(eventLoops, "eventLoops");
    return self();
  }

  /** Whether {@link #obtainEventLoops()} makes loops, which whoever calls it must then close. */
  protected boolean ownsEventLoops() {
    return borrowed == null;
  }

  /**
   * The lent event loops, or new ones.
   *
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  protected EventLoops obtainEventLoops() {
    return obtainEventLoops(workload);
  }

  /**
   * As {@link #obtainEventLoops()}, for other work than was named.
   *
   * @param actual what AUTO chooses for
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  protected EventLoops obtainEventLoops(Workload actual) {
    return borrowed != null ? borrowed : EventLoops.create(transport, actual, loops);
  }

  /** What AUTO was told to choose for. */
  protected Workload workload() {
    return workload;
  }

  /** This builder, as its own type. */
  protected abstract B self();
}
