package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.pipewright.filetransfer.protocol.Answer.PackedFile;
import io.pipewright.filetransfer.store.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Writes the bodies of answers; what {@link AnswerReader} reads. */
final class AnswerWriter {

  static final int FILE_BYTES = 1 + 2 * FieldWriter.U64_BYTES + FieldWriter.VERSION_BYTES;
  static final int DATA_BYTES = 1 + FieldWriter.U64_BYTES + 2 * FieldWriter.U32_BYTES;
  static final int END_BYTES = 1;

  /** An entry without the bytes of its name and without its own header. */
  private static final int ENTRY_BYTES = FieldWriter.HEADER_BYTES
      + FieldWriter.U8_BYTES
      + 2 * FieldWriter.U64_BYTES
      + FieldWriter.VERSION_BYTES;

  /** A file in a pack, without its own header. */
  private static final int PACKED_BYTES =
      2 * FieldWriter.U64_BYTES + FieldWriter.VERSION_BYTES + FieldWriter.U32_BYTES;

  private static final int TYPICAL_NAME_BYTES = 32;
  private static final int SHORT_BYTES = 60;

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long LARGEST_U32 = 0xffff_ffffL;

  private AnswerWriter() {}

  static void write(Answer answer, ByteBuf out) {
    if (answer instanceof Answer.Data data) {
      write(data, out);
    } else if (answer instanceof Answer.FileFacts facts) {
      write(facts, out);
    } else if (answer instanceof Answer.End) {
      out.writeByte(MessageType.END);
    } else if (answer instanceof Answer.Failure failure) {
      write(failure, out);
    } else if (answer instanceof Answer.SumList list) {
      write(list, out);
    } else if (answer instanceof Answer.Entries entries) {
      write(entries, out);
    } else if (answer instanceof Answer.Pack pack) {
      write(pack, out);
    } else if (answer instanceof Answer.Welcome welcome) {
      write(welcome, out);
    }
  }

  /** About how many bytes an answer's body has; a longer one makes the buffer grow. */
  static int roughBytes(Answer answer) {
    if (answer instanceof Answer.Entries page) {
      return Math.min(
          Limits.MAX_ANSWER_BYTES, 1 + page.entries().size() * (ENTRY_BYTES + TYPICAL_NAME_BYTES));
    }
    if (answer instanceof Answer.Pack pack) {
      return 1 + pack.files().size() * (FieldWriter.HEADER_BYTES + PACKED_BYTES);
    }
    return answer instanceof Answer.SumList list
        ? SHORT_BYTES + list.sums().length * Integer.BYTES
        : SHORT_BYTES;
  }

  private static void write(Answer.Welcome welcome, ByteBuf out) {
    out.writeByte(MessageType.WELCOME);
    FieldWriter.u32(out, 1, welcome.version());
    FieldWriter.text(out, 2, welcome.agent());
    FieldWriter.u32(out, 3, welcome.blockBytes());
  }

  private static void write(Answer.FileFacts facts, ByteBuf out) {
    out.writeByte(MessageType.FILE);
    FieldWriter.u64(out, 1, facts.size());
    FieldWriter.u64(out, 2, nanos(facts.lastModified()));
    FieldWriter.version(out, 3, facts.version());
  }

  private static void write(Answer.Data data, ByteBuf out) {
    out.writeByte(MessageType.DATA);
    FieldWriter.u64(out, 1, data.offset());
    FieldWriter.u32(out, 2, data.length());
    FieldWriter.u32(out, 3, data.sum());
  }

  private static void write(Answer.SumList list, ByteBuf out) {
    out.writeByte(MessageType.SUM_LIST);
    FieldWriter.u64(out, 1, list.first());
    FieldWriter.header(out, 2, list.sums().length * Integer.BYTES);
    for (int sum : list.sums()) {
      out.writeInt(sum);
    }
  }

  private static void write(Answer.Entries page, ByteBuf out) {
    out.writeByte(MessageType.ENTRIES);
    for (Entry entry : page.entries()) {
      int nameBytes = ByteBufUtil.utf8Bytes(entry.name());
      FieldWriter.header(out, 1, ENTRY_BYTES + nameBytes);
      FieldWriter.text(out, 1, entry.name());
      FieldWriter.u8(
          out, 2, entry.kind() == Entry.Kind.FILE ? AnswerReader.FILE : AnswerReader.FOLDER);
      FieldWriter.u64(out, 3, entry.size());
      FieldWriter.u64(out, 4, nanos(entry.lastModified()));
      FieldWriter.version(out, 5, entry.version());
    }
    FieldWriter.u8(out, 2, page.more() ? 1 : 0);
  }

  /** How many of the entries, from the first on, fit into one answer. */
  static int fitting(List<Entry> entries) {
    int left = Limits.MAX_ANSWER_BYTES - 1 - FieldWriter.U8_BYTES;
    int fit = 0;
    for (Entry entry : entries) {
      left -= FieldWriter.HEADER_BYTES + ENTRY_BYTES + ByteBufUtil.utf8Bytes(entry.name());
      if (left < 0) {
        break;
      }
      fit++;
    }
    return fit;
  }

  private static void write(Answer.Pack pack, ByteBuf out) {
    out.writeByte(MessageType.PACKED);
    for (Optional<PackedFile> file : pack.files()) {
      if (file.isPresent()) {
        write(file.get(), out);
      } else {
        FieldWriter.header(out, 1, 0);
      }
    }
  }

  private static void write(PackedFile file, ByteBuf out) {
    FieldWriter.header(out, 1, PACKED_BYTES);
    FieldWriter.u64(out, 1, file.facts().size());
    FieldWriter.u64(out, 2, nanos(file.facts().lastModified()));
    FieldWriter.version(out, 3, file.facts().version());
    FieldWriter.u32(out, 4, file.sum());
  }

  private static void write(Answer.Failure failure, ByteBuf out) {
    out.writeByte(MessageType.ERROR);
    FieldWriter.u32(out, 1, failure.code().number());
    FieldWriter.text(out, 2, cut(failure.text()));
    failure.retryAfter().ifPresent(delay -> FieldWriter.u32(out, 3, millis(delay)));
    failure.offset().ifPresent(offset -> FieldWriter.u64(out, 4, offset));
  }

  private static int millis(Duration delay) {
    return (int) Math.min(delay.toMillis(), LARGEST_U32);
  }

  private static String cut(String text) {
    String cut = text;
    while (ByteBufUtil.utf8Bytes(cut) > Limits.MAX_TEXT_BYTES) {
      int chars = Math.min(cut.length() - 1, Limits.MAX_TEXT_BYTES);
      cut = cut.substring(0, Character.isHighSurrogate(cut.charAt(chars - 1)) ? chars - 1 : chars);
    }
    return cut;
  }

  /** Nanoseconds since 1970; the nearest that can be said for times before 1677 and behind 2262. */
  static long nanos(Instant time) {
    long seconds = time.getEpochSecond();
    long nanos = time.getNano();
    if (seconds < 0) { // the whole seconds alone may be too far back where the sum is not
      seconds++;
      nanos -= NANOS_PER_SECOND;
    }
    try {
      return Math.addExact(Math.multiplyExact(seconds, NANOS_PER_SECOND), nanos);
    } catch (ArithmeticException e) {
      return seconds < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
