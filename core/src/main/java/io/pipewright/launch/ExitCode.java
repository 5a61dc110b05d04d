package io.pipewright.launch;

/**
 * The exit codes of every program. Scripts rely on them, so a number never changes its meaning.
 *
 * <p>A program that is killed by a signal it does not handle ends with the platform's own code (128
 * plus the signal's number).
 */
public final class ExitCode {

  /** Done. */
  public static final int OK = 0;

  /** Failed for a reason that has no code of its own. */
  public static final int FAILED = 1;

  /** The command line, the environment or the config file is wrong. */
  public static final int USAGE = 2;

  /** The address to listen on is taken, not ours, or not permitted. */
  public static final int CANNOT_LISTEN = 3;

  /** Nothing listens there, or the host is unknown or out of reach. */
  public static final int CANNOT_CONNECT = 4;

  /** No answer within the time allowed. */
  public static final int TIMED_OUT = 5;

  /** The peer refused, or does not have what was asked for. */
  public static final int REFUSED = 6;

  /** What arrived is not what was sent. */
  public static final int INTEGRITY = 7;

  /** The file changed while it was read. */
  public static final int CHANGED = 8;

  /** A local file, or standard output, cannot be written. */
  public static final int CANNOT_WRITE = 9;

  /** Stopped by force: something was still at work when the grace ended. */
  public static final int FORCED = 10;

  private ExitCode() {}
}
