package io.pipewright.launch;

/** System properties of libraries that a program sets for itself, each unless its user has. */
final class LibraryDefaults {

  /** Netty's own events in Java's flight recorder: to load them takes a tenth of a second or two, recorded or not. */
  private static final String NETTY_EVENTS = "io.netty.jfr.enabled";

  private LibraryDefaults() {}

  /** Has to happen before Netty is first used. */
  static void apply() {
    unlessSet(NETTY_EVENTS, "false");
  }

  static void unlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
