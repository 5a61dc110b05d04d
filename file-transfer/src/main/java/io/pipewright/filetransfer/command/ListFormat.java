package io.pipewright.filetransfer.command;

import io.pipewright.log.Escaped;
import io.pipewright.log.JsonLine;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** One line of a listing: size, time, name; a folder ends with a slash. */
final class ListFormat {

  private static final String NO_SIZE = "-";

  private final DateTimeFormatter time;
  private final boolean human;
  private final boolean json;

  /**
   * @param human whether sizes are rounded, with units
   * @param json whether a line is a JSON object
   * @param zone whose clock the times are read from; JSON has UTC
   */
  ListFormat(boolean human, boolean json, ZoneId zone) {
    this.human = human;
    this.json = json;
    this.time = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(zone);
  }

  String line(ListedEntry entry) {
    return json ? jsonLine(entry) : columns(entry);
  }

  private String columns(ListedEntry entry) {
    String name = Escaped.of(entry.name()) + (entry.isFolder() ? "/" : "");
    String modified = time.format(entry.lastModified());
    return human
        ? "%9s  %s  %s".formatted(size(entry), modified, name)
        : "%13s  %s  %s".formatted(size(entry), modified, name);
  }

  private String size(ListedEntry entry) {
    if (entry.isFolder()) {
      return NO_SIZE;
    }
    return human ? Shown.bytes((double) entry.size()) : Long.toString(entry.size());
  }

  private static String jsonLine(ListedEntry entry) {
    JsonLine line =
        new JsonLine().put("name", entry.name()).put("kind", entry.isFolder() ? "folder" : "file");
    if (!entry.isFolder()) {
      line.put("size", entry.size());
    }
    return line.put("lastModified", entry.lastModified().toString())
        .put("version", entry.entry().version().toString())
        .toString();
  }
}
