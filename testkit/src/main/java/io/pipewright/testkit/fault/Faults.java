package io.pipewright.testkit.fault;

import java.util.function.Consumer;

/**
 * What goes wrong with one connection through a {@link TcpFaultProxy}: an immutable value, made by a
 * builder. The faults of a direction work together in this order: the ends and the flipped bits
 * (which count the bytes that come), then coalesce, delay, throttle and split (which shape how they
 * are delivered).
 *
 * <pre>{@code
 * Faults.builder()
 *     .toServer(stream -> stream.split(1))
 *     .toClient(stream -> stream.delay(Duration.ofMillis(20)).cutAfter(100))
 *     .build()
 * }</pre>
 */
public final class Faults {

  private static final Faults NONE = builder().build();

  private final StreamFaults toServer;
  private final StreamFaults toClient;

  private Faults(Builder builder) {
    this.toServer = builder.toServer.build();
    this.toClient = builder.toClient.build();
  }

  /** No fault: every byte goes through as it comes. */
  public static Faults none() {
    return NONE;
  }

  /** A builder that starts without a fault. */
  public static Builder builder() {
    return new Builder();
  }

  /** The same faults in both directions. */
  public static Faults both(Consumer<StreamFaultsBuilder> faults) {
    return builder().toServer(faults).toClient(faults).build();
  }

  /** Faults in the direction from client to server only. */
  public static Faults toServer(Consumer<StreamFaultsBuilder> faults) {
    return builder().toServer(faults).build();
  }

  /** Faults in the direction from server to client only. */
  public static Faults toClient(Consumer<StreamFaultsBuilder> faults) {
    return builder().toClient(faults).build();
  }

  StreamFaults of(Direction direction) {
    return direction == Direction.TO_SERVER ? toServer : toClient;
  }

  /** What goes wrong, in words: for the description of a failed test. */
  @Override
  public String toString() {
    return "to server: " + toServer.describe() + "; to client: " + toClient.describe();
  }

  /** Collects the faults of both directions. Not safe for use by several threads at once. */
  public static final class Builder {

    private final StreamFaultsBuilder toServer = new StreamFaultsBuilder();
    private final StreamFaultsBuilder toClient = new StreamFaultsBuilder();

    private Builder() {}

    /** Adds faults to the direction from client to server. */
    public Builder toServer(Consumer<StreamFaultsBuilder> faults) {
      faults.accept(toServer);
      return this;
    }

    /** Adds faults to the direction from server to client. */
    public Builder toClient(Consumer<StreamFaultsBuilder> faults) {
      faults.accept(toClient);
      return this;
    }

    /**
     * The faults as they are now.
     *
     * @throws IllegalArgumentException if faults do not go together
     */
    public Faults build() {
      return new Faults(this);
    }
  }
}
