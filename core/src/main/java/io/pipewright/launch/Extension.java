package io.pipewright.launch;

import io.pipewright.PipewrightException;
import io.pipewright.log.Escaped;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineCustomizer;

/**
 * One customizer, and where it is from. What it throws, whatever it is, comes out as one sentence that names it.
 *
 * @param customizer code that is not ours
 * @param name what it calls itself
 * @param order when it is called
 * @param jar the jar or folder that lists it
 */
record Extension(PipelineCustomizer customizer, String name, int order, String jar) {

  /**
   * Makes one.
   *
   * @param className as its jar lists it
   * @throws LaunchException with {@link ExitCode#USAGE} when it cannot be made
   */
  static Extension load(String className, String jar, ClassLoader loader) {
    return attempt("the extension " + Escaped.of(className) + " from " + jar, "is broken", () -> {
      PipelineCustomizer customizer = newCustomizer(Class.forName(className, true, loader));
      String name = customizer.name();
      if (name == null || name.isBlank()) {
        throw new Misfit("its name() is " + (name == null ? "null" : "blank"));
      }
      return new Extension(customizer, name, customizer.order(), jar);
    });
  }

  private static PipelineCustomizer newCustomizer(Class<?> type)
      throws ReflectiveOperationException {
    if (!PipelineCustomizer.class.isAssignableFrom(type)) {
      throw new Misfit("it does not implement " + PipelineCustomizer.class.getName());
    }
    return (PipelineCustomizer) type.getConstructor().newInstance();
  }

  String className() {
    return customizer.getClass().getName();
  }

  boolean appliesTo(String program) {
    return attempt(toString(), "failed", () -> customizer.appliesTo(program));
  }

  Pipeline customize(String program, Pipeline pipeline) {
    return attempt(toString(), "failed", () -> {
      Pipeline customized = customizer.customize(program, pipeline);
      if (customized == null) {
        throw new Misfit("its customize() returned null instead of a pipeline");
      }
      return customized;
    });
  }

  private static <T> T attempt(String who, String what, Foreign<T> call) {
    try {
      return call.get();
    } catch (Exception | LinkageError | AssertionError e) {
      throw new LaunchException(ExitCode.USAGE, who + " " + what + ": " + why(cause(e)), e);
    }
  }

  /** Takes off what only says that something failed elsewhere. */
  private static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && (cause instanceof ReflectiveOperationException
            || cause instanceof ExceptionInInitializerError
            || cause instanceof NoClassDefFoundError)) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String why(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof Misfit || cause instanceof PipewrightException) {
      return message;
    }
    if (cause instanceof ClassNotFoundException || cause instanceof NoClassDefFoundError) {
      return "there is no class " + message.replace('/', '.');
    }
    if (cause instanceof NoSuchMethodException || cause instanceof IllegalAccessException) {
      return "it must be a public class with a public constructor without parameters";
    }
    if (cause instanceof InstantiationException) {
      return "it is an abstract class";
    }
    String type = cause.getClass().getSimpleName();
    return "it threw " + (cause.getMessage() == null ? type : type + ": " + message);
  }

  /** {@code the extension audit (com.example.Audit) from /opt/audit.jar}. */
  @Override
  public String toString() {
    return "the extension " + Escaped.of(name) + " (" + className() + ") from " + jar;
  }

  /** A call of code that is not ours. */
  private interface Foreign<T> {
    T get() throws Exception;
  }

  /** It is not what an extension has to be. */
  private static final class Misfit extends RuntimeException {
    Misfit(String message) {
      super(message);
    }
  }
}
