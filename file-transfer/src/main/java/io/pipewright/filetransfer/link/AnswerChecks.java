package io.pipewright.filetransfer.link;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.protocol.Answer.Entries;
import io.pipewright.filetransfer.protocol.Answer.Pack;
import io.pipewright.filetransfer.protocol.Answer.PackedFile;
import io.pipewright.filetransfer.protocol.Answer.SumList;
import io.pipewright.filetransfer.protocol.Answer.Welcome;
import io.pipewright.filetransfer.protocol.Limits;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.protocol.Request.Sums;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileVersion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** What is wrong with an answer, seen from what was asked; nothing if it fits. */
final class AnswerChecks {

  private AnswerChecks() {}

  static Optional<String> welcome(Welcome welcome) {
    if (welcome.version() < 1 || welcome.version() > Limits.VERSION) {
      return Optional.of("it speaks version " + welcome.version() + ", which was not offered; "
          + Limits.VERSION + " is the highest that this client speaks");
    }
    return welcome.blockBytes() == Blocks.BYTES
        ? Optional.empty()
        : Optional.of("it cuts files into blocks of " + welcome.blockBytes() + " bytes, not of "
            + Blocks.BYTES);
  }

  static Optional<String> entries(Entries entries, Optional<String> after, OptionalInt limit) {
    if (limit.isPresent() && entries.entries().size() > limit.getAsInt()) {
      return Optional.of("it lists " + entries.entries().size() + " entries where "
          + limit.getAsInt() + " at most were asked for");
    }
    byte[] last = after.map(AnswerChecks::utf8).orElse(new byte[0]);
    for (Entry entry : entries.entries()) {
      byte[] name = utf8(entry.name());
      if (Arrays.compareUnsigned(last, name) >= 0) {
        return Optional.of("the entries of a folder come out of order");
      }
      last = name;
    }
    return Optional.empty();
  }

  private static byte[] utf8(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  static Optional<String> pack(Pack pack, Request.Pack asked) {
    if (pack.files().size() > asked.files().size()) {
      return Optional.of("it packs " + pack.files().size() + " files where "
          + asked.files().size() + " were asked for");
    }
    for (int i = 0; i < pack.files().size(); i++) {
      Optional<FileVersion> version = asked.files().get(i).version();
      Optional<PackedFile> file = pack.files().get(i);
      if (version.isPresent()
          && file.isPresent()
          && !file.get().facts().version().equals(version.get())) {
        return Optional.of("it packs another version than was asked for");
      }
    }
    return Optional.empty();
  }

  static Optional<String> sums(SumList sums, Sums asked) {
    return sums.first() == asked.first() && sums.sums().length <= asked.count()
        ? Optional.empty()
        : Optional.of("it gives " + sums.sums().length + " sums from block " + sums.first()
            + " where " + asked.count() + " from block " + asked.first() + " were asked for");
  }
}
