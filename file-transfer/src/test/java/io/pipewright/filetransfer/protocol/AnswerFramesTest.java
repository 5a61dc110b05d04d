package io.pipewright.filetransfer.protocol;

import static io.pipewright.filetransfer.protocol.Wire.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.filetransfer.block.BlockSums;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.framing.RawBytes;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AnswerFramesTest {

  @Test
  void aSmallFileTravelsInOneBufferWhoseFramesAreWrittenAroundItsBytes() {
    byte[] content = {1, 2, 3};
    int from = AnswerFrames.FILE_BYTES + AnswerFrames.DATA_BYTES;
    int to = from + content.length;
    Answer.FileFacts facts = new Answer.FileFacts(3, Instant.EPOCH, new FileVersion(1, 2));
    Answer.Data data = new Answer.Data(0, 3, BlockSums.of(Unpooled.wrappedBuffer(content)));

    ByteBuf all = Unpooled.buffer(to + AnswerFrames.END_BYTES, to + AnswerFrames.END_BYTES);
    all.setBytes(from, content).writerIndex(0);
    AnswerFrames.append(facts, all);
    assertThat(all.writerIndex()).isEqualTo(AnswerFrames.FILE_BYTES);
    AnswerFrames.append(data, all);
    assertThat(all.writerIndex()).isEqualTo(from);
    all.writerIndex(to);
    AnswerFrames.append(Answer.End.INSTANCE, all);
    assertThat(all.isWritable()).isFalse();

    EmbeddedChannel server = Wire.server();
    server.writeOutbound(RawBytes.of(all));
    assertThat(server.outboundMessages().peek()).isSameAs(all);
    EmbeddedChannel client = Wire.client();
    client.writeInbound(server.<Object>readOutbound());
    assertThat(next(client)).isEqualTo(facts);
    assertThat(next(client)).isEqualTo(data);
    ByteBuf raw = client.readInbound();
    assertThat(BlockSums.of(raw)).isEqualTo(data.sum());
    raw.release();
    assertThat(next(client)).isEqualTo(Answer.End.INSTANCE);
    assertThat(server.finish()).isFalse();
    assertThat(client.finish()).isFalse();
  }
}
