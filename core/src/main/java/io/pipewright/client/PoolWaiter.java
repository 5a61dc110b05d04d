package io.pipewright.client;

import java.util.concurrent.CompletableFuture;

/** A user that waits for a connection. */
final class PoolWaiter extends CompletableFuture<Lease> {

  /** Whether a connection is being made for this one, though another may get it; guarded by the pool's lock. */
  boolean connecting;
}
