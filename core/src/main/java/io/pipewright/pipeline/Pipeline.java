package io.pipewright.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.pipewright.ConfigurationException;
import io.pipewright.framing.Framing;
import io.pipewright.offload.Offload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What happens to the bytes of a connection, as a value: immutable, thread-safe, and reusable by any number of servers,
 * clients and tests. Every change returns a new pipeline.
 *
 * <p>Each channel gets handlers of its own from the suppliers; a handler that serves all channels must be
 * {@code @Sharable}. Handlers own the inbound messages that reach them: the last one to use a buffer releases it.
 */
public final class Pipeline {

  /** The name of the handler that finds where messages end, in pipelines whose framing has one. */
  public static final String FRAME_DECODER = "frame-decoder";

  /** The name of the handler that marks where messages end, in pipelines whose framing has one. */
  public static final String FRAME_ENCODER = "frame-encoder";

  private final List<Stage> stages;
  private final Framing framing;
  private final boolean text;

  private Pipeline(List<Stage> stages, Framing framing, boolean text) {
    this.stages = stages;
    this.framing = framing;
    this.text = text;
  }

  /** A builder with nothing in it but the default: an unwritable channel stops reading. */
  public static PipelineBuilder builder() {
    return new PipelineBuilder();
  }

  static Pipeline of(List<Stage> stages, Framing framing, boolean text) {
    List<Stage> ordered = new ArrayList<>(stages);
    ordered.sort(
        Comparator.comparing(Stage::slot)); // stable: the order of adding holds inside a slot
    Set<String> names = new HashSet<>();
    for (Stage stage : ordered) {
      if (!names.add(stage.name())) {
        throw new ConfigurationException(
            stage.name(), stage.name(), "two handlers of a pipeline cannot have one name");
      }
    }
    return new Pipeline(List.copyOf(ordered), framing, text);
  }

  /** Every handler's place, in the order that inbound bytes pass. */
  public List<Stage> stages() {
    return stages;
  }

  /** The framing that was named, if one was. */
  public Optional<Framing> framing() {
    return Optional.ofNullable(framing);
  }

  /** Whether messages are text: handlers see {@code String}s. */
  public boolean isText() {
    return text;
  }

  /**
   * This pipeline and one more handler, last in its slot.
   *
   * @param slot where it stands
   * @param name its name, new in this pipeline
   * @param handlers makes one handler a channel; called twice here, to check it
   * @return a new pipeline
   * @throws ConfigurationException if the name is taken or the supplier does not do
   */
  public Pipeline with(Slot slot, String name, Supplier<? extends ChannelHandler> handlers) {
    return inserted(stages.size(), UserHandlers.perChannel(slot, name, handlers));
  }

  /**
   * This pipeline and one more handler, last in its slot, that runs off the event loop because it blocks.
   *
   * @param slot where it stands
   * @param name its name, new in this pipeline
   * @param handlers makes one handler a channel; called twice here, to check it
   * @param offload where it runs; the caller closes it, after what uses this pipeline
   * @return a new pipeline
   * @throws ConfigurationException if the name is taken or the supplier does not do
   */
  public Pipeline with(
      Slot slot, String name, Supplier<? extends ChannelHandler> handlers, Offload offload) {
    return inserted(stages.size(), UserHandlers.perChannel(slot, name, handlers).on(offload));
  }

  /**
   * This pipeline and one more handler, the same for all channels, last in its slot.
   *
   * @param slot where it stands
   * @param name its name, new in this pipeline
   * @param sharable a {@code @Sharable} handler
   * @return a new pipeline
   * @throws ConfigurationException if the name is taken or the handler is not sharable
   */
  public Pipeline with(Slot slot, String name, ChannelHandler sharable) {
    return inserted(stages.size(), UserHandlers.shared(slot, name, sharable));
  }

  /**
   * This pipeline and one more stage, last in its slot: for pieces that bring their own purpose. Its supplier is called once a
   * channel and not checked here.
   *
   * @param stage a stage with a name that is new in this pipeline
   * @return a new pipeline
   * @throws ConfigurationException if the name is taken
   */
  public Pipeline with(Stage stage) {
    return inserted(stages.size(), stage);
  }

  /**
   * This pipeline and one more handler right before another, in that one's slot.
   *
   * @param existing the other's name
   * @param name its name, new in this pipeline
   * @param handlers makes one handler a channel; called twice here, to check it
   * @return a new pipeline
   * @throws ConfigurationException if there is no such other, the name is taken or the supplier does not do
   */
  public Pipeline before(
      String existing, String name, Supplier<? extends ChannelHandler> handlers) {
    int at = indexOf(existing);
    return inserted(at, UserHandlers.perChannel(stages.get(at).slot(), name, handlers));
  }

  /**
   * This pipeline and one more handler right behind another, in that one's slot.
   *
   * @param existing the other's name
   * @param name its name, new in this pipeline
   * @param handlers makes one handler a channel; called twice here, to check it
   * @return a new pipeline
   * @throws ConfigurationException if there is no such other, the name is taken or the supplier does not do
   */
  public Pipeline after(String existing, String name, Supplier<? extends ChannelHandler> handlers) {
    int at = indexOf(existing);
    return inserted(at + 1, UserHandlers.perChannel(stages.get(at).slot(), name, handlers));
  }

  /**
   * This pipeline with another handler under the same name, in the same place.
   *
   * @param name the name of a handler of this pipeline
   * @param handlers makes one handler a channel; called twice here, to check it
   * @return a new pipeline
   * @throws ConfigurationException if there is no such handler or the supplier does not do
   */
  public Pipeline replace(String name, Supplier<? extends ChannelHandler> handlers) {
    int at = indexOf(name);
    List<Stage> changed = new ArrayList<>(stages);
    Stage now = UserHandlers.perChannel(stages.get(at).slot(), name, handlers);
    changed.set(at, stages.get(at).offload().map(now::on).orElse(now));
    return of(changed, framing, text);
  }

  /**
   * This pipeline less one handler.
   *
   * @param name the name of a handler of this pipeline
   * @return a new pipeline
   * @throws ConfigurationException if there is no such handler
   */
  public Pipeline without(String name) {
    List<Stage> changed = new ArrayList<>(stages);
    changed.remove(indexOf(name));
    return of(changed, framing, text);
  }

  private Pipeline inserted(int at, Stage stage) {
    List<Stage> changed = new ArrayList<>(stages);
    changed.add(at, stage);
    return of(changed, framing, text);
  }

  private int indexOf(String name) {
    for (int i = 0; i < stages.size(); i++) {
      if (stages.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new ConfigurationException(
        "name",
        name,
        "no handler '"
            + name
            + "' in this pipeline; it has "
            + String.join(", ", stages.stream().map(Stage::name).toList()));
  }

  /**
   * For a plain Netty {@code ServerBootstrap} ({@code childHandler}), {@code Bootstrap} ({@code handler}) or
   * {@code EmbeddedChannel}: installs this pipeline in each channel that it is given.
   *
   * @return a sharable initializer
   */
  public ChannelInitializer<Channel> initializer() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        install(channel.pipeline());
      }
    };
  }

  /**
   * Adds the handlers at the end of a channel's pipeline.
   *
   * @param target a channel's pipeline, before its first read
   */
  public void install(ChannelPipeline target) {
    for (Stage stage : stages) {
      stage.addTo(target);
    }
  }

  /**
   * Every handler in the order that inbound bytes pass, one a line, and why it is there.
   *
   * @return lines without a last line break
   */
  public String describe() {
    StringBuilder lines = new StringBuilder("inbound bytes pass, in this order:");
    for (Stage stage : stages) {
      lines.append("\n  %-12s  %-14s  %s".formatted(stage.slot(), stage.name(), stage.purpose()));
    }
    return lines.toString();
  }

  /** One line: the handlers' names in order. */
  @Override
  public String toString() {
    return "Pipeline[" + String.join(" ► ", stages.stream().map(Stage::name).toList()) + "]";
  }
}
