package io.pipewright.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How many of a port's sockets are in which of the eleven states of TCP, from the kernel's own tables ({@code /proc/net/tcp}
 * and {@code tcp6}): also those that no program sees, such as TIME_WAIT.
 */
public final class TcpStates {

  private static final Path PROC = Path.of("/proc/net");

  /** Where {@code st} stands in a line, after {@code sl} and the two addresses. */
  private static final int STATE_COLUMN = 3;

  private static final int LOCAL_COLUMN = 1;

  private static final int HEX = 16;

  private TcpStates() {}

  /**
   * Counts the sockets whose local port this is: of every process of this network namespace.
   *
   * <p>Reads a file whose length grows with the number of all sockets: not for event loops.
   *
   * @param port the local port
   * @return states that none is in are missing
   * @throws IOException if this system has no such tables, or they cannot be read
   */
  public static Map<TcpState, Integer> of(int port) throws IOException {
    return of(port, PROC);
  }

  static Map<TcpState, Integer> of(int port, Path tables) throws IOException {
    Map<TcpState, Integer> counts = new EnumMap<>(TcpState.class);
    count(tables.resolve("tcp"), port, counts);
    try {
      count(tables.resolve("tcp6"), port, counts);
    } catch (NoSuchFileException e) {
      return counts; // a kernel without IPv6
    }
    return counts;
  }

  private static void count(Path table, int port, Map<TcpState, Integer> counts)
      throws IOException {
    try (Stream<String> lines = Files.lines(table)) {
      lines.skip(1).map(line -> line.trim().split(" +", STATE_COLUMN + 2)).forEach(columns -> {
        String local = columns[LOCAL_COLUMN];
        if (Integer.parseInt(local.substring(local.indexOf(':') + 1), HEX) == port) {
          TcpState state = TcpState.ofLinux(Integer.parseInt(columns[STATE_COLUMN], HEX));
          counts.merge(state, 1, Integer::sum);
        }
      });
    }
  }
}
