package io.pipewright.launch;

import io.pipewright.tcp.TcpServerBuilder;
import io.pipewright.tls.ClientAuth;
import io.pipewright.tls.ServerTls;
import io.pipewright.tls.ServerTlsBuilder;
import io.pipewright.tls.TlsProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** TLS of a TCP server, as a picocli mixin: off, unless a certificate is named. */
final class TlsServerOptions {

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = {
        "Speak TLS with this certificate and those that vouch for it (PEM); --tls-key for each.",
        "With several, the name that a client asks for chooses. Changed files are reloaded."
      })
  private List<Path> certificates = new ArrayList<>();

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The private key of the certificate (PEM), in the order of --tls-cert.")
  private List<Path> keys = new ArrayList<>();

  @Option(
      names = "--tls-pkcs12",
      paramLabel = "FILE",
      description = "Speak TLS with the certificates and keys of this PKCS#12 file.")
  private List<Path> stores = new ArrayList<>();

  @Option(
      names = "--tls-password-file",
      paramLabel = "FILE",
      description = "The first line is the password of the keys.")
  private Path passwordFile;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "Who may sign the certificates of clients (PEM).")
  private Path authorities;

  @Option(
      names = "--tls-client-auth",
      paramLabel = "WHETHER",
      defaultValue = "none",
      description = "Whether clients show a certificate: ${COMPLETION-CANDIDATES}.")
  private ClientAuth clientAuth;

  @Option(
      names = "--tls-provider",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "${COMPLETION-CANDIDATES}; auto takes boringssl where it is.")
  private TlsProvider provider;

  private final List<ServerTls> made = new ArrayList<>();

  void applyTo(TcpServerBuilder builder) {
    if (isWanted()) {
      ServerTls tls = settings().build();
      made.add(tls);
      builder.tls(tls);
      log().info("{}", tls);
    }
  }

  private boolean isWanted() {
    check(
        certificates.size() == keys.size(),
        "--tls-cert and --tls-key come in pairs, not %d and %d"
            .formatted(certificates.size(), keys.size()));
    boolean wanted = !certificates.isEmpty() || !stores.isEmpty();
    check(
        wanted || (passwordFile == null && authorities == null && clientAuth == ClientAuth.NONE),
        "TLS needs a certificate: --tls-cert with --tls-key, or --tls-pkcs12");
    check(
        (authorities == null) == (clientAuth == ClientAuth.NONE),
        "--tls-ca and --tls-client-auth optional|required go together: who may sign, and who is asked");
    return wanted;
  }

  private static void check(boolean condition, String sentence) {
    if (!condition) {
      throw new LaunchException(ExitCode.USAGE, sentence);
    }
  }

  private ServerTlsBuilder settings() {
    char[] password = PasswordFile.read(passwordFile);
    ServerTlsBuilder tls = ServerTls.builder().clientAuth(clientAuth).provider(provider);
    for (int i = 0; i < certificates.size(); i++) {
      tls.certificate(certificates.get(i), keys.get(i), password);
    }
    for (Path store : stores) {
      tls.pkcs12(store, password == null ? new char[0] : password);
    }
    if (authorities != null) {
      tls.trust(authorities);
    }
    return tls;
  }

  /** To be called when the servers that use it have ended. */
  void close() {
    made.forEach(ServerTls::close);
    made.clear();
  }

  /** Asked for when there is something to say: options are made before a program has set its log up. */
  private static Logger log() {
    return LoggerFactory.getLogger(TlsServerOptions.class);
  }
}
