package io.pipewright.filetransfer;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** A client of the native dialect made of a plain socket and of frames put together by hand: no code of ours is in it. */
final class NativePeer implements AutoCloseable {

  static final int WELCOME = 0x81;
  static final int ENTRIES = 0x82;
  static final int FILE = 0x83;
  static final int DATA = 0x84;
  static final int SUMS = 0x85;
  static final int END = 0x86;
  static final int PACK = 0x87;
  static final int ERROR = 0xC0;

  private static final int READ_LIMIT_MILLIS = 20_000;

  private final Socket socket;
  private final DataInputStream in;

  /** An answer's frame; of a DATA or a PACK also the bytes behind it. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares frames
  record Frame(int type, Map<Integer, List<byte[]>> fields, byte[] raw) {

    byte[] bytes(int id) {
      return fields.get(id).get(0);
    }

    long number(int id) {
      byte[] field = bytes(id);
      ByteBuffer bytes = ByteBuffer.wrap(field);
      return field.length == Long.BYTES ? bytes.getLong() : bytes.getInt() & 0xffff_ffffL;
    }

    String text(int id) {
      return new String(bytes(id), StandardCharsets.UTF_8);
    }

    boolean isError(int code) {
      return type == ERROR && number(1) == code;
    }
  }

  /** What came of a GET: its first frame, its bytes, its last frame. */
  @SuppressWarnings("ArrayRecordComponent")
  record Got(Frame file, byte[] bytes, Frame last) {}

  /** Connects and says nothing yet. */
  NativePeer(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  NativePeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(READ_LIMIT_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Connects and has been welcomed. */
  static NativePeer greeted(int port) throws IOException {
    NativePeer peer = new NativePeer(port);
    peer.send(hello());
    if (peer.next().type() != WELCOME) {
      throw new IOException("no WELCOME");
    }
    return peer;
  }

  static byte[] field(int id, byte[] value) {
    return ByteBuffer.allocate(3 + value.length)
        .put((byte) id)
        .putShort((short) value.length)
        .put(value)
        .array();
  }

  static byte[] field(int id, String value) {
    return field(id, value.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] u32(int id, long value) {
    return field(id, ByteBuffer.allocate(Integer.BYTES).putInt((int) value).array());
  }

  static byte[] u64(int id, long value) {
    return field(id, ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  static byte[] frame(int type, byte[]... fields) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(type);
    for (byte[] field : fields) {
      body.writeBytes(field);
    }
    return ByteBuffer.allocate(Integer.BYTES + body.size())
        .putInt(body.size())
        .put(body.toByteArray())
        .array();
  }

  static byte[] hello(byte[]... more) {
    byte[][] fields = new byte[3 + more.length][];
    fields[0] = field(1, "PIPEWRIGHT-FILES");
    fields[1] = u32(2, 1);
    fields[2] = field(3, "by hand");
    System.arraycopy(more, 0, fields, 3, more.length);
    return frame(1, fields);
  }

  static byte[] stat(String name) {
    return frame(3, field(1, name));
  }

  static byte[] get(String name, byte[]... more) {
    byte[][] fields = new byte[1 + more.length][];
    fields[0] = field(1, name);
    System.arraycopy(more, 0, fields, 1, more.length);
    return frame(4, fields);
  }

  static byte[] range(String name, long offset, long length) {
    return get(name, u64(3, offset), u64(4, length));
  }

  static byte[] sums(String name, byte[] version, long first, int count) {
    return frame(5, field(1, name), field(2, version), u64(3, first), u32(4, count));
  }

  /** Asks for files by their names, and for none in a version. */
  static byte[] pack(String... names) {
    return frame(6, Stream.of(names).map(name -> field(1, field(1, name))).toArray(byte[][]::new));
  }

  NativePeer send(byte[]... messages) throws IOException {
    socket.getOutputStream().write(joined(messages));
    return this;
  }

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  NativePeer finishSending() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** The next frame. */
  Frame next() throws IOException {
    byte[] body = new byte[in.readInt()];
    in.readFully(body);
    Map<Integer, List<byte[]>> fields = new TreeMap<>();
    ByteBuffer left = ByteBuffer.wrap(body, 1, body.length - 1);
    while (left.hasRemaining()) {
      int id = left.get();
      byte[] value = new byte[left.getShort() & 0xffff];
      left.get(value);
      fields.computeIfAbsent(id, none -> new ArrayList<>()).add(value);
    }
    Frame frame = new Frame(body[0] & 0xff, fields, null);
    byte[] raw = new byte[rawBytes(frame)];
    in.readFully(raw);
    return new Frame(frame.type(), fields, raw);
  }

  private static int rawBytes(Frame frame) {
    if (frame.type() == DATA) {
      return (int) frame.number(2);
    }
    return frame.type() == PACK
        ? frame.fields().get(1).stream().mapToInt(file -> (int) size(file)).sum()
        : 0;
  }

  /** The size of a file in a pack, which is its first field; 0 if it is not there. */
  static long size(byte[] packed) {
    return packed.length == 0 ? 0 : ByteBuffer.wrap(packed).getLong(3);
  }

  /** A whole answer to a GET; every sum in it is right, and every block in its place. */
  Got got(long offset) throws IOException {
    Frame file = next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Frame frame = file;
    while (frame.type() == FILE || frame.type() == DATA) {
      if (frame.type() == DATA) {
        if (frame.number(1) != offset + bytes.size()) {
          throw new IOException(
              "a block at " + frame.number(1) + " instead of " + (offset + bytes.size()));
        }
        if (frame.number(3) != sum(frame.raw())) {
          throw new IOException("a wrong sum at " + frame.number(1));
        }
        bytes.writeBytes(frame.raw());
      }
      frame = next();
    }
    return new Got(file, bytes.toByteArray(), frame);
  }

  static long sum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return sum.getValue();
  }

  /** Whether the connection has been closed in order, with no byte more. */
  boolean isEnded() throws IOException {
    return in.read() < 0;
  }

  /** Whether the connection ends here: in order, or by a reset. */
  boolean isCut() {
    try {
      while (true) {
        in.readByte();
      }
    } catch (EOFException | java.net.SocketException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
