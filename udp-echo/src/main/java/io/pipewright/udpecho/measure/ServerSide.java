package io.pipewright.udpecho.measure;

import io.pipewright.udpecho.session.SessionCounts;
import java.util.OptionalLong;

/**
 * What the server has counted of a measurement, and where that says that things happened. Loss is told in numbers: of how many of
 * the datagrams no trace went on from there. Duplicates, corruption and loss are told apart exactly while no copy of a datagram
 * is lost or spoiled; where that happens too, the way back is told what remains, never less than nothing.
 *
 * @param counts as the server sent them
 * @param lostOnTheWayThere did not come to the server's socket, or were dropped by it; {@code lostInItsBuffer} are among them
 * @param lostInItsBuffer of these, how many the server's kernel threw away, because its buffer was full; an upper bound where
 *     others use the server as well; empty if the kernel does not say
 * @param lostAtTheServer came, and were not answered: a limit, or a guard, refused them
 * @param lostOnTheWayBack were answered, and nothing came of it, this client's own buffer included
 * @param duplicatedOnTheWayThere came to the server more than once
 * @param duplicatedOnTheWayBack came back more often than they came to the server
 * @param reorderedOnTheWayThere came to the server behind one with a larger number
 * @param reorderedOnTheWayBack known only if none was on the way there: what two ways did to the order cannot be told apart
 * @param corruptedOnTheWayThere came to the server with other bytes
 * @param corruptedOnTheWayBack the other corrupted ones
 */
public record ServerSide(
    SessionCounts counts,
    long lostOnTheWayThere,
    OptionalLong lostInItsBuffer,
    long lostAtTheServer,
    long lostOnTheWayBack,
    long duplicatedOnTheWayThere,
    long duplicatedOnTheWayBack,
    long reorderedOnTheWayThere,
    OptionalLong reorderedOnTheWayBack,
    long corruptedOnTheWayThere,
    long corruptedOnTheWayBack) {

  static ServerSide of(Counts client, SessionCounts server) {
    long there = rest(client.sent(), server.distinct() + server.corrupted());
    long refused = rest(server.received(), server.answered());
    return new ServerSide(
        server,
        there,
        server.kernelDrops() < 0
            ? OptionalLong.empty()
            : OptionalLong.of(Math.min(there, server.kernelDrops())),
        refused,
        rest(client.lost(), there + refused),
        server.duplicates(),
        rest(client.duplicates(), server.duplicates()),
        server.reordered(),
        server.reordered() == 0 ? OptionalLong.of(client.reordered()) : OptionalLong.empty(),
        server.corrupted(),
        rest(client.corrupted(), server.corrupted()));
  }

  private static long rest(long all, long part) {
    return Math.max(0, all - part);
  }
}
