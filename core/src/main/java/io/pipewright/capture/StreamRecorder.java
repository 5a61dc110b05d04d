package io.pipewright.capture;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.FileRegion;
import io.pipewright.capture.Packet.Flags;
import io.pipewright.capture.Packet.Segment;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Records a stream as a connection of TCP, with the numbers of RFC 9293: what is not recorded for want of room counts in them
 * all the same, so that a reader sees that something is missing, and how much.
 */
final class StreamRecorder implements Recorder {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** One direction: from whom to whom, the number of its next byte, and whether it has ended. */
  private static final class Direction {

    private final Ends ends;
    private int next = ThreadLocalRandom.current().nextInt();
    private boolean over;

    Direction(Ends ends) {
      this.ends = ends;
    }
  }

  private final Capture capture;
  private final boolean served;
  private final Direction in;
  private final Direction out;

  StreamRecorder(Capture capture, Channel channel) {
    this.capture = capture;
    this.served = channel.parent() != null;
    Ends ends = Ends.ofPeer(channel.remoteAddress(), channel.localAddress());
    this.in = new Direction(ends);
    this.out = new Direction(ends.reversed());
  }

  @Override
  public void opened() {
    Direction first = served ? in : out;
    Direction second = served ? out : in;
    control(first, Flags.SYN);
    first.next++;
    control(second, Flags.SYN | Flags.ACK);
    second.next++;
    control(first, Flags.ACK);
  }

  @Override
  public void read(Object message) {
    record(in, message);
  }

  @Override
  public void written(Object message) {
    record(out, message);
  }

  private void record(Direction direction, Object message) {
    if (direction.over) {
      return; // it cannot be sent, and its writer is told
    }
    if (message instanceof ByteBuf bytes) {
      content(direction, bytes);
    } else if (message instanceof FileRegion region && region.count() > 0) {
      packet(direction, Flags.PSH | Flags.ACK, NOTHING, region.count());
    }
  }

  private void content(Direction direction, ByteBuf bytes) {
    int total = bytes.readableBytes();
    for (int done = 0; done < total; done += Packet.MAX_PAYLOAD) {
      int length = Math.min(total - done, Packet.MAX_PAYLOAD);
      int kept = Math.min(length, capture.maxPayload());
      int flags = done + length == total ? Flags.PSH | Flags.ACK : Flags.ACK;
      if (capture.recording().reserve(kept)) {
        add(direction, flags, Recorder.copy(bytes, done, kept), length);
      }
      direction.next += length;
    }
  }

  @Override
  public void inputEnded() {
    end(in);
  }

  @Override
  public void outputEnded() {
    end(out);
  }

  @Override
  public void ended(Ending how) {
    switch (how) {
      case RESET_THERE -> reset(in);
      case RESET_HERE -> reset(out);
      case CLOSED_HERE -> end(out); // nobody knows what the peer says to that
      case CLOSED_THERE -> {
        end(in);
        end(out);
      }
    }
  }

  private void end(Direction direction) {
    if (direction.over) {
      return;
    }
    direction.over = true;
    control(direction, Flags.FIN | Flags.ACK);
    direction.next++;
    control(direction == in ? out : in, Flags.ACK);
  }

  private void reset(Direction direction) {
    if (!in.over || !out.over) {
      control(direction, Flags.RST | Flags.ACK);
    }
    in.over = true;
    out.over = true;
  }

  private void control(Direction direction, int flags) {
    packet(direction, flags, NOTHING, 0);
  }

  private void packet(Direction direction, int flags, ByteBuffer content, long length) {
    if (capture.recording().reserve(content.remaining())) {
      add(direction, flags, content, length);
    }
    direction.next += (int) length;
  }

  private void add(Direction direction, int flags, ByteBuffer content, long length) {
    Direction other = direction == in ? out : in;
    int acknowledged = (flags & Flags.ACK) == 0 ? 0 : other.next;
    capture
        .recording()
        .add(new Segment(
            capture.micros(),
            direction.ends,
            direction.next,
            acknowledged,
            flags,
            content,
            length));
  }
}
