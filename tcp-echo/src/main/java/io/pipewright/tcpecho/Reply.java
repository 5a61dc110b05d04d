package io.pipewright.tcpecho;

import io.netty.channel.ChannelHandler;
import java.time.Clock;
import java.util.Locale;

/** What the server answers to a message. */
public enum Reply {
  /** The same bytes: RFC 862. Never decoded, whatever the charset. */
  VERBATIM {
    @Override
    ChannelHandler newHandler(boolean text, Clock clock) {
      return new VerbatimHandler();
    }
  },

  /** {@code [Thu Feb 02 15:52:21 2012] } and the same bytes: local time, English names, two digits for the day. */
  TIMESTAMP {
    @Override
    ChannelHandler newHandler(boolean text, Clock clock) {
      return text ? new TimestampTextHandler(clock) : new TimestampHandler(clock);
    }
  },

  /** The same bytes with a–z made A–Z and every other byte untouched; with a charset, the letters of whole characters. */
  UPPERCASE {
    @Override
    ChannelHandler newHandler(boolean text, Clock clock) {
      return text ? new UppercaseTextHandler() : new UppercaseHandler();
    }
  };

  /** A handler for one channel; {@code text}: it gets {@code String}s instead of {@code ByteBuf}s. */
  abstract ChannelHandler newHandler(boolean text, Clock clock);

  /** Whether a charset changes anything: verbatim bytes are never decoded. */
  boolean readsText() {
    return this != VERBATIM;
  }

  /** As users write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
