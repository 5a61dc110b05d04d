package io.pipewright.capture;

import io.pipewright.ConfigurationException;
import io.pipewright.address.Cidr;
import io.pipewright.address.CidrSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** Settings of a {@link Capture}; all defaults stand here. Not thread-safe. */
public final class CaptureBuilder {

  private Path file;
  private CidrSet only;
  private long maxBytes = 64L << 20;
  private Duration maxDuration = Duration.ofMinutes(1);
  private int maxPayload = Packet.MAX_PAYLOAD;
  private long maxQueuedBytes = 8L << 20;

  CaptureBuilder() {}

  /**
   * Where to write. The file is made when the capture starts, must not be there before, and is its owner's to read alone where
   * the file system can tell: it holds what TLS hides.
   *
   * @param file a file that does not exist, in a folder that does
   * @return this
   */
  public CaptureBuilder file(Path file) {
    this.file = Objects.requireNonNull(file, "file");
    return this;
  }

  /**
   * Records the peers of these networks alone, and with that none on Unix domain sockets. Default: all peers.
   *
   * @param peers networks of peers
   * @return this
   */
  public CaptureBuilder only(CidrSet peers) {
    this.only = Objects.requireNonNull(peers, "peers");
    return this;
  }

  /**
   * As {@link #only(CidrSet)}.
   *
   * @param peers networks of peers
   * @return this
   */
  public CaptureBuilder only(Cidr... peers) {
    return only(CidrSet.of(peers));
  }

  /**
   * How long the file may become. Default 64 MiB.
   *
   * @param bytes {@value PcapFile#HEADER_BYTES}, which is a file without packets, or more
   * @return this
   * @throws ConfigurationException if less
   */
  public CaptureBuilder maxBytes(long bytes) {
    this.maxBytes = atLeast(PcapFile.HEADER_BYTES, "maxBytes", bytes);
    return this;
  }

  /**
   * How long to record. Default one minute.
   *
   * @param duration more than zero
   * @return this
   * @throws ConfigurationException if zero or negative
   */
  public CaptureBuilder maxDuration(Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new ConfigurationException(
          "maxDuration", duration, "must be more than zero, not " + duration);
    }
    this.maxDuration = duration;
    return this;
  }

  /**
   * How many bytes of a packet's payload are recorded; a packet carries at most {@value Packet#MAX_PAYLOAD}, so that what is
   * read or written at once may be several packets. What is cut off still counts in lengths and sequence numbers. Default all.
   *
   * @param snapLength bytes, 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public CaptureBuilder maxPayload(int snapLength) {
    this.maxPayload = (int) atLeast(0, "maxPayload", snapLength);
    return this;
  }

  /**
   * How much memory packets may take that wait for the disk; what comes while it is full is dropped and counted. Default 8 MiB.
   *
   * @param bytes 65,536 or more
   * @return this
   * @throws ConfigurationException if less
   */
  public CaptureBuilder maxQueuedBytes(long bytes) {
    this.maxQueuedBytes = atLeast(65_536, "maxQueuedBytes", bytes);
    return this;
  }

  private static long atLeast(long least, String field, long value) {
    if (value < least) {
      throw new ConfigurationException(field, value, "must be " + least + " or more, not " + value);
    }
    return value;
  }

  /**
   * Makes the file and starts recording. Opens a file: not for event loops.
   *
   * @return a capture that no connection is attached to yet, to be closed by the caller
   * @throws ConfigurationException if no file was named, or it cannot be made: which, and why
   */
  public Capture start() {
    if (file == null) {
      throw new ConfigurationException("file", null, "name the file to write");
    }
    try {
      return new Capture(this, PcapFile.create(file, maxBytes));
    } catch (IOException | UnsupportedOperationException e) {
      throw new ConfigurationException("file", file, PcapFile.whyNot(file, e));
    }
  }

  /** A capture whose file is given, for the tests. */
  Capture start(PcapFile opened) {
    return new Capture(this, opened);
  }

  Path file() {
    return file;
  }

  /** The peers to record; {@code null} for all. */
  CidrSet only() {
    return only;
  }

  long maxBytes() {
    return maxBytes;
  }

  Duration maxDuration() {
    return maxDuration;
  }

  int maxPayload() {
    return maxPayload;
  }

  long maxQueuedBytes() {
    return maxQueuedBytes;
  }
}
