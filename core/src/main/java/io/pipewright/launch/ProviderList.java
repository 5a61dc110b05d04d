package io.pipewright.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipewright.pipeline.PipelineCustomizer;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * A jar's list of the customizers that it provides, in the form of {@link java.util.ServiceLoader}: a class name a line, {@code
 * #} begins a comment. {@code ServiceLoader} itself does not say which jar a broken class comes from.
 *
 * @param jar the path of the jar, or of a folder of classes
 * @param classNames what the list names, in its order
 */
record ProviderList(String jar, List<String> classNames) {

  static final String RESOURCE = "META-INF/services/" + PipelineCustomizer.class.getName();

  /** Every list that the loader and its parents see. */
  static List<ProviderList> all(ClassLoader loader) {
    try {
      return read(loader.getResources(RESOURCE));
    } catch (IOException e) {
      throw unreadable("the class path", e);
    }
  }

  /** The lists in the loader's own jars. */
  static List<ProviderList> inJarsOf(URLClassLoader loader) {
    try {
      return read(loader.findResources(RESOURCE));
    } catch (IOException e) {
      throw unreadable("the extensions", e);
    }
  }

  private static List<ProviderList> read(Enumeration<URL> urls) {
    List<ProviderList> lists = new ArrayList<>();
    for (URL url : Collections.list(urls)) {
      lists.add(read(url));
    }
    return lists;
  }

  private static ProviderList read(URL url) {
    String jar = url.toString();
    try {
      URLConnection connection = url.openConnection();
      connection.setUseCaches(false); // a cached jar would stay open, and outlive its file
      jar = jar(connection);
      try (InputStream in = connection.getInputStream()) {
        String text = new String(in.readAllBytes(), UTF_8);
        return new ProviderList(
            jar,
            text.lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(name -> !name.isEmpty())
                .toList());
      }
    } catch (IOException e) {
      throw unreadable(jar, e);
    }
  }

  private static String jar(URLConnection connection) throws IOException {
    if (connection instanceof JarURLConnection inJar) {
      return path(inJar.getJarFileURL());
    }
    String list = path(connection.getURL());
    return list.substring(0, Math.max(0, list.length() - RESOURCE.length() - 1));
  }

  private static String path(URL url) {
    return url.getProtocol().equals("file")
        ? Path.of(URI.create(url.toString())).toString()
        : url.toString();
  }

  private static LaunchException unreadable(String where, IOException cause) {
    return new LaunchException(
        ExitCode.USAGE,
        "cannot read the list of extensions of " + where + ": " + Failures.why(cause),
        cause);
  }
}
