package io.pipewright.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** ClientHellos as bytes, and ways to cut them. */
final class Hello {

  private Hello() {}

  /** What the JDK's client says first, one record. */
  static byte[] ofJdk() throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 1);
    engine.setUseClientMode(true);
    ByteBuffer out = ByteBuffer.allocate(1 << 15);
    engine.wrap(ByteBuffer.allocate(0), out);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }

  /** Of a client that speaks TLS 1.1 and nothing newer: two suites of its time, no extensions. */
  static byte[] ofTls11() {
    String hello = "0302" + "ab".repeat(32) + "00" + "0004c013002f" + "0100";
    return HexFormat.of()
        .parseHex("160301" + "%04x".formatted(hello.length() / 2 + 4) + "01"
            + "%06x".formatted(hello.length() / 2) + hello);
  }

  /** The same handshake message with every byte of it in a record of its own. */
  static byte[] byteByByte(byte[] record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 5; i < record.length; i++) {
      out.writeBytes(new byte[] {22, 3, 1, 0, 1, record[i]});
    }
    return out.toByteArray();
  }
}
