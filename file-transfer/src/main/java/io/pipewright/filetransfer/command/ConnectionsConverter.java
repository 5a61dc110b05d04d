package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.download.Connections;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code auto}, or a number of connections. */
final class ConnectionsConverter implements ITypeConverter<Connections> {

  private static final int MAX_DIGITS = 3;

  @Override
  public Connections convert(String text) {
    if (text.equals("auto")) {
      return Connections.auto();
    }
    boolean number = text.length() <= MAX_DIGITS && text.matches("[0-9]+");
    int count = number ? Integer.parseInt(text) : 0;
    if (count < 1 || count > Connections.LIMIT) {
      throw new TypeConversionException(
          "'" + text + "' is neither auto nor 1 to " + Connections.LIMIT);
    }
    return Connections.exactly(count);
  }
}
