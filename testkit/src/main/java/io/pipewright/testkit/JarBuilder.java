package io.pipewright.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Makes a jar of sources that a test writes down, as somebody would who extends a program without its sources. */
public final class JarBuilder {

  private final List<JavaFileObject> sources = new ArrayList<>();
  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  /**
   * Adds a class.
   *
   * @param className with its package
   * @param code the whole file; compiled with the test's own class path
   * @return this
   */
  public JarBuilder source(String className, String code) {
    sources.add(new SourceText(className, code));
    return this;
  }

  /**
   * Adds a text.
   *
   * @param name with its folders
   * @param text in UTF-8
   * @return this
   */
  public JarBuilder entry(String name, String text) {
    entries.put(name, text.getBytes(UTF_8));
    return this;
  }

  /**
   * Compiles and writes the jar.
   *
   * @param jar where
   * @return {@code jar}
   * @throws IOException if it cannot be written
   * @throws IllegalArgumentException if a source does not compile
   */
  public Path write(Path jar) throws IOException {
    Path classes = Files.createTempDirectory("classes");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      compile(classes);
      List<Path> files;
      try (Stream<Path> tree = Files.walk(classes)) {
        files = tree.filter(Files::isRegularFile).sorted().toList();
      }
      for (Path file : files) {
        put(out, classes.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        put(out, entry.getKey(), entry.getValue());
      }
    } finally {
      delete(classes);
    }
    return jar;
  }

  private void compile(Path classes) throws IOException {
    if (sources.isEmpty()) {
      return;
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
      List<String> options = List.of(
          "-proc:none",
          "-d",
          classes.toString(),
          "--class-path",
          System.getProperty("java.class.path"));
      if (!compiler.getTask(said, files, null, options, null, sources).call()) {
        throw new IllegalArgumentException("does not compile:\n" + said);
      }
    }
  }

  private static void put(JarOutputStream out, String name, byte[] bytes) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(bytes);
    out.closeEntry();
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }

  private static final class SourceText extends SimpleJavaFileObject {

    private final String code;

    SourceText(String className, String code) {
      super(URI.create("memory:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
      this.code = code;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return code;
    }
  }
}
