package io.pipewright.pipeline;

/**
 * Changes the pipelines of programs that are already built. A jar that provides one, listed by its class name in {@code
 * META-INF/services/io.pipewright.pipeline.PipelineCustomizer}, adds handlers to every service program that is started with
 * it, by {@code --extensions JAR} or on the class path.
 *
 * <pre>{@code
 * public final class Audit implements PipelineCustomizer {
 *   public String name() {
 *     return "audit";
 *   }
 *
 *   public Pipeline customize(String program, Pipeline pipeline) {
 *     return pipeline.with(Slot.FRAMING, "audit", AuditHandler::new);
 *   }
 * }
 * }</pre>
 *
 * <p>The class is public and has a public constructor without parameters. A program makes one instance of it and calls it on
 * one thread, before it listens; whatever it throws keeps the program from starting. Servers and clients that are built by code
 * look for no customizers: they have {@code customize} and {@code pipeline}.
 */
public interface PipelineCustomizer {

  /**
   * What people call it, in the log and in errors.
   *
   * @return a word or a few, never blank
   */
  String name();

  /**
   * When it gets its turn: the lower number first, by default 0; of those with one number, the class whose name is first in
   * the alphabet. Each is given the pipeline that the one before has returned.
   */
  default int order() {
    return 0;
  }

  /**
   * Whether it has anything to do with a program.
   *
   * @param program {@code tcp-echo}, {@code udp-echo}, {@code file-transfer}, or the name of an example
   * @return by default true
   */
  default boolean appliesTo(String program) {
    return true;
  }

  /**
   * Gives the pipeline that the program's connections get. {@link Pipeline#describe()} tells what is in it.
   *
   * @param program as in {@link #appliesTo}
   * @param pipeline the program's own, as customizers before this one have left it
   * @return the same or another, never {@code null}
   */
  Pipeline customize(String program, Pipeline pipeline);
}
