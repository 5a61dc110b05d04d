package io.pipewright.launch;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The jars that {@code --extensions} stands for. A class loader would pass over a missing or broken one in silence. */
final class ExtensionJars {

  private ExtensionJars() {}

  /**
   * Every jar that is named, and those of each folder by their names.
   *
   * @throws LaunchException with {@link ExitCode#USAGE} for one that is no jar, or a folder without jars
   */
  static List<URL> of(List<Path> paths) {
    List<URL> urls = new ArrayList<>();
    for (Path path : paths) {
      try {
        for (Path jar : Files.isDirectory(path) ? jarsIn(path) : List.of(path)) {
          urls.add(checked(jar));
        }
      } catch (IOException e) {
        throw refused(path, Failures.why(e), e);
      }
    }
    return urls;
  }

  private static List<Path> jarsIn(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> jars =
          entries.filter(entry -> entry.toString().endsWith(".jar")).sorted().toList();
      if (jars.isEmpty()) {
        throw refused(folder, "there is no jar in it", null);
      }
      return jars;
    }
  }

  private static URL checked(Path jar) throws MalformedURLException {
    try {
      new ZipFile(jar.toFile()).close();
      return jar.toUri().toURL();
    } catch (ZipException e) {
      throw refused(jar, "it is not a jar", e);
    } catch (IOException e) {
      throw refused(jar, Failures.why(e), e);
    }
  }

  private static LaunchException refused(Path path, String why, Throwable cause) {
    return new LaunchException(
        ExitCode.USAGE, "--extensions: cannot take " + path + ": " + why, cause);
  }
}
