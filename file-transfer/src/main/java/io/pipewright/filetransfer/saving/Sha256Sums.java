package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.store.NativePath;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A list of files and their SHA-256, as {@code sha256sum} of GNU writes it: 64 hexadecimal digits, a space, another one or {@code *},
 * and the name; behind a backslash at the beginning of the line the name has {@code \\}, {@code \n} and {@code \r} escaped. Empty lines and
 * those that begin with {@code #} say nothing.
 *
 * @param lines in the order of the list
 */
public record Sha256Sums(List<Line> lines) {

  /**
   * A file and its sum.
   *
   * @param name as it stands in the list, unescaped
   * @param sha256 64 digits, in lower case
   */
  public record Line(String name, String sha256) {}

  /** What a look at a file says. */
  public enum Verdict {
    /** It has the sum. */
    RIGHT,
    /** It has another. */
    WRONG,
    /** It is not there. */
    MISSING,
    /** It is there, but it is no file, or cannot be read. */
    UNREADABLE
  }

  private static final int MAX_LINE_BYTES = 16 << 10;
  private static final Pattern LINE = Pattern.compile("(\\\\?)(\\p{XDigit}{64}) [ *](.+)");
  private static final Pattern ESCAPE = Pattern.compile("\\\\(.?)");

  /** Keeps the lines from being changed. */
  public Sha256Sums {
    lines = List.copyOf(lines);
  }

  /**
   * Reads a list.
   *
   * @param file of any size
   * @throws Sha256SumsException if it cannot be read, or a line of it is none of those
   */
  public static Sha256Sums read(Path file) {
    List<Line> lines = new ArrayList<>();
    int number = 1;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      for (byte[] bytes = line(in); bytes.length > 0; bytes = line(in)) {
        parse(bytes).ifPresent(lines::add);
        number++;
      }
    } catch (MalformedLine e) {
      throw new Sha256SumsException(file, number, e.getMessage());
    } catch (IOException e) {
      throw new Sha256SumsException(file, e);
    }
    return new Sha256Sums(lines);
  }

  /** A line with what ends it; nothing at the file's end. */
  private static byte[] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b = in.read();
    while (b >= 0) {
      line.write(b);
      if (b == '\n') {
        break;
      }
      if (line.size() > MAX_LINE_BYTES) {
        throw new MalformedLine("it is longer than %,d bytes".formatted(MAX_LINE_BYTES));
      }
      b = in.read();
    }
    return line.toByteArray();
  }

  private static Optional<Line> parse(byte[] bytes) throws MalformedLine {
    String text = text(bytes).replaceFirst("\r?\n$", "");
    if (text.isBlank() || text.startsWith("#")) {
      return Optional.empty();
    }
    Matcher line = LINE.matcher(text);
    if (!line.matches()) {
      throw new MalformedLine("it is not 64 hexadecimal digits, two spaces and a name");
    }
    String name = line.group(1).isEmpty() ? line.group(3) : unescaped(line.group(3));
    if (name.indexOf('\0') >= 0) {
      throw new MalformedLine("its name has a NUL");
    }
    return Optional.of(new Line(name, line.group(2).toLowerCase(Locale.ROOT)));
  }

  private static String text(byte[] bytes) throws MalformedLine {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedLine("it is not UTF-8");
    }
  }

  private static String unescaped(String name) throws MalformedLine {
    Matcher escape = ESCAPE.matcher(name);
    StringBuilder plain = new StringBuilder();
    while (escape.find()) {
      String meant =
          switch (escape.group(1)) {
            case "\\" -> "\\";
            case "n" -> "\n";
            case "r" -> "\r";
            default -> throw new MalformedLine("its name has an escape that is none");
          };
      escape.appendReplacement(plain, Matcher.quoteReplacement(meant));
    }
    return escape.appendTail(plain).toString();
  }

  /**
   * The sum of a file.
   *
   * @param name as it stands in the list, or without a {@code ./} that it has there
   */
  public Optional<String> sumOf(String name) {
    return lines.stream()
        .filter(line -> line.name().equals(name) || line.name().equals("./" + name))
        .map(Line::sha256)
        .findFirst();
  }

  /**
   * Looks at a file of the list. Only regular files are opened. Blocks.
   *
   * @param line the file and its sum
   * @param folder where relative names begin
   * @param read told how many bytes have been read, now and then
   */
  public static Verdict verify(Line line, Path folder, LongConsumer read) {
    Path path = line.name().startsWith("/") ? folder.getFileSystem().getPath("/") : folder;
    for (String component : line.name().split("/", -1)) {
      path = component.isEmpty() ? path : path.resolve(NativePath.of(component));
    }
    if (!Files.exists(path)) {
      return Verdict.MISSING;
    }
    if (!Files.isRegularFile(path)) {
      return Verdict.UNREADABLE; // to open a FIFO waits for its writer
    }
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      String sum = HexFormat.of().formatHex(Sha256.of(file, file.size(), read));
      return sum.equals(line.sha256()) ? Verdict.RIGHT : Verdict.WRONG;
    } catch (IOException e) {
      return Verdict.UNREADABLE;
    }
  }

  /** A line that says nothing; caught where its number is known. */
  private static final class MalformedLine extends IOException {

    private static final long serialVersionUID = 1;

    MalformedLine(String why) {
      super(why);
    }
  }
}
