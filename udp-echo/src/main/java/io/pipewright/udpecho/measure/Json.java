package io.pipewright.udpecho.measure;

import java.util.Locale;

/** One JSON object (RFC 8259), all of it ASCII. */
final class Json {

  private final StringBuilder out = new StringBuilder("{");

  Json put(String name, String value) {
    key(name).append('"');
    value.chars().forEach(unit -> append((char) unit));
    out.append('"');
    return this;
  }

  Json put(String name, long value) {
    key(name).append(value);
    return this;
  }

  /** Three digits behind the point. */
  Json put(String name, double value) {
    key(name).append(String.format(Locale.ROOT, "%.3f", value));
    return this;
  }

  Json put(String name, boolean value) {
    key(name).append(value);
    return this;
  }

  Json put(String name, Json value) {
    key(name).append(value);
    return this;
  }

  Json putNull(String name) {
    key(name).append("null");
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

  @Override
  public String toString() {
    return out + "}";
  }
}
