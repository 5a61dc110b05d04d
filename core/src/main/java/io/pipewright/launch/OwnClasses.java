package io.pipewright.launch;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.jar.JarFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the classes that a running server may still need, while they can be had.
 *
 * <p>Java loads a class when it is first used, and those of a drain are first used when the server is told to stop. If the
 * program's jar was overwritten by then, as by an upgrade in place, they are not where the JVM looks for them, and a server that
 * has served for months could not even end. So they are loaded soon after the start, beside the serving.
 * Nothing is initialized by that.
 */
final class OwnClasses {

  private static final Logger LOG = LoggerFactory.getLogger(OwnClasses.class);

  /** What serves, drains, ends event loops, and gives the exit code to the command line. */
  private static final List<String> NEEDED = List.of(
      "io/pipewright/",
      "io/netty/bootstrap/",
      "io/netty/buffer/",
      "io/netty/channel/",
      "io/netty/handler/",
      "io/netty/util/",
      "picocli/");

  private static final String SUFFIX = ".class";

  private OwnClasses() {}

  /** Loads them on a thread of their own, which ends when that is done and keeps no process alive. */
  static void loadInBackground() {
    Thread thread = new Thread(OwnClasses::load, "pipewright-classes");
    thread.setDaemon(true);
    thread.start();
  }

  private static void load() {
    try {
      CodeSource source = OwnClasses.class.getProtectionDomain().getCodeSource();
      URL location = source == null ? null : source.getLocation();
      if (location == null || !Files.isRegularFile(Path.of(location.toURI()))) {
        return; // classes in a folder are replaced one by one, if at all
      }
      try (JarFile jar = new JarFile(Path.of(location.toURI()).toFile())) {
        long loaded = jar.stream()
            .map(entry -> entry.getName())
            .filter(OwnClasses::isNeeded)
            .filter(OwnClasses::load)
            .count();
        LOG.debug("{} classes are loaded: {} is not needed any more", loaded, jar.getName());
      }
    } catch (IOException | URISyntaxException | RuntimeException e) {
      LOG.debug("not all classes could be loaded ahead", e);
    }
  }

  private static boolean isNeeded(String entry) {
    return entry.endsWith(SUFFIX) && NEEDED.stream().anyMatch(entry::startsWith);
  }

  private static boolean load(String entry) {
    String name = entry.substring(0, entry.length() - SUFFIX.length()).replace('/', '.');
    try {
      Class.forName(name, false, OwnClasses.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false; // it extends something that the program can do without, and so is never used
    }
  }
}
