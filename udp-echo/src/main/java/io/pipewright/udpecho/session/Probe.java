package io.pipewright.udpecho.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * The numbered datagrams of one session: makes them, and tells whether one has come as it was sent.
 *
 * <pre>
 *  0        4                12               20       24
 *  ┌────────┬────────────────┬────────────────┬────────┬───────────┐
 *  │ magic  │ session u64    │ number u64     │ sum u32│ filler    │
 *  └────────┴────────────────┴────────────────┴────────┴───────────┘
 *   "PWup"                    from 0           CRC-32C of all the rest
 * </pre>
 *
 * <p>A server needs to know nothing of it to echo it. Not thread-safe.
 */
public final class Probe {

  /** The shortest datagram that has a number: the header alone. */
  public static final int HEADER_BYTES = 24;

  /** Of what came, no intact datagram of this session. */
  public static final long NOT_INTACT = -1;

  /** Numbers are below; so that no arithmetic of theirs overflows. */
  static final long NUMBERS = 1L << 62;

  private static final int MAGIC = 0x50577570; // "PWup"
  private static final int SESSION_AT = 4;
  private static final int NUMBER_AT = 12;
  private static final int SUM_AT = 20;

  private final long session;
  private final CRC32C sum = new CRC32C();

  /**
   * Datagrams of a session.
   *
   * @param session any number
   */
  public Probe(long session) {
    this.session = session;
  }

  /**
   * What follows the header, the same for every datagram of a session: no bytes that could be compressed on the way.
   *
   * @param session any number
   * @param bytes how many
   */
  public static byte[] filler(long session, int bytes) {
    byte[] filler = new byte[bytes];
    new Random(session).nextBytes(filler);
    return filler;
  }

  /**
   * Makes a datagram.
   *
   * @param number from 0
   * @param filler what follows the header; left as it is
   * @return a buffer of {@link #HEADER_BYTES} and the filler, the caller's to release
   */
  public ByteBuf encode(ByteBufAllocator allocator, long number, byte[] filler) {
    ByteBuf datagram = allocator.directBuffer(HEADER_BYTES + filler.length);
    datagram.writeInt(MAGIC).writeLong(session).writeLong(number).writeInt(0).writeBytes(filler);
    return datagram.setInt(SUM_AT, sum(datagram));
  }

  /**
   * The number of a datagram that came as it was sent.
   *
   * @param datagram any bytes; left as they are
   * @return from 0, or {@link #NOT_INTACT} if it is no datagram of this session, or no longer
   */
  public long number(ByteBuf datagram) {
    int start = datagram.readerIndex();
    if (datagram.readableBytes() < HEADER_BYTES
        || datagram.getInt(start) != MAGIC
        || datagram.getLong(start + SESSION_AT) != session
        || datagram.getInt(start + SUM_AT) != sum(datagram)) {
      return NOT_INTACT;
    }
    long number = datagram.getLong(start + NUMBER_AT);
    return number >= 0 && number < NUMBERS ? number : NOT_INTACT;
  }

  private int sum(ByteBuf datagram) {
    int start = datagram.readerIndex();
    sum.reset();
    sum.update(datagram.nioBuffer(start, SUM_AT));
    sum.update(datagram.nioBuffer(start + HEADER_BYTES, datagram.readableBytes() - HEADER_BYTES));
    return (int) sum.getValue();
  }
}
