package io.pipewright.launch;

import io.pipewright.ConfigurationException;
import io.pipewright.address.Cidr;
import io.pipewright.address.Endpoint;
import io.pipewright.address.HostPort;
import io.pipewright.transport.Transport;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Option types that every program understands without asking for them: {@link Duration}, {@link
 * ByteSize}, {@link HostPort}, {@link Endpoint}, {@link Cidr}, {@link Path}, {@link Charset}, {@link Transport}. Numbers with a range
 * name their converter: {@code @Option(names = "--count", converter = Converters.Positive.class)}.
 */
public final class Converters {

  private static final int LARGEST_PORT = 65_535;

  private Converters() {}

  static void register(CommandLine command) {
    command.registerConverter(Duration.class, sentence(Durations::parse));
    command.registerConverter(ByteSize.class, sentence(ByteSize::parse));
    command.registerConverter(HostPort.class, sentence(HostPort::parse));
    command.registerConverter(Endpoint.class, sentence(Endpoint::parse));
    command.registerConverter(Cidr.class, sentence(Cidr::parse));
    command.registerConverter(ProxyOptions.Peer.class, sentence(ProxyOptions.Peer::parse));
    command.registerConverter(Path.class, sentence(Path::of));
    command.registerConverter(Charset.class, sentence(Converters::charset));
    command.registerConverter(Transport.class, Converters::transport);
  }

  /** picocli shows a TypeConversionException's sentence, and the class name of any other. */
  private static <T> ITypeConverter<T> sentence(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(message(e));
      }
    };
  }

  private static String message(IllegalArgumentException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause instanceof InvalidPathException path
        ? "'" + path.getInput() + "': " + Failures.why(path)
        : failure.getMessage();
  }

  private static Charset charset(String name) {
    Charset charset;
    try {
      charset = Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new IllegalArgumentException(
          "this Java knows no charset '"
              + name
              + "'"
              + NearMatch.hint(name, Charset.availableCharsets().keySet()),
          e);
    }
    if (!charset.canEncode()) {
      throw new IllegalArgumentException("'" + name + "' can be read, but not written");
    }
    return charset;
  }

  private static Transport transport(String name) {
    try {
      return Transport.parse(name);
    } catch (ConfigurationException e) {
      // picocli names the option already
      throw new TypeConversionException(e.getMessage().substring(e.field().length() + 2));
    }
  }

  private static int inRange(String text, int least, int most, String what) {
    try {
      int number = Integer.parseInt(text.trim());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // falls through to the same sentence: what was typed is not such a number
    }
    throw new TypeConversionException("'" + text + "' is not " + what);
  }

  /** A port to listen on: 0 (any free one) to 65535. */
  public static final class ListenPort implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return inRange(text, 0, LARGEST_PORT, "a port: 0 (any free one) to 65535");
    }
  }

  /** Where to listen: {@code HOST:PORT}, port 0 for any free one, or {@code unix:PATH}. */
  public static final class ListenEndpoint implements ITypeConverter<Endpoint> {
    @Override
    public Endpoint convert(String text) throws Exception {
      return sentence(Endpoint::parseListening).convert(text);
    }
  }

  /** A whole number from 0. */
  public static final class NotNegative implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return inRange(text, 0, Integer.MAX_VALUE, "a whole number from 0 to 2147483647");
    }
  }

  /** A whole number from 1. */
  public static final class Positive implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return inRange(text, 1, Integer.MAX_VALUE, "a whole number from 1 to 2147483647");
    }
  }

  /** How many may come in a second: a whole number from 1 to a million. */
  public static final class PerSecond implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return inRange(text, 1, 1_000_000, "a whole number from 1 to 1000000");
    }
  }
}
