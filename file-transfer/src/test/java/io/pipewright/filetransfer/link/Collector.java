package io.pipewright.filetransfer.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.pipewright.filetransfer.protocol.Answer.Data;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Notes what a receiver is told. */
final class Collector implements GetReceiver {

  final List<String> steps = new ArrayList<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public synchronized void facts(FileFacts facts) {
    steps.add("facts " + facts.size());
  }

  @Override
  public synchronized void block(Data header) {
    steps.add("block " + header.offset() + "+" + header.length());
  }

  @Override
  public synchronized void bytes(ByteBuf piece) {
    try {
      bytes.writeBytes(ByteBufUtil.getBytes(piece));
    } finally {
      piece.release();
    }
  }

  @Override
  public synchronized void blockEnded() {
    steps.add("ended");
  }

  synchronized byte[] bytes() {
    return bytes.toByteArray();
  }
}
