package io.pipewright;

/**
 * A setting that cannot work, found by a setter or by {@code build()}: before a socket is opened,
 * never when the first client comes.
 */
public final class ConfigurationException extends PipewrightException {

  private final String field;
  private final transient Object value;

  /**
   * @param field the setting's name, as the builder calls it
   * @param value the value that was given; {@code null} if none was
   * @param sentence what is wrong with it and what would do
   */
  public ConfigurationException(String field, Object value, String sentence) {
    super(field + ": " + sentence);
    this.field = field;
    this.value = value;
  }

  /** The setting's name. */
  public String field() {
    return field;
  }

  /** The value that was given, or {@code null}. */
  public Object value() {
    return value;
  }
}
