package io.pipewright.log;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One JSON object (RFC 8259) on one line, all of it ASCII: whatever the locale, and whatever a name holds, a reader gets the
 * characters back and a terminal shows nothing else. A value that is not known is left out.
 */
public final class JsonLine {

  private final StringBuilder out = new StringBuilder("{");

  /** An object whose first member says what it tells of. */
  public static JsonLine event(String kind) {
    return new JsonLine().put("event", kind);
  }

  /** Adds a text. */
  public JsonLine put(String name, String value) {
    key(name).append('"');
    value.chars().forEach(unit -> append((char) unit));
    out.append('"');
    return this;
  }

  /** Adds a whole number. */
  public JsonLine put(String name, long value) {
    key(name).append(value);
    return this;
  }

  /** Adds a number, with three digits behind the point. */
  public JsonLine put(String name, double value) {
    key(name).append(String.format(Locale.ROOT, "%.3f", value));
    return this;
  }

  /** Adds an object as it is now. */
  public JsonLine put(String name, JsonLine value) {
    key(name).append(value);
    return this;
  }

  /** Adds a member without a value. */
  public JsonLine putNull(String name) {
    key(name).append("null");
    return this;
  }

  /** Adds a yes or no. */
  public JsonLine put(String name, boolean value) {
    key(name).append(value);
    return this;
  }

  /** Adds a text that there may be. */
  public JsonLine put(String name, Optional<String> value) {
    value.ifPresent(text -> put(name, text));
    return this;
  }

  /** Adds a number that there may be. */
  public JsonLine put(String name, OptionalLong value) {
    value.ifPresent(number -> put(name, number));
    return this;
  }

  private StringBuilder key(String name) {
    if (out.length() > 1) {
      out.append(',');
    }
    return out.append('"').append(name).append("\":");
  }

  private void append(char unit) {
    if (unit == '"' || unit == '\\') {
      out.append('\\').append(unit);
    } else if (unit < ' ' || unit > '~') {
      out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
    } else {
      out.append(unit);
    }
  }

  /** The object, without a line's end. */
  @Override
  public String toString() {
    return out + "}";
  }
}
