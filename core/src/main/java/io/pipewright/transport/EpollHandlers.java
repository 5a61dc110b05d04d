package io.pipewright.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's epoll handlers, with a remedy for a defect of 4.2.18. When a channel is interested in nothing for a moment, which a
 * half-closed one is whenever it has nothing to write, Netty takes its descriptor out of the epoll set, forgets that it did,
 * and fails with ENOENT when the channel wants to write again. Out of a flush that error ends the channel's output in order: a
 * peer that has finished sending gets the beginning of a long answer and takes it for the whole.
 *
 * <p>Here a channel that is interested in nothing stays in the set, edge-triggered: errors and hang-ups, which epoll always
 * reports, come once each and so wake nobody for ever.
 */
final class EpollHandlers implements IoHandlerFactory {

  private final IoHandlerFactory netty = EpollIoHandler.newFactory();

  @Override
  public IoHandler newHandler(ThreadAwareExecutor executor) {
    return new Handler(netty.newHandler(executor));
  }

  @Override
  public boolean isChangingThreadSupported() {
    return netty.isChangingThreadSupported();
  }

  /** Netty's handler, but for what it returns from {@link #register}. */
  record Handler(IoHandler netty) implements IoHandler {

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
      return new Registration(netty.register(handle));
    }

    @Override
    public void initialize() {
      netty.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
      return netty.run(context);
    }

    @Override
    public void prepareToDestroy() {
      netty.prepareToDestroy();
    }

    @Override
    public void destroy() {
      netty.destroy();
    }

    @Override
    public void wakeup() {
      netty.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return netty.isCompatible(handleType);
    }
  }

  private static final class Registration implements IoRegistration {

    private final IoRegistration netty;
    private boolean added;

    Registration(IoRegistration netty) {
      this.netty = netty;
    }

    @Override
    public long submit(IoOps ops) {
      boolean nothing = ((EpollIoOps) ops).value() == 0;
      added |= !nothing;
      return netty.submit(nothing && added ? EpollIoOps.EPOLLET : ops);
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
    public <T> T attachment() {
      return netty.attachment();
    }

    @Override
    public boolean isValid() {
      return netty.isValid();
    }

    @Override
    public boolean cancel() {
      return netty.cancel();
    }
  }
}
