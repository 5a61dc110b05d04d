package io.pipewright.launch;

import io.pipewright.pipeline.Pipeline;
import java.io.Closeable;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The extensions that a program was started with: those of its class path, and those of the jars that {@code --extensions}
 * names. Those jars see the program's classes and each other's, and where two have a class of one name the program's wins.
 */
final class PipelineCustomizers implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(PipelineCustomizers.class);

  private final List<Extension> extensions;
  private final Closeable loader;

  private PipelineCustomizers(List<Extension> extensions, Closeable loader) {
    this.extensions = extensions;
    this.loader = loader;
  }

  /**
   * Makes one of each.
   *
   * @param paths jars, and folders with jars in them; may be none
   * @return in the order in which they are called; to be closed when the program ends
   * @throws LaunchException with {@link ExitCode#USAGE} when one cannot be had; the sentence names it and its jar
   */
  static PipelineCustomizers load(List<Path> paths) {
    ClassLoader program = PipelineCustomizers.class.getClassLoader();
    if (paths.isEmpty()) {
      return new PipelineCustomizers(extensions(program), () -> {});
    }
    URLClassLoader loader =
        new URLClassLoader("extensions", ExtensionJars.of(paths).toArray(URL[]::new), program);
    List<Extension> extensions = null;
    try {
      requireSome(loader, paths);
      extensions = extensions(loader);
      return new PipelineCustomizers(extensions, loader);
    } finally {
      if (extensions == null) {
        closeQuietly(loader);
      }
    }
  }

  /** A list under another name is read by nobody, and its extension would be missing in silence. */
  private static void requireSome(URLClassLoader loader, List<Path> paths) {
    if (ProviderList.inJarsOf(loader).stream()
        .allMatch(list -> list.classNames().isEmpty())) {
      throw new LaunchException(
          ExitCode.USAGE,
          "%s: no jar there has an extension: none names a class in %s"
              .formatted(
                  String.join(", ", paths.stream().map(Path::toString).toList()),
                  ProviderList.RESOURCE));
    }
  }

  private static List<Extension> extensions(ClassLoader loader) {
    Map<String, String> jars = new LinkedHashMap<>(); // by class name: a jar may be there twice
    for (ProviderList list : ProviderList.all(loader)) {
      list.classNames().forEach(name -> jars.putIfAbsent(name, list.jar()));
    }
    return jars.entrySet().stream()
        .map(one -> Extension.load(one.getKey(), one.getValue(), loader))
        .sorted(Comparator.comparingInt(Extension::order).thenComparing(Extension::className))
        .toList();
  }

  /**
   * Gives the pipeline of a program as its extensions want it, and says in the log which they are.
   *
   * @param program the name that extensions know it by
   * @param pipeline the program's own
   * @throws LaunchException with {@link ExitCode#USAGE} when one fails; the sentence names it and its jar
   */
  Pipeline customize(String program, Pipeline pipeline) {
    Pipeline customized = pipeline;
    for (Extension extension : extensions) {
      if (extension.appliesTo(program)) {
        customized = extension.customize(program, customized);
        LOG.info("{} is customized by {}", program, extension);
      } else {
        LOG.info("{} is none of the business of {}", program, extension);
      }
    }
    return customized;
  }

  @Override
  public void close() {
    closeQuietly(loader);
  }

  private static void closeQuietly(Closeable loader) {
    try {
      loader.close();
    } catch (IOException e) {
      LOG.debug("the extensions' jars cannot be closed", e);
    }
  }
}
