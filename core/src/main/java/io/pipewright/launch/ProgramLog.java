package io.pipewright.launch;

/**
 * Points Logback at the programs' set-up. It has to happen before anything logs, because Logback
 * reads its properties once. A user's own {@code -Dlogback.configurationFile} wins, and so does
 * each {@code -Dpipewright.log.…} of the set-up.
 */
final class ProgramLog {

  private static final String SET_UP = "io/pipewright/launch/logback.xml";

  private ProgramLog() {}

  static void setUp(boolean verbose) {
    unlessSet("logback.configurationFile", SET_UP);
    unlessSet("pipewright.log.charset", Encodings.error().name());
    if (verbose) {
      unlessSet("pipewright.log.level", "DEBUG");
      unlessSet("pipewright.log.message", "%replace(%msg){'[\\r\\n]+', ' '}"); // the trace follows
    }
  }

  private static void unlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
