package io.pipewright.capture;

import java.util.Objects;
import java.util.Optional;

/**
 * How a capture ended, and what its file holds.
 *
 * @param reason why
 * @param packets how many packets the file holds
 * @param bytes how long the file is
 * @param dropped how many packets passed while the disk was too slow for them, or failed
 * @param failure what the disk said, if the reason is {@link Reason#FAILED}
 */
public record CaptureEnd(
    Reason reason, long packets, long bytes, long dropped, Optional<Exception> failure) {

  /** Why a capture ended. */
  public enum Reason {
    /** By {@link Capture#close} or one of its relatives. */
    CLOSED,
    /** The file has its largest size: the next packet did not fit. */
    MAX_BYTES,
    /** Its time was over. */
    MAX_DURATION,
    /** The file could not be written any further; what is in it is whole. */
    FAILED
  }

  /** Refuses nulls. */
  public CaptureEnd {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(failure, "failure");
  }
}
