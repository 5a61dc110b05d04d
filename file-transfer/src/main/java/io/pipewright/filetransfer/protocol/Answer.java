package io.pipewright.filetransfer.protocol;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a server says. Values on the heap: nobody releases them. A server writes them to {@link RequestCodec}; a client gets them
 * from {@link AnswerCodec}.
 *
 * <p>Constructors throw {@code IllegalArgumentException} for what the protocol cannot say.
 */
public sealed interface Answer {

  /**
   * Answers HELLO.
   *
   * @param version the version that both speak from here on
   * @param agent what the server's program calls itself, at most {@value Limits#MAX_AGENT_BYTES} bytes
   * @param blockBytes the grid: {@link Blocks#BYTES}
   */
  record Welcome(int version, String agent, int blockBytes) implements Answer {
    public Welcome {
      Check.notNegative("version", version);
      Check.utf8("agent", agent, Limits.MAX_AGENT_BYTES);
      Check.atLeastOne("blockBytes", blockBytes);
    }
  }

  /**
   * Answers LIST: a page, in the order of the names' bytes.
   *
   * @param entries each one's name is a single component that {@code FileName} lets pass
   * @param more whether to ask again, behind the last name
   */
  record Entries(List<Entry> entries, boolean more) implements Answer {
    public Entries {
      entries = List.copyOf(entries);
      if (more && entries.isEmpty()) {
        throw new IllegalArgumentException(
            "a page without entries has no last name to go on behind");
      }
    }

    /** As many of these entries as one answer can hold, which is never none unless they are none. */
    public static Entries fitting(List<Entry> entries, boolean more) {
      int fit = AnswerWriter.fitting(entries);
      return new Entries(entries.subList(0, fit), more || fit < entries.size());
    }
  }

  /**
   * Answers STAT, and begins the answer to GET.
   *
   * @param size in bytes
   * @param lastModified when, to the nanosecond
   * @param version which content
   */
  record FileFacts(long size, Instant lastModified, FileVersion version) implements Answer {
    public FileFacts {
      Check.notNegative("size", size);
    }
  }

  /**
   * Announces exactly {@code length} raw bytes of a file, which follow; within one block of the grid.
   *
   * <p>It promises that at a moment after these bytes were summed the file still had the version in the {@link FileFacts}.
   *
   * @param offset where they begin in the file
   * @param length how many, 1 to {@link Blocks#BYTES}
   * @param sum their CRC-32C
   */
  record Data(long offset, int length, int sum) implements Answer {
    public Data {
      Check.notNegative("offset", offset);
      Check.within("length", length, Blocks.toNextLine(offset));
      if (offset > Long.MAX_VALUE - length) {
        throw new IllegalArgumentException("the data end behind the longest file");
      }
    }

    /** Where the bytes end, exclusive. */
    public long end() {
      return offset + length;
    }
  }

  /**
   * Answers SUMS.
   *
   * @param first the first block's index
   * @param sums the CRC-32C of that block and those behind it, 1 to {@value Limits#MAX_SUMS} of them; not copied, not to be
   *     changed
   */
  @SuppressWarnings(
      "ArrayRecordComponent") // 256 numbers that are only read; boxing them would cost more than it
  // is worth
  record SumList(long first, int[] sums) implements Answer {
    public SumList {
      Check.notNegative("first", first);
      Check.within("the number of sums", sums.length, Limits.MAX_SUMS);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof SumList list && first == list.first && Arrays.equals(sums, list.sums);
    }

    @Override
    public int hashCode() {
      return 31 * Long.hashCode(first) + Arrays.hashCode(sums);
    }

    @Override
    public String toString() {
      return "SumList[first=" + first + ", sums=" + Arrays.toString(sums) + "]";
    }
  }

  /**
   * Answers PACK, and announces the raw bytes of the files in it, which follow one behind the other.
   *
   * <p>Of each file it promises what a {@link Data} promises.
   *
   * @param files one for each file that was asked for, in that order: nothing for one that is not given in a pack, for whatever
   *     reason. There may be fewer, never none; those behind the last are to be asked for again
   */
  record Pack(List<Optional<PackedFile>> files) implements Answer {
    public Pack {
      files = List.copyOf(files);
      Check.within("the number of files", files.size(), Limits.MAX_PACK_FILES);
      if (bytes(files) > Limits.MAX_RAW_BYTES) {
        throw new IllegalArgumentException(
            "the pack has " + bytes(files) + " bytes, more than " + Limits.MAX_RAW_BYTES);
      }
    }

    /** How many raw bytes follow. */
    public int bytes() {
      return (int) bytes(files);
    }

    private static long bytes(List<Optional<PackedFile>> files) {
      long bytes = 0;
      for (Optional<PackedFile> file : files) {
        bytes += file.isPresent() ? file.get().facts().size() : 0;
      }
      return bytes;
    }
  }

  /**
   * A file in a pack.
   *
   * @param facts what it is, at most {@value Limits#MAX_RAW_BYTES} bytes long
   * @param sum the CRC-32C of its bytes
   */
  record PackedFile(FileFacts facts, int sum) {
    public PackedFile {
      if (facts.size() > Limits.MAX_RAW_BYTES) {
        throw new IllegalArgumentException("a file of " + facts.size() + " bytes is in no pack");
      }
    }
  }

  /** Completes the answer to GET. */
  record End() implements Answer {

    /** The one that is needed. */
    public static final End INSTANCE = new End();
  }

  /**
   * Ends the answer in which it stands, also in the middle of a GET between blocks.
   *
   * @param code why
   * @param text the same for people; cut to {@value Limits#MAX_TEXT_BYTES} bytes when sent
   * @param offset where to go on, with {@link ErrorCode#DRAINING}
   * @param retryAfter when to come back, with {@link ErrorCode#BUSY} and {@link ErrorCode#DRAINING}
   */
  record Failure(ErrorCode code, String text, OptionalLong offset, Optional<Duration> retryAfter)
      implements Answer {
    public Failure {
      offset.ifPresent(position -> Check.notNegative("offset", position));
      retryAfter.ifPresent(delay -> Check.notNegative("retryAfter", delay.toMillis()));
    }

    /** A failure with a reason alone. */
    public static Failure of(ErrorCode code, String text) {
      return new Failure(code, text, OptionalLong.empty(), Optional.empty());
    }
  }
}
