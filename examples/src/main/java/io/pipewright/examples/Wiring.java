package io.pipewright.examples;

import io.pipewright.idle.IdlePolicy;
import io.pipewright.launch.ServerOptions;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.tcp.TcpServer;
import io.pipewright.tcp.TcpServerBuilder;

/** What the options that all servers share are to a pipeline and to a socket. */
final class Wiring {

  private Wiring() {}

  /**
   * A pipeline that honours {@code --idle-timeout} and {@code --wire-log}.
   *
   * @param name the example's name, for the wire log
   */
  static PipelineBuilder pipeline(String name, ServerOptions options) {
    PipelineBuilder pipeline = Pipeline.builder();
    if (!options.idleTimeout().isZero()) {
      pipeline.idle(IdlePolicy.closeAfter(options.idleTimeout()));
    }
    if (options.wireLog()) {
      pipeline.wireLog(name);
    }
    return pipeline;
  }

  /**
   * A server that honours every option of a socket, and {@code --extensions}.
   *
   * @param name the example's name, for extensions
   * @param pipeline the example's own
   */
  static TcpServerBuilder server(String name, TcpServerOptions options, Pipeline pipeline) {
    return options.applyTo(TcpServer.builder()).pipeline(options.customized(name, pipeline));
  }
}
