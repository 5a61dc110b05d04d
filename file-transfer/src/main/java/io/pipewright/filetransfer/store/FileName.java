package io.pipewright.filetransfer.store;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A file's name as it travels: components divided by {@code /}, relative to the shared folder, in
 * UTF-8. An instance is harmless by its spelling: no component is empty, {@code .} or {@code ..},
 * and none holds a backslash, a NUL or another control character. What its components
 * <em>are</em>, only {@link SharedFolder} can tell. Names are equal by their code points: neither
 * case nor Unicode normalisation makes two spellings one.
 */
public final class FileName implements Naming {

  /** The longest name, in bytes of UTF-8. */
  public static final int MAX_BYTES = 1024;

  private final List<String> components;

  private FileName(List<String> components) {
    this.components = components;
  }

  /**
   * Judges a name by its spelling.
   *
   * @param utf8 the bytes as they came, without a terminator
   * @return a {@code FileName}, or why there is none
   */
  public static Naming parse(byte[] utf8) {
    if (utf8.length > MAX_BYTES) {
      return new Refused("the name is longer than " + MAX_BYTES + " bytes");
    }
    String name;
    try {
      name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      return new Refused("the name is not UTF-8");
    }
    return parse(name);
  }

  /**
   * Judges a name by its spelling.
   *
   * @param name the name, without a terminator
   * @return a {@code FileName}, or why there is none
   */
  public static Naming parse(String name) {
    if (name.isEmpty()) {
      return new Refused("the name is empty");
    }
    if (name.startsWith("/")) {
      return new Refused("the name is absolute");
    }
    boolean ascii = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '\\') {
        return new Refused("the name has a backslash");
      }
      if (Character.isISOControl(c)) {
        return new Refused("the name has a control character");
      }
      ascii &= c < 0x80;
    }
    if (!ascii && !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      return new Refused("the name is not Unicode");
    }
    int bytes = ascii ? name.length() : name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      return new Refused("the name is longer than " + MAX_BYTES + " bytes");
    }
    return ofComponents(name.indexOf('/') < 0 ? List.of(name) : List.of(name.split("/", -1)));
  }

  private static Naming ofComponents(List<String> components) {
    for (String component : components) {
      if (component.isEmpty()) {
        return new Refused("the name has an empty component");
      }
      if (component.equals(".") || component.equals("..")) {
        return new Refused("the name has the component " + component);
      }
    }
    return new FileName(components);
  }

  /**
   * A name that is known to be harmless, such as one in a program.
   *
   * @param name the name, without a terminator
   * @throws IllegalArgumentException if it is not, with the reason
   */
  public static FileName of(String name) {
    if (parse(name) instanceof FileName harmless) {
      return harmless;
    }
    throw new IllegalArgumentException(
        "cannot be a file's name: " + ((Refused) parse(name)).reason());
  }

  /** Its components, from the outermost folder to the file; one at least. */
  public List<String> components() {
    return components;
  }

  /** The folders to walk through, from the outermost; none if the file lies in the root. */
  List<String> folders() {
    return components.subList(0, components.size() - 1);
  }

  /** The name of the file itself, without its folders. */
  public String last() {
    return components.get(components.size() - 1);
  }

  /** The name as it travels, in UTF-8. */
  public byte[] toBytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileName name && name.components.equals(components);
  }

  @Override
  public int hashCode() {
    return components.hashCode();
  }

  /** The name as it travels. */
  @Override
  public String toString() {
    return components.size() == 1 ? components.get(0) : String.join("/", components);
  }
}
