package io.pipewright.socket;

import io.netty.channel.ConnectTimeoutException;
import io.netty.util.NetUtil;
import io.pipewright.BindFailedException;
import io.pipewright.ConnectFailedException;
import io.pipewright.address.Endpoint;
import io.pipewright.address.UnixPath;
import io.pipewright.tls.TlsHandshakeException;
import java.io.FileNotFoundException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CompletionException;

/** What the operating system and the resolver say, as the end of a sentence that a user can act on. */
public final class SocketErrors {

  /** A sentence with a hundred addresses in it tells nobody more than one with a few. */
  private static final int ADDRESSES_NAMED = 4;

  private SocketErrors() {}

  /**
   * Says why a server cannot listen.
   *
   * @param endpoint where, as the user gave it
   * @param cause why binding failed
   * @return the typed error
   */
  public static BindFailedException bindFailed(Endpoint endpoint, Throwable cause) {
    Throwable actual = unwrap(cause);
    String why = endpoint instanceof UnixPath ? whyNoSocketFile(actual) : whyNotBound(actual);
    return new BindFailedException(endpoint.toString(), why, actual);
  }

  /**
   * Says why a client cannot connect.
   *
   * @param endpoint where to, as the user gave it
   * @param limit how long an answer was waited for
   * @param cause why connecting failed
   * @return the typed error
   */
  public static ConnectFailedException connectFailed(
      Endpoint endpoint, Duration limit, Throwable cause) {
    Throwable actual = unwrap(cause);
    return actual instanceof ConnectFailedException told
        ? told
        : new ConnectFailedException(endpoint.toString(), whyNotConnected(actual, limit), actual);
  }

  /**
   * Says why none of a host's addresses could be connected to.
   *
   * @param endpoint where to, as the user gave it
   * @param limit how long an answer was waited for
   * @param failures what each address said, the first to fail first; one or more
   * @return the typed error; its cause is the first failure, with the others suppressed in it
   */
  public static ConnectFailedException connectFailed(
      Endpoint endpoint, Duration limit, Map<InetAddress, Throwable> failures) {
    Throwable first = failures.values().iterator().next();
    if (failures.size() == 1) {
      return connectFailed(endpoint, limit, first);
    }
    StringJoiner why = new StringJoiner("; ");
    failures.entrySet().stream()
        .limit(ADDRESSES_NAMED)
        .forEach(failure -> why.add(NetUtil.toAddressString(failure.getKey()) + " "
            + whyNotConnected(failure.getValue(), limit)));
    if (failures.size() > ADDRESSES_NAMED) {
      why.add("and " + (failures.size() - ADDRESSES_NAMED) + " more addresses");
    }
    failures.values().stream().filter(cause -> cause != first).forEach(first::addSuppressed);
    return new ConnectFailedException(endpoint.toString(), why.toString(), first);
  }

  /**
   * Resolves a name by the JDK. It may block for seconds: never call it on an event loop.
   *
   * @param host a name or a numeric address
   * @param port a port
   * @return the address
   * @throws UnknownHostException if there is no such host
   */
  public static InetSocketAddress resolve(String host, int port) throws UnknownHostException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new UnknownHostException(host);
    }
    return address;
  }

  private static String whyNotBound(Throwable cause) {
    String said = said(cause);
    if (said.contains("in use")) {
      return "the port is already in use; stop the other program or take another port (0 takes a free one)";
    }
    if (said.contains("permission denied")) {
      return "permission denied; a port below 1024 needs a privilege";
    }
    if (said.contains("assign requested address")) {
      return "that is no address of this machine";
    }
    return isUnknownHost(cause) ? "unknown host" : firstLine(cause);
  }

  private static String whyNoSocketFile(Throwable cause) {
    String said = said(cause);
    if (said.contains("in use") || said.contains("exists")) {
      return "a server listens there already, or the file is no socket";
    }
    if (said.contains("permission denied")) {
      return "permission denied; this process may not make a file there";
    }
    return said.contains("no such file") || cause instanceof FileNotFoundException
        ? "there is no such folder"
        : firstLine(cause);
  }

  private static String whyNotConnected(Throwable cause, Duration limit) {
    if (cause instanceof TlsHandshakeException handshake) {
      return handshake.getMessage();
    }
    String said = said(cause);
    if (cause instanceof ConnectTimeoutException || said.contains("timed out")) {
      return "no answer within " + limit.toMillis() + " ms";
    }
    if (said.contains("refused")) {
      return "connection refused: nothing listens there";
    }
    if (said.contains("no such file") || cause instanceof FileNotFoundException) {
      return "there is no such socket";
    }
    if (said.contains("unreachable") || said.contains("no route")) {
      return "no route to that host";
    }
    return isUnknownHost(cause) ? "unknown host" : firstLine(cause);
  }

  private static boolean isUnknownHost(Throwable cause) {
    return cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException;
  }

  private static String said(Throwable cause) {
    return String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
  }

  private static String firstLine(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse(message);
  }

  private static Throwable unwrap(Throwable cause) {
    return cause instanceof CompletionException && cause.getCause() != null
        ? cause.getCause()
        : cause;
  }
}
