package io.pipewright.tcpecho;

import io.pipewright.framing.Framing;
import java.util.Locale;

/** The framings that can be named at the command line, the same at both ends. */
enum FramingOption {
  NONE {
    @Override
    Framing forServer(int maxFrameBytes) {
      return Framing.none();
    }

    @Override
    Framing forClient(int maxFrameBytes) {
      return Framing.none();
    }
  },

  LINES {
    /** A line comes back with the terminator that it came with, LF or CRLF. */
    @Override
    Framing forServer(int maxFrameBytes) {
      return Framing.lines().maxLength(maxFrameBytes).keepTerminator();
    }

    @Override
    Framing forClient(int maxFrameBytes) {
      return Framing.lines().maxLength(maxFrameBytes);
    }
  },

  LENGTH {
    @Override
    Framing forServer(int maxFrameBytes) {
      return Framing.lengthPrefix(4).maxLength(maxFrameBytes);
    }

    @Override
    Framing forClient(int maxFrameBytes) {
      return forServer(maxFrameBytes);
    }
  };

  abstract Framing forServer(int maxFrameBytes);

  abstract Framing forClient(int maxFrameBytes);

  /** As users write it, and as {@code --help} shows the default. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
