package io.pipewright.udpecho.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A query of a measuring client, or its answer. Both have the same length, so no answer is longer than what asked for it.
 *
 * <pre>
 *  0                16        17      18     20            28          36                100      104
 *  ┌────────────────┬─────────┬───────┬──────┬─────────────┬───────────┬──────── … ──────┬────────┐
 *  │ magic          │ version │ type  │ 0    │ session u64 │ nonce u64 │ 8 counts, u64   │ sum u32│
 *  └────────────────┴─────────┴───────┴──────┴─────────────┴───────────┴──────── … ──────┴────────┘
 *                    1         u8                                        0 in a query     CRC-32C of the 100 bytes before
 * </pre>
 *
 * @param type what it is
 * @param session which session of the client
 * @param nonce a query's own, which its answer repeats
 * @param counts what the server has counted; nothing in a query
 */
public record SessionMessage(Type type, long session, long nonce, SessionCounts counts) {

  /** How long each is. */
  public static final int BYTES = 104;

  private static final long MAGIC_HIGH = 0x8f50697065777269L; // 8f "Pipewri"
  private static final long MAGIC_LOW = 0x67687455447001e5L; // "ghtUDp" 01 e5
  private static final byte VERSION = 1;
  private static final int MAGIC_BYTES = 16;
  private static final int SUM_AT = 100;

  /** What a message is. */
  public enum Type {
    /** Asks the server to count from now on. */
    BEGIN(0x01),
    /** Asks for what was counted. */
    REPORT(0x02),
    /** Answers {@link #BEGIN}. */
    BEGUN(0x81),
    /** Answers {@link #REPORT}. */
    REPORTED(0x82);

    private final byte code;

    Type(int code) {
      this.code = (byte) code;
    }

    /** Whether it is a client's. */
    public boolean isQuery() {
      return this == BEGIN || this == REPORT;
    }

    private static Optional<Type> of(byte code) {
      for (Type type : values()) {
        if (type.code == code) {
          return Optional.of(type);
        }
      }
      return Optional.empty();
    }
  }

  /** A query. */
  public static SessionMessage query(Type type, long session, long nonce) {
    return new SessionMessage(type, session, nonce, SessionCounts.NONE);
  }

  /** The answer to this query. */
  public SessionMessage answer(SessionCounts counted) {
    return new SessionMessage(
        type == Type.BEGIN ? Type.BEGUN : Type.REPORTED, session, nonce, counted);
  }

  /** Whether bytes look like a message, whole or not; they are left as they are. */
  public static boolean isOne(ByteBuf datagram) {
    int start = datagram.readerIndex();
    return datagram.readableBytes() == BYTES
        && datagram.getLong(start) == MAGIC_HIGH
        && datagram.getLong(start + Long.BYTES) == MAGIC_LOW;
  }

  /**
   * Reads a message.
   *
   * @param datagram any bytes; left as they are
   * @return nothing if it is none, of another version or type, or no longer as it was sent
   */
  public static Optional<SessionMessage> decode(ByteBuf datagram) {
    if (!isOne(datagram) || datagram.getInt(datagram.readerIndex() + SUM_AT) != sum(datagram)) {
      return Optional.empty();
    }
    ByteBuf in = datagram.slice();
    in.skipBytes(MAGIC_BYTES);
    if (in.readByte() != VERSION) {
      return Optional.empty();
    }
    return Type.of(in.readByte()).map(type -> {
      in.skipBytes(Short.BYTES);
      return new SessionMessage(type, in.readLong(), in.readLong(), readCounts(in));
    });
  }

  private static SessionCounts readCounts(ByteBuf in) {
    return new SessionCounts(
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong());
  }

  /**
   * Writes this message.
   *
   * @return a buffer of {@link #BYTES}, the caller's to release
   */
  public ByteBuf encode(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(BYTES).writeLong(MAGIC_HIGH).writeLong(MAGIC_LOW);
    out.writeByte(VERSION).writeByte(type.code).writeShort(0).writeLong(session).writeLong(nonce);
    if (type.isQuery()) {
      out.writeZero(SUM_AT - out.writerIndex());
    } else {
      out.writeLong(counts.received()).writeLong(counts.distinct()).writeLong(counts.duplicates());
      out.writeLong(counts.reordered()).writeLong(counts.corrupted());
      out.writeLong(counts.forgotten()).writeLong(counts.answered());
      out.writeLong(counts.kernelDrops());
    }
    return out.writeInt(sum(out));
  }

  private static int sum(ByteBuf datagram) {
    CRC32C sum = new CRC32C();
    sum.update(datagram.nioBuffer(datagram.readerIndex(), SUM_AT));
    return (int) sum.getValue();
  }
}
