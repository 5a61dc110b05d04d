package io.pipewright.testkit.fault;

import java.util.function.Consumer;

/**
 * What goes wrong with datagrams through a {@link UdpFaultRelay}: an immutable value, made by a
 * builder. The faults of a direction work in this order: drop, truncate, corrupt, duplicate, delay,
 * reorder.
 *
 * <pre>{@code
 * DatagramFaults.builder()
 *     .toServer(datagrams -> datagrams.drop(0.1).dropNumbers(1))
 *     .toClient(datagrams -> datagrams.duplicate(0.5))
 *     .build()
 * }</pre>
 */
public final class DatagramFaults {

  private static final DatagramFaults NONE = builder().build();

  private final Fates toServer;
  private final Fates toClient;

  private DatagramFaults(Builder builder) {
    this.toServer = builder.toServer.build();
    this.toClient = builder.toClient.build();
  }

  /** No fault: every datagram goes through as it comes. */
  public static DatagramFaults none() {
    return NONE;
  }

  /** A builder that starts without a fault. */
  public static Builder builder() {
    return new Builder();
  }

  /** The same faults in both directions. */
  public static DatagramFaults both(Consumer<DatagramFaultsBuilder> faults) {
    return builder().toServer(faults).toClient(faults).build();
  }

  /** Faults in the direction from client to server only. */
  public static DatagramFaults toServer(Consumer<DatagramFaultsBuilder> faults) {
    return builder().toServer(faults).build();
  }

  /** Faults in the direction from server to client only. */
  public static DatagramFaults toClient(Consumer<DatagramFaultsBuilder> faults) {
    return builder().toClient(faults).build();
  }

  Fates of(Direction direction) {
    return direction == Direction.TO_SERVER ? toServer : toClient;
  }

  /** Collects the faults of both directions. Not safe for use by several threads at once. */
  public static final class Builder {

    private final DatagramFaultsBuilder toServer = new DatagramFaultsBuilder();
    private final DatagramFaultsBuilder toClient = new DatagramFaultsBuilder();

    private Builder() {}

    /** Adds faults to the direction from client to server. */
    public Builder toServer(Consumer<DatagramFaultsBuilder> faults) {
      faults.accept(toServer);
      return this;
    }

    /** Adds faults to the direction from server to client. */
    public Builder toClient(Consumer<DatagramFaultsBuilder> faults) {
      faults.accept(toClient);
      return this;
    }

    /** The faults as they are now. */
    public DatagramFaults build() {
      return new DatagramFaults(this);
    }
  }
}
