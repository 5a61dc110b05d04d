package io.pipewright.launch;

import io.pipewright.tcp.TcpClientBuilder;
import io.pipewright.tls.ClientTls;
import io.pipewright.tls.ClientTlsBuilder;
import io.pipewright.tls.TlsProvider;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** TLS of a TCP client, as a picocli mixin. */
final class TlsClientOptions {

  @Option(names = "--tls", description = "Speak TLS, and verify the server.")
  private boolean tls;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "Who may sign the server's certificate (PEM); without it, whom Java trusts.")
  private Path authorities;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Our own certificate (PEM), for a server that asks for one.")
  private Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The private key of --tls-cert (PEM).")
  private Path key;

  @Option(
      names = "--tls-password-file",
      paramLabel = "FILE",
      description = "The first line is the password of --tls-key.")
  private Path passwordFile;

  @Option(
      names = "--tls-server-name",
      paramLabel = "NAME",
      description = "Ask for this name, and verify it, instead of the host that is connected to.")
  private String serverName;

  @Option(
      names = "--tls-insecure",
      description = "Verify nothing: anybody on the line can read and change everything.")
  private boolean insecure;

  @Option(
      names = "--tls-provider",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "${COMPLETION-CANDIDATES}; auto takes boringssl where it is.")
  private TlsProvider provider;

  boolean isOn() {
    return tls;
  }

  void applyTo(TcpClientBuilder builder) {
    boolean details = authorities != null
        || certificate != null
        || key != null
        || passwordFile != null
        || serverName != null
        || insecure;
    check(tls || !details, "the options --tls-… need --tls");
    check((certificate == null) == (key == null), "--tls-cert and --tls-key go together");
    check(passwordFile == null || key != null, "--tls-password-file needs --tls-key");
    check(
        !insecure || authorities == null,
        "--tls-insecure verifies nothing, and --tls-ca says by whom to verify: take one of them");
    if (tls) {
      builder.tls(settings().build());
    }
  }

  private static void check(boolean condition, String sentence) {
    if (!condition) {
      throw new LaunchException(ExitCode.USAGE, sentence);
    }
  }

  private ClientTlsBuilder settings() {
    ClientTlsBuilder settings = ClientTls.builder().provider(provider);
    if (authorities != null) {
      settings.trust(authorities);
    }
    if (certificate != null) {
      settings.certificate(certificate, key, PasswordFile.read(passwordFile));
    }
    if (serverName != null) {
      settings.serverName(serverName);
    }
    return insecure ? settings.trustAnybody() : settings;
  }
}
