package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.Naming;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A name under which a file may be saved below a folder of the user's: the one judge of what a server calls its files. Beyond
 * what {@link FileName} asks of a spelling, no component
 *
 * <ul>
 *   <li>begins with a dot, unless the user asked for it by that very name: a server must not plant a {@code .bashrc}
 *   <li>is a device of Windows ({@code CON}, {@code nul.txt}, {@code COM1}), holds a colon, or ends with a dot or a space
 *   <li>is longer than 255 bytes of UTF-8, or is one that Pipewright gives to files that are not finished
 * </ul>
 *
 * <p>The names of Windows are refused on every system, so that a tree that can be fetched here can be carried there.
 */
public final class SafeName {

  /** The longest component, in bytes of UTF-8. */
  public static final int MAX_COMPONENT_BYTES = 255;

  private static final Pattern DEVICE =
      Pattern.compile("(CON|PRN|AUX|NUL|CONIN\\$|CONOUT\\$|(COM|LPT)[0-9¹²³]) *(\\..*)?");

  /** What the names in {@link #DEVICE} begin with. */
  private static final String DEVICE_INITIALS = "CPANLcpanl";

  private final List<String> components;

  private SafeName(List<String> components) {
    this.components = components;
  }

  /**
   * A name that the user asked for, hidden or not.
   *
   * @param name what the user wrote
   * @return the same name, to be saved with its folders
   * @throws UnsafeNameException if no file here may be called so
   */
  public static SafeName asked(FileName name) {
    return judged(name, true);
  }

  /**
   * A name that a server made up.
   *
   * @param name what the server said
   * @return the same name, to be saved with its folders
   * @throws UnsafeNameException if no file here may be called so
   */
  public static SafeName told(FileName name) {
    return judged(name, false);
  }

  private static SafeName judged(FileName name, boolean dotAllowed) {
    List<String> components = List.of(name.toString().split("/", -1));
    for (String component : components) {
      judge(name.toString(), component, dotAllowed);
    }
    return new SafeName(components);
  }

  /**
   * A name below this one, of which the server said the last component.
   *
   * @param component what a listing of this folder holds; anything
   * @return this name, and the component behind it
   * @throws UnsafeNameException if no file here may be called so
   */
  public SafeName told(String component) {
    Naming naming = FileName.parse(component);
    if (!(naming instanceof FileName) || component.indexOf('/') >= 0) {
      throw new UnsafeNameException(component, "a name in a listing is one component");
    }
    judge(component, component, false);
    List<String> longer = new ArrayList<>(components);
    longer.add(component);
    return new SafeName(List.copyOf(longer));
  }

  /** The last component alone: the file without its folders. */
  public SafeName last() {
    return new SafeName(List.of(file()));
  }

  private static void judge(String name, String component, boolean dotAllowed) {
    if (component.length() * 3 > MAX_COMPONENT_BYTES
        && component.getBytes(StandardCharsets.UTF_8).length > MAX_COMPONENT_BYTES) {
      throw new UnsafeNameException(
          name, "a component of it is longer than " + MAX_COMPONENT_BYTES + " bytes");
    }
    if (component.startsWith(".") && !dotAllowed) {
      throw new UnsafeNameException(name, "it is hidden, and was not asked for by that name");
    }
    if (HiddenName.isOne(component)) {
      throw new UnsafeNameException(name, "files that are not finished are called so");
    }
    if (component.indexOf(':') >= 0) {
      throw new UnsafeNameException(name, "it has a colon");
    }
    if (component.endsWith(".") || component.endsWith(" ")) {
      throw new UnsafeNameException(name, "a component of it ends with a dot or a space");
    }
    if (isDevice(component)) {
      throw new UnsafeNameException(name, "it is the name of a device on Windows");
    }
  }

  /** Most names are told by their first letter. */
  private static boolean isDevice(String component) {
    return DEVICE_INITIALS.indexOf(component.charAt(0)) >= 0
        && DEVICE.matcher(component.toUpperCase(Locale.ROOT)).matches();
  }

  /** The folders to walk through, from the outermost; none if the file lies in the folder itself. */
  List<String> folders() {
    return components.subList(0, components.size() - 1);
  }

  /** The last component. */
  String file() {
    return components.get(components.size() - 1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SafeName that && components.equals(that.components);
  }

  @Override
  public int hashCode() {
    return components.hashCode();
  }

  /** The components, divided by {@code /}. */
  @Override
  public String toString() {
    return String.join("/", components);
  }
}
