package io.pipewright.pipeline;

import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import io.pipewright.backpressure.Backpressure;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.offload.Offload;
import io.pipewright.text.TextCodec;
import io.pipewright.wirelog.WireLog;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Gathers what a pipeline is made of. The order of the calls does not matter: {@link Slot} decides; only handlers in one slot
 * stand in the order in which they were added.
 *
 * <p>Not thread-safe; what {@link #build()} returns is.
 */
public final class PipelineBuilder {

  private final List<Stage> added = new ArrayList<>();
  private Framing framing;
  private TextCodec text;
  private IdlePolicy idle;
  private WireLog wireLog;

  PipelineBuilder() {}

  /**
   * Where a message begins and ends. A TCP pipeline must say; {@link Framing#none()} says "what one read brings".
   *
   * @param framing the framing
   * @return this
   */
  public PipelineBuilder framing(Framing framing) {
    this.framing = Objects.requireNonNull(framing, "framing");
    return this;
  }

  /**
   * Messages are text: handlers read and write {@code String}s. Bytes that are no text close the connection.
   *
   * @param charset the charset of both directions
   * @return this
   */
  public PipelineBuilder text(Charset charset) {
    return text(TextCodec.of(charset));
  }

  /**
   * Messages are text: handlers read and write {@code String}s.
   *
   * @param text charset and policy for bad bytes
   * @return this
   */
  public PipelineBuilder text(TextCodec text) {
    this.text = Objects.requireNonNull(text, "text");
    return this;
  }

  /**
   * What becomes of a connection on which nothing happens. Without it a silent peer may stay for ever.
   *
   * @param idle the policy
   * @return this
   */
  public PipelineBuilder idle(IdlePolicy idle) {
    this.idle = Objects.requireNonNull(idle, "idle");
    return this;
  }

  /**
   * Logs what passes to the logger {@code io.pipewright.wire.NAME}, at debug level.
   *
   * @param name the last part of the logger's name
   * @return this
   */
  public PipelineBuilder wireLog(String name) {
    return wireLog(WireLog.named(name));
  }

  /**
   * Logs what passes.
   *
   * @param wireLog name and bound
   * @return this
   */
  public PipelineBuilder wireLog(WireLog wireLog) {
    this.wireLog = Objects.requireNonNull(wireLog, "wireLog");
    return this;
  }

  /**
   * Adds a handler that does the service's work: the same as {@code add(Slot.HANDLER, …)}.
   *
   * @param name its name in the pipeline
   * @param handlers makes one handler a channel; called twice here, to check it
   * @return this
   * @throws ConfigurationException if the supplier does not give a new (or a sharable) handler each time
   */
  public PipelineBuilder handler(String name, Supplier<? extends ChannelHandler> handlers) {
    return add(Slot.HANDLER, name, handlers);
  }

  /**
   * Adds a handler that does the service's work and blocks, so that it must not run on the event loop.
   *
   * @param name its name in the pipeline
   * @param handlers makes one handler a channel; called twice here, to check it
   * @param offload where it runs; the caller closes it, after what uses the pipeline
   * @return this
   * @throws ConfigurationException if the supplier does not give a new (or a sharable) handler each time
   */
  public PipelineBuilder handler(
      String name, Supplier<? extends ChannelHandler> handlers, Offload offload) {
    return add(Slot.HANDLER, name, handlers, offload);
  }

  /**
   * Adds one handler for all channels.
   *
   * @param name its name in the pipeline
   * @param sharable a {@code @Sharable} handler
   * @return this
   * @throws ConfigurationException if it is not {@code @Sharable}
   */
  public PipelineBuilder handler(String name, ChannelHandler sharable) {
    return add(Slot.HANDLER, name, sharable);
  }

  /**
   * Adds a handler in any slot.
   *
   * @param slot where it stands
   * @param name its name in the pipeline
   * @param handlers makes one handler a channel; called twice here, to check it
   * @return this
   * @throws ConfigurationException if the supplier does not give a new (or a sharable) handler each time
   */
  public PipelineBuilder add(Slot slot, String name, Supplier<? extends ChannelHandler> handlers) {
    added.add(UserHandlers.perChannel(slot, name, handlers));
    return this;
  }

  /**
   * Adds a handler in any slot that runs off the event loop because it blocks.
   *
   * @param slot where it stands
   * @param name its name in the pipeline
   * @param handlers makes one handler a channel; called twice here, to check it
   * @param offload where it runs; the caller closes it, after what uses the pipeline
   * @return this
   * @throws ConfigurationException if the supplier does not give a new (or a sharable) handler each time
   */
  public PipelineBuilder add(
      Slot slot, String name, Supplier<? extends ChannelHandler> handlers, Offload offload) {
    added.add(UserHandlers.perChannel(slot, name, handlers).on(offload));
    return this;
  }

  /**
   * Adds one handler for all channels in any slot.
   *
   * @param slot where it stands
   * @param name its name in the pipeline
   * @param sharable a {@code @Sharable} handler
   * @return this
   * @throws ConfigurationException if it is not {@code @Sharable}
   */
  public PipelineBuilder add(Slot slot, String name, ChannelHandler sharable) {
    added.add(UserHandlers.shared(slot, name, sharable));
    return this;
  }

  /**
   * Validates and builds.
   *
   * @return the pipeline
   * @throws ConfigurationException if two handlers have one name, text has no framing, or the framing's delimiter can sit
   *     inside a character of the text's charset
   */
  public Pipeline build() {
    checkTextFitsFraming();
    List<Stage> stages = new ArrayList<>();
    addWireLog(stages);
    addFraming(stages);
    addIdle(stages);
    addText(stages);
    stages.add(new Stage(
        Slot.BACKPRESSURE,
        "backpressure",
        "an unwritable channel stops reading",
        Backpressure::newHandler));
    stages.addAll(added);
    return Pipeline.of(stages, framing, text != null);
  }

  private void checkTextFitsFraming() {
    if (text == null) {
      return;
    }
    if (framing == null) {
      throw new ConfigurationException(
          "framing",
          null,
          "text needs a framing: name one, or Framing.none() for what a read brings");
    }
    framing
        .delimiterBytes()
        .filter(delimiter -> TextCodec.canSplit(delimiter, text.charset()))
        .ifPresent(delimiter -> {
          throw new ConfigurationException(
              "framing",
              framing.describe(),
              "its delimiter can be half of a character in "
                  + text.charset()
                  + "; take a length prefix, or a delimiter that cannot");
        });
  }

  private void addWireLog(List<Stage> stages) {
    if (wireLog != null) {
      stages.add(new Stage(Slot.WIRE_LOG, "wire-log", wireLog.toString(), wireLog::newHandler));
    }
  }

  private void addFraming(List<Stage> stages) {
    if (framing == null) {
      return;
    }
    Framing frames = framing;
    if (frames.newDecoder().isPresent()) {
      stages.add(new Stage(
          Slot.FRAMING,
          Pipeline.FRAME_DECODER,
          frames.describe(),
          () -> frames.newDecoder().orElseThrow()));
    }
    if (frames.newEncoder().isPresent()) {
      stages.add(new Stage(
          Slot.FRAMING,
          Pipeline.FRAME_ENCODER,
          frames.describe(),
          () -> frames.newEncoder().orElseThrow()));
    }
  }

  private void addIdle(List<Stage> stages) {
    if (idle != null) {
      stages.add(new Stage(Slot.IDLE, "idle", idle.toString(), idle::newHandler));
    }
  }

  private void addText(List<Stage> stages) {
    if (text == null) {
      return;
    }
    boolean wholeFrames = framing.newDecoder().isPresent();
    TextCodec codec = text;
    stages.add(new Stage(
        Slot.CODEC, "text-decoder", codec.toString(), () -> codec.newDecoder(wholeFrames)));
    stages.add(new Stage(Slot.CODEC, "text-encoder", codec.toString(), codec::newEncoder));
  }
}
