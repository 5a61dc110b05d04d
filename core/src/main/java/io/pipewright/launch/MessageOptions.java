package io.pipewright.launch;

import io.pipewright.address.Endpoint;
import io.pipewright.address.HostPort;
import io.pipewright.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The options of every client that sends messages, as a picocli mixin: to whom, what and how often,
 * in which charset.
 */
public final class MessageOptions {

  @Parameters(
      paramLabel = "HOST:PORT",
      description = "Whom to ask; over TCP also unix:PATH, a Unix domain socket.")
  private Endpoint target;

  @Option(names = "--message", paramLabel = "TEXT", description = "Send this instead of asking.")
  private String message;

  @Option(
      names = "--count",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = {"Send --message so many times.", "  Default: 1"})
  private Integer count;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "0s",
      description = "Wait so long from one --message to the next.")
  private Duration interval;

  @Option(
      names = "--charset",
      paramLabel = "NAME",
      defaultValue = "UTF-8",
      description = "The charset of what is sent.")
  private Charset charset;

  @Option(
      names = "--reply-charset",
      paramLabel = "NAME",
      description =
          "The charset of what comes back, by default that of what is sent; bytes that are no text"
              + " show as U+FFFD.")
  private Charset replyCharset;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, io_uring, epoll, kqueue or nio.")
  private Transport transport;

  /** Whom to ask. */
  public Endpoint target() {
    return target;
  }

  /**
   * Whom to send datagrams to.
   *
   * @throws LaunchException with {@link ExitCode#USAGE} when the target has no host and port
   */
  public HostPort datagramTarget() {
    if (target instanceof HostPort hostPort) {
      return hostPort;
    }
    throw new LaunchException(ExitCode.USAGE, "datagrams go to HOST:PORT, not to " + target);
  }

  /** What to send; empty to ask at a prompt. */
  public Optional<String> message() {
    return Optional.ofNullable(message);
  }

  /** How many times to send the message: once, unless it was said. */
  public int count() {
    return count == null ? 1 : count;
  }

  /** How many times, if it was said. */
  public OptionalInt countIfGiven() {
    return count == null ? OptionalInt.empty() : OptionalInt.of(count);
  }

  /** How long to wait from one message to the next. */
  public Duration interval() {
    return interval;
  }

  /** The charset of what is sent. */
  public Charset charset() {
    return charset;
  }

  /** The charset of what comes back. */
  public Charset replyCharset() {
    return replyCharset == null ? charset : replyCharset;
  }

  /** The transport asked for. */
  public Transport transport() {
    return transport;
  }

  /**
   * The text's bytes in {@code --charset}.
   *
   * @throws LaunchException with {@link ExitCode#USAGE} when the charset lacks a character of it
   */
  public byte[] encoded(String text) {
    try {
      ByteBuffer bytes = charset.newEncoder().encode(CharBuffer.wrap(text));
      byte[] encoded = new byte[bytes.remaining()];
      bytes.get(encoded);
      return encoded;
    } catch (CharacterCodingException e) {
      throw new LaunchException(
          ExitCode.USAGE, "--charset " + charset + " has not all characters of the message", e);
    }
  }
}
