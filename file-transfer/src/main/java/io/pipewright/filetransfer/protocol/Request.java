package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBufUtil;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.Naming;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a client asks. Values on the heap: nobody releases them. A client builds them and writes them to {@link AnswerCodec}; a
 * server gets them from {@link RequestCodec}.
 *
 * <p>A name is a {@link Naming}: a client puts a {@code FileName} there (another one cannot be written); a server may find a
 * {@code Refused}, which it answers with {@link ErrorCode#NOT_GIVEN} as if there were no such file.
 *
 * <p>Constructors throw {@code IllegalArgumentException} for what the protocol cannot say.
 */
public sealed interface Request {

  /**
   * The first message of a connection.
   *
   * @param version the highest version that the client speaks, from 1
   * @param agent what the client's program calls itself, at most {@value Limits#MAX_AGENT_BYTES} bytes
   * @param secret what the server may want to see
   */
  record Hello(int version, String agent, Optional<Secret> secret) implements Request {
    public Hello {
      Check.notNegative("version", version);
      Check.utf8("agent", agent, Limits.MAX_AGENT_BYTES);
    }
  }

  /**
   * Asks for a page of what a folder holds, in the order of the names' bytes.
   *
   * @param folder which; none for the root
   * @param after the name behind which the page begins; none for the first page
   * @param limit how many entries at most; the server may give fewer
   */
  record ListFolder(Optional<Naming> folder, Optional<String> after, OptionalInt limit)
      implements Request {
    public ListFolder {
      after.ifPresent(name -> Check.utf8("after", name, Limits.MAX_NAME_BYTES));
      limit.ifPresent(entries -> Check.atLeastOne("limit", entries));
    }
  }

  /**
   * Asks what a file is.
   *
   * @param name which
   */
  record Stat(Naming name) implements Request {}

  /**
   * Asks for a range of a file's bytes.
   *
   * @param name which file
   * @param version what it must still be; none for whatever it is
   * @param offset where the range begins
   * @param length how many bytes; none for all to the end
   */
  record Get(Naming name, Optional<FileVersion> version, long offset, OptionalLong length)
      implements Request {
    public Get {
      Check.notNegative("offset", offset);
      length.ifPresent(bytes -> Check.notNegative("length", bytes));
    }

    /**
     * Where the range ends in a file of that size, exclusive; none if it does not lie within the file. An empty range lies
     * within it, also at its very end.
     */
    public OptionalLong endIn(long size) {
      if (offset > size) {
        return OptionalLong.empty();
      }
      long bytes = length.orElse(size - offset);
      return bytes > size - offset ? OptionalLong.empty() : OptionalLong.of(offset + bytes);
    }
  }

  /**
   * Asks for the sums of whole blocks of the grid.
   *
   * @param name which file
   * @param version what it must still be
   * @param first the first block's index
   * @param count how many, 1 to {@value Limits#MAX_SUMS}; the server gives fewer where the file ends before
   */
  record Sums(Naming name, FileVersion version, long first, int count) implements Request {
    public Sums {
      Check.notNegative("first", first);
      Check.within("count", count, Limits.MAX_SUMS);
    }
  }

  /**
   * Asks for several small files, each of them whole, in one answer.
   *
   * @param files which, 1 to {@value Limits#MAX_PACK_FILES} of them; their names must fit into one request
   */
  record Pack(List<Wanted> files) implements Request {
    public Pack {
      files = List.copyOf(files);
      Check.within("the number of files", files.size(), Limits.MAX_PACK_FILES);
    }
  }

  /**
   * A file of a pack.
   *
   * @param name which
   * @param version what it must still be; none for whatever it is
   */
  record Wanted(Naming name, Optional<FileVersion> version) {

    /** How many bytes of a request's body it takes. */
    public int bytes() {
      return RequestWriter.packedBytes(ByteBufUtil.utf8Bytes(name.toString()), version.isPresent());
    }
  }

  /**
   * A request that this version does not know; answered with {@link ErrorCode#UNKNOWN_REQUEST}, and the connection goes on.
   * Never written.
   *
   * @param type its number
   */
  record Unknown(int type) implements Request {}

  /**
   * A request that breaks the protocol; answered, in its turn, with {@link ErrorCode#BAD_REQUEST} and the end of the
   * connection. It is the last that a server gets: the codec drops what comes behind it. Never written.
   *
   * @param cause what is wrong
   */
  record Malformed(MalformedMessageException cause) implements Request {}
}
