import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Installs Maven for {@code mvnw}: fetches the zip if it is not here yet, checks its SHA-512, unpacks
 * it and moves it into place in one step, so that no other run ever sees half a Maven.
 *
 * <p>One file, run from source, because a machine with a JDK may have neither curl, unzip nor sha512sum.
 */
final class InstallMaven {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);
  private static final int MAX_REDIRECTS = 5;

  /** What the user reads instead of a stack trace. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    Refusal(String message) {
      super(message);
    }
  }

  private InstallMaven() {}

  /**
   * Runs.
   *
   * @param args the zip's path or http(s) URL, its SHA-512 in hex, a directory to work in, and the
   *     directory to install into, which must be on the same file system as the one to work in
   */
  public static void main(String[] args) {
    try {
      install(args[0], args[1], Path.of(args[2]), Path.of(args[3]));
    } catch (Refusal e) {
      refuse(e.getMessage());
    } catch (FileSystemException e) {
      refuse("cannot write " + e.getFile() + ": " + (e.getReason() == null ? e : e.getReason()));
    } catch (IOException | GeneralSecurityException e) {
      refuse("cannot install Maven: " + e);
    }
  }

  private static void refuse(String message) {
    System.err.println("mvnw: " + message);
    System.exit(1);
  }

  private static void install(String source, String sha512, Path work, Path home)
      throws Refusal, IOException, GeneralSecurityException {
    Path zip = source.matches("https?://.*") ? download(URI.create(source), work) : Path.of(source);
    check(zip, source, sha512);
    Path unpacked = unpack(zip, work.resolve("unpacked"));
    try {
      Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      // another run was faster, with the same bytes
      if (!Files.isExecutable(home.resolve("bin/mvn"))) {
        throw e;
      }
    }
  }

  // ---- fetching

  private static Path download(URI source, Path work) throws Refusal {
    Path zip = work.resolve("download.zip");
    System.err.println("mvnw: downloading " + source);
    try {
      HttpURLConnection connection = open(source);
      try (InputStream in = connection.getInputStream()) {
        long expected = connection.getContentLengthLong();
        long received = Files.copy(in, zip, StandardCopyOption.REPLACE_EXISTING);
        if (expected >= 0 && received != expected) {
          throw new IOException("the connection ended after " + received + " of " + expected + " bytes");
        }
      } finally {
        connection.disconnect();
      }
      return zip;
    } catch (IOException e) {
      String reason = e instanceof UnknownHostException ? "unknown host " + e.getMessage() : e.getMessage();
      throw new Refusal("cannot get " + source + ": " + reason + ". Put a mvn on the PATH that reaches a repository,"
          + " set https_proxy, or point MVNW_DIST_URL at a mirror of Apache's releases");
    }
  }

  /** Follows redirects by hand: HttpURLConnection will not go from http to https. */
  private static HttpURLConnection open(URI source) throws IOException {
    URI uri = source;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(proxyFor(uri));
      connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
      connection.setReadTimeout((int) READ_TIMEOUT.toMillis());
      connection.setInstanceFollowRedirects(false);
      int status = connection.getResponseCode();
      if (status == HttpURLConnection.HTTP_OK) {
        return connection;
      }
      String location = connection.getHeaderField("Location");
      connection.disconnect();
      if (status / 100 != 3 || location == null) {
        throw new IOException("the server answered " + status);
      }
      uri = uri.resolve(location);
    }
    throw new IOException("more than " + MAX_REDIRECTS + " redirects");
  }

  /** The proxy that https_proxy, http_proxy and no_proxy (or their upper-case twins) name. */
  private static Proxy proxyFor(URI uri) throws IOException {
    String setting = environment(uri.getScheme() + "_proxy");
    if (setting.isEmpty() || isExempt(uri.getHost())) {
      return Proxy.NO_PROXY;
    }
    URI proxy = URI.create(setting.contains("://") ? setting : "http://" + setting);
    if (proxy.getHost() == null) {
      throw new IOException(uri.getScheme() + "_proxy is not a URL like http://host:port");
    }
    if (proxy.getRawUserInfo() != null) {
      authenticate(proxy.getRawUserInfo());
    }
    int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
    return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port));
  }

  private static boolean isExempt(String host) {
    for (String entry : environment("no_proxy").split(",")) {
      String suffix = entry.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", "");
      String name = host.toLowerCase(Locale.ROOT);
      if (suffix.equals("*") || !suffix.isEmpty() && (name.equals(suffix) || name.endsWith("." + suffix))) {
        return true;
      }
    }
    return false;
  }

  private static void authenticate(String userInfo) {
    String[] parts = userInfo.split(":", 2);
    String user = URLDecoder.decode(parts[0], StandardCharsets.UTF_8);
    String password = parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
    // the JDK refuses Basic to a proxy for https unless told otherwise
    System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    Authenticator.setDefault(new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return getRequestorType() == RequestorType.PROXY
            ? new PasswordAuthentication(user, password.toCharArray())
            : null;
      }
    });
  }

  private static String environment(String name) {
    String value = System.getenv(name);
    if (value == null || value.isBlank()) {
      value = System.getenv(name.toUpperCase(Locale.ROOT));
    }
    return value == null ? "" : value.strip();
  }

  // ---- checking and unpacking

  private static void check(Path zip, String source, String expected)
      throws Refusal, IOException, GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-512");
    try (InputStream in = new DigestInputStream(Files.newInputStream(zip), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    String actual = HexFormat.of().formatHex(digest.digest());
    if (!actual.equalsIgnoreCase(expected)) {
      throw new Refusal("refusing " + source + ": its SHA-512 is " + actual + ", and maven-wrapper.properties pins "
          + expected);
    }
  }

  /** Unpacks into {@code target}, and returns the one directory that the zip holds. */
  private static Path unpack(Path zip, Path target) throws IOException {
    Files.createDirectories(target);
    Path root = null;
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target) || path.equals(target)) {
          throw new IOException("the zip has an entry outside of it: " + entry.getName());
        }
        root = target.resolve(target.relativize(path).getName(0));
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else {
          Files.createDirectories(path.getParent());
          Files.copy(in, path);
        }
      }
    }
    if (root == null || !root.resolve("bin/mvn").toFile().setExecutable(true, false)) {
      throw new IOException("the zip has no bin/mvn");
    }
    root.resolve("bin/mvnDebug").toFile().setExecutable(true, false);
    return root;
  }
}
