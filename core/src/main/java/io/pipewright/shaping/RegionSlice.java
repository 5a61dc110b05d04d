package io.pipewright.shaping;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * The next bytes of a file region, as a region of its own: it has the source write to a channel that takes no more than so
 * many. Every transport writes such a region through memory, the native ones in small steps too, where a whole
 * {@code DefaultFileRegion} goes by {@code sendfile(2)}; at the rates at which regions have to be cut that costs little.
 */
final class RegionSlice extends AbstractReferenceCounted implements FileRegion {

  private final FileRegion source;
  private final long from;
  private final long count;
  private long transferred;

  /**
   * @param source its reference becomes this one's
   * @param from where in the source the slice begins; the slices before it have been written by then
   * @param count how many bytes
   */
  RegionSlice(FileRegion source, long from, long count) {
    this.source = source;
    this.from = from;
    this.count = count;
  }

  @Override
  public long position() {
    return source.position() + from;
  }

  @Override
  @SuppressWarnings({"deprecation", "InlineMeSuggester"}) // Netty's interface demands it
  public long transfered() {
    return transferred;
  }

  @Override
  public long transferred() {
    return transferred;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public long transferTo(WritableByteChannel target, long position) throws IOException {
    if (position < 0 || position > count) {
      throw new IllegalArgumentException(
          "position: must be 0 to " + count + ", the slice's length, not " + position);
    }
    if (position == count) {
      return 0;
    }
    long written = source.transferTo(new Bounded(target, count - position), from + position);
    if (written > 0) {
      transferred += written;
    }
    return written;
  }

  @Override
  protected void deallocate() {
    source.release();
  }

  @Override
  public RegionSlice retain() {
    super.retain();
    return this;
  }

  @Override
  public RegionSlice retain(int increment) {
    super.retain(increment);
    return this;
  }

  @Override
  public RegionSlice touch() {
    return touch(null);
  }

  @Override
  public RegionSlice touch(Object hint) {
    source.touch(hint);
    return this;
  }

  /** Takes so many bytes, then none, as a socket does whose buffer is full. */
  private static final class Bounded implements WritableByteChannel {

    private final WritableByteChannel target;
    private long room;

    Bounded(WritableByteChannel target, long room) {
      this.target = target;
      this.room = room;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      if (room == 0) {
        return 0;
      }
      int end = bytes.limit();
      bytes.limit((int) Math.min(end, bytes.position() + room));
      try {
        int written = target.write(bytes);
        room -= Math.max(0, written);
        return written;
      } finally {
        bytes.limit(end);
      }
    }

    @Override
    public boolean isOpen() {
      return target.isOpen();
    }

    @Override
    public void close() throws IOException {
      target.close();
    }
  }
}
