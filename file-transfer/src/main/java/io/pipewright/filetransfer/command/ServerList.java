package io.pipewright.filetransfer.command;

import io.pipewright.address.Endpoint;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The servers of a command line: {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code unix:PATH}, with commas between them.
 *
 * @param endpoints one or more, each once, in the order they were named
 */
record ServerList(List<Endpoint> endpoints) {

  ServerList {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * Reads them. A comma always stands between two servers: the socket of {@code unix:PATH} cannot have one in its path.
   *
   * @throws IllegalArgumentException if one is no endpoint, or is named twice; the message says what to write
   */
  static ServerList parse(String text) {
    Set<Endpoint> endpoints = new LinkedHashSet<>();
    for (String part : text.split(",", -1)) {
      if (part.isBlank()) {
        throw new IllegalArgumentException(
            "'" + text + "' has a comma with no server beside it: write HOST:PORT,HOST:PORT");
      }
      if (!endpoints.add(Endpoint.parse(part))) {
        throw new IllegalArgumentException("'" + text + "' names " + part.trim() + " twice");
      }
    }
    return new ServerList(List.copyOf(endpoints));
  }

  /** As it is read. */
  @Override
  public String toString() {
    return endpoints.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  /** For picocli, which shows the sentence. */
  static final class Converter implements ITypeConverter<ServerList> {
    @Override
    public ServerList convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
