package io.pipewright.pipeline;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.pipewright.ConfigurationException;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PipelineTest {

  private static final class Nothing extends ChannelInboundHandlerAdapter {}

  @ChannelHandler.Sharable
  private static final class Shared extends ChannelInboundHandlerAdapter {}

  /** Answers a text with the same text. */
  private static final class Answer extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }
  }

  private static List<String> names(Pipeline pipeline) {
    return pipeline.stages().stream().map(Stage::name).toList();
  }

  @Test
  void handlersStandInSlotOrderWhateverOrderTheBuilderWasCalledIn() {
    Pipeline pipeline = Pipeline.builder()
        .handler("service", Nothing::new)
        .idle(IdlePolicy.closeAfter(Duration.ofSeconds(60)))
        .add(Slot.CAPTURE, "tap", Nothing::new)
        .text(UTF_8)
        .framing(Framing.lines())
        .wireLog("greeter")
        .handler("second", Nothing::new)
        .build();

    assertThat(names(pipeline))
        .containsExactly(
            "tap",
            "wire-log",
            "frame-decoder",
            "frame-encoder",
            "idle",
            "text-decoder",
            "text-encoder",
            "backpressure",
            "service",
            "second");
  }

  @Test
  void everyChangeIsANewPipelineAndTheOldOneIsAsItWas() {
    Pipeline original = Pipeline.builder().handler("a", Nothing::new).build();

    Pipeline changed = original
        .with(Slot.HANDLER, "z", Nothing::new)
        .before("a", "before-a", Nothing::new)
        .after("a", "after-a", Nothing::new)
        .replace("z", Answer::new)
        .without("backpressure");

    assertThat(names(original)).containsExactly("backpressure", "a");
    assertThat(names(changed)).containsExactly("before-a", "a", "after-a", "z");
    assertThat(changed.stages().get(3).handlers().get()).isInstanceOf(Answer.class);
  }

  @Test
  void aNameThatIsNotThereIsAnsweredWithThoseThatAre() {
    Pipeline pipeline = Pipeline.builder().handler("a", Nothing::new).build();

    assertThatThrownBy(() -> pipeline.without("b"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("name: no handler 'b' in this pipeline; it has backpressure, a");
  }

  @Test
  void twoHandlersCannotHaveOneName() {
    assertThatThrownBy(() -> Pipeline.builder()
            .handler("a", Nothing::new)
            .handler("a", Nothing::new)
            .build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("two handlers of a pipeline cannot have one name");
  }

  @Test
  void oneInstanceForEveryChannelIsRefusedUnlessItIsSharable() {
    Nothing one = new Nothing();
    Shared shared = new Shared();

    assertThatThrownBy(() -> Pipeline.builder().handler("a", () -> one))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is not @Sharable");
    assertThatThrownBy(() -> Pipeline.builder().handler("a", one))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is not @Sharable");
    assertThatCode(() ->
            Pipeline.builder().handler("a", () -> shared).handler("b", shared).build())
        .doesNotThrowAnyException();
  }

  @Test
  void aSupplierThatFailsOrGivesNothingIsFoundBeforeTheFirstClient() {
    assertThatThrownBy(() -> Pipeline.builder().handler("a", () -> null))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("a: the supplier gives no handler");
    assertThatThrownBy(() -> Pipeline.builder().handler("a", () -> {
          throw new IllegalStateException("no database");
        }))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no database")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void textWithoutFramingIsRefused() {
    assertThatThrownBy(() -> Pipeline.builder().text(UTF_8).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("text needs a framing");
  }

  @Test
  void aDelimiterThatCanSitInsideACharacterIsRefused() {
    Charset gbk = Charset.forName("GBK");

    assertThatThrownBy(() ->
            Pipeline.builder().framing(Framing.delimiter((byte) '|')).text(gbk).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("half of a character in GBK");
    assertThatThrownBy(
            () -> Pipeline.builder().framing(Framing.lines()).text(UTF_16).build())
        .isInstanceOf(ConfigurationException.class);
    assertThatCode(() -> Pipeline.builder().framing(Framing.lines()).text(gbk).build())
        .doesNotThrowAnyException();
    assertThatCode(() -> Pipeline.builder()
            .framing(Framing.delimiter((byte) '|'))
            .text(UTF_8)
            .build())
        .doesNotThrowAnyException();
  }

  @Test
  void itWorksInAnEmbeddedChannel() {
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.lines())
        .text(UTF_8)
        .handler("answer", Answer::new)
        .build();
    EmbeddedChannel channel = new EmbeddedChannel(pipeline.initializer());

    channel.writeInbound(Unpooled.copiedBuffer("网络\nhal", UTF_8));
    ByteBuf answer = channel.readOutbound();

    assertThat(answer.toString(UTF_8)).isEqualTo("网络\n");
    answer.release();
    assertThat(channel.<Object>readOutbound()).isNull();
    // the half line is an error of the peer's
    assertThatThrownBy(channel::finish).hasMessageContaining("frame");
  }

  @Test
  void itWorksWithNettysOwnBootstraps() throws Exception {
    BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    Pipeline server = Pipeline.builder()
        .framing(Framing.lengthPrefix(4))
        .text(UTF_8)
        .handler("answer", Answer::new)
        .build();
    Pipeline client = server.replace("answer", () -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        received.add(message);
      }
    });
    var group = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    try {
      LocalAddress address = new LocalAddress("pipeline-test");
      new ServerBootstrap()
          .group(group)
          .channel(LocalServerChannel.class)
          .childHandler(server.initializer())
          .bind(address)
          .sync();
      Channel channel = new Bootstrap()
          .group(group)
          .channel(LocalChannel.class)
          .handler(client.initializer())
          .connect(address)
          .sync()
          .channel();
      channel.writeAndFlush("plain").sync();

      assertThat(received.poll(5, TimeUnit.SECONDS)).isEqualTo("plain");
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }

  @Test
  void itDescribesEveryHandlerInOrderAndWhyItIsThere() {
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.lines().maxLength(8_192))
        .handler("service", Nothing::new)
        .build();

    assertThat(pipeline.describe())
        .contains("FRAMING")
        .contains("frame-decoder")
        .contains("at most 8192 bytes")
        .contains("an unwritable channel stops reading")
        .endsWith("Nothing");
  }
}
