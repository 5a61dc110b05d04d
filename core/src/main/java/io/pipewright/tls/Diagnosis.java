package io.pipewright.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * What was wrong when a handshake failed, told from what the engines throw: each has its own words, and only words, for the
 * same mistakes.
 */
final class Diagnosis {

  private static final int MAX_CAUSES = 10;

  /** The JDK says {@code Received fatal alert: unknown_ca}, BoringSSL {@code TLSV1_ALERT_UNKNOWN_CA}. */
  private static final Pattern ALERT =
      Pattern.compile("(?:fatal alert: |_alert_)([a-z_0-9]+)", Pattern.CASE_INSENSITIVE);

  private final boolean server;
  private final List<Throwable> causes = new ArrayList<>();
  private final String said;

  private Diagnosis(Throwable failure, boolean server) {
    this.server = server;
    Throwable cause = failure;
    while (cause != null && causes.size() < MAX_CAUSES) {
      causes.add(cause);
      cause = cause.getCause();
    }
    this.said = causes.stream()
        .map(one -> String.valueOf(one.getMessage()))
        .collect(Collectors.joining("\n"))
        .toLowerCase(Locale.ROOT);
  }

  /**
   * Says what was wrong.
   *
   * @param failure what the engine or the socket threw
   * @param server whether we are the server
   */
  static TlsHandshakeException of(Throwable failure, boolean server) {
    Diagnosis diagnosis = new Diagnosis(failure, server);
    TlsFailure kind = diagnosis.kind();
    return new TlsHandshakeException(kind, diagnosis.reason(kind), failure);
  }

  /** The alert that ended a connection after its handshake, as a refusal: TLS 1.3 refuses a client only then. */
  static Optional<TlsHandshakeException> ofAlert(Throwable failure, boolean server) {
    Diagnosis diagnosis = new Diagnosis(failure, server);
    return diagnosis.alert().map(alert -> of(failure, server));
  }

  private TlsFailure kind() {
    if (has(SslHandshakeTimeoutException.class)) {
      return TlsFailure.TIMEOUT;
    }
    if (has(NotSslRecordException.class) || says("http_request", "https_proxy_request")) {
      return TlsFailure.PLAINTEXT;
    }
    if (alert().isPresent()) {
      return ofAlertNamed(alert().get());
    }
    if (has(CertificateException.class)
        || says("pkix path", "certpath", "no trusted certificate")) {
      return ofCertificate();
    }
    if (says("empty client certificate chain", "peer_did_not_return_a_certificate")) {
      return TlsFailure.CERTIFICATE_REQUIRED;
    }
    if (says("unsupported_protocol", "requested protocol", "selected protocol version")) {
      return TlsFailure.NO_COMMON_PROTOCOL;
    }
    if (says("no cipher suites in common", "no_shared_cipher", "unable to find key material")
        || says("no_common_signature_algorithms", "no available authentication scheme")) {
      return TlsFailure.NO_COMMON_CIPHER;
    }
    return isClosed() ? TlsFailure.CLOSED : TlsFailure.MALFORMED;
  }

  private TlsFailure ofCertificate() {
    if (has(CertificateExpiredException.class) || has(CertificateNotYetValidException.class)) {
      return TlsFailure.EXPIRED;
    }
    if (says("no subject alternative", "no name matching", "illegal given domain name")) {
      return TlsFailure.WRONG_HOST;
    }
    return says("unable to find valid certification path", "does not chain with", "no trust anchor")
            || says("no trusted certificate", "path building failed")
        ? TlsFailure.UNKNOWN_CA
        : TlsFailure.BAD_CERTIFICATE;
  }

  private static TlsFailure ofAlertNamed(String alert) {
    return switch (alert) {
      case "protocol_version" -> TlsFailure.NO_COMMON_PROTOCOL;
      case "certificate_required" -> TlsFailure.CERTIFICATE_REQUIRED;
      case "decode_error", "illegal_parameter", "unexpected_message", "bad_record_mac" ->
        TlsFailure.MALFORMED;
      default -> TlsFailure.REFUSED_BY_PEER;
    };
  }

  private boolean isClosed() {
    boolean fromSocket = causes.stream()
        .anyMatch(one -> one instanceof IOException && !(one instanceof SSLException));
    return has(ClosedChannelException.class)
        || fromSocket
        || says("inbound closed", "while in progress");
  }

  private String reason(TlsFailure kind) {
    String peer = server ? "the client" : "the server";
    String its = peer + "'s certificate ";
    return switch (kind) {
      case PLAINTEXT -> peer + " does not speak TLS here";
      case NO_COMMON_PROTOCOL -> peer + " speaks no version of TLS that is allowed here";
      case NO_COMMON_CIPHER -> "no cipher suite, or type of certificate, suits both ends";
      case UNKNOWN_CA -> its + "is not signed by anyone whom we trust";
      case EXPIRED ->
        its + (has(CertificateExpiredException.class) ? "has expired" : "is not valid yet");
      case WRONG_HOST -> its + "is for other names: " + wrongHost();
      case CERTIFICATE_REQUIRED ->
        server ? "the client sent no certificate" : "the server requires a certificate of us";
      case BAD_CERTIFICATE -> its + "will not do: " + last();
      case REFUSED_BY_PEER -> peer + " refused with the alert " + alert().orElse("of unknown kind");
      case TIMEOUT -> "it was not done in time";
      case CLOSED -> peer + " closed the connection in the middle of it";
      case MALFORMED -> peer + " broke the rules: " + last();
    };
  }

  private String wrongHost() {
    return causes.stream()
        .filter(CertificateException.class::isInstance)
        .map(Throwable::getMessage)
        .reduce((outer, inner) -> inner)
        .orElse("");
  }

  /** What lies at the bottom, on one line. */
  private String last() {
    Throwable bottom = causes.get(causes.size() - 1);
    String message = bottom.getMessage();
    return message == null
        ? bottom.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }

  private Optional<String> alert() {
    Matcher matcher = ALERT.matcher(said);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private boolean has(Class<? extends Throwable> kind) {
    return causes.stream().anyMatch(kind::isInstance);
  }

  private boolean says(String... parts) {
    for (String part : parts) {
      if (said.contains(part)) {
        return true;
      }
    }
    return false;
  }
}
