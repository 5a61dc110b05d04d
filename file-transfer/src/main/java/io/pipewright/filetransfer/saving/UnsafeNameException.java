package io.pipewright.filetransfer.saving;

import io.pipewright.log.Escaped;
import java.nio.file.Path;

/** A server named a file in a way that no file here is to be named, or that means another file here. */
public final class UnsafeNameException extends SavingException {

  private final String name;

  UnsafeNameException(String name, String why) {
    super(Path.of(""), "%s is not saved: %s".formatted(Escaped.of(name), why), null);
    this.name = name;
  }

  UnsafeNameException(Path path, String name, String why) {
    super(path, "%s is not saved: %s".formatted(Escaped.of(name), why), null);
    this.name = name;
  }

  /** The name as it came, which may hold anything. */
  public String name() {
    return name;
  }
}
