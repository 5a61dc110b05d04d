/**
 * Runs handlers that block on threads of their own, and keeps what Netty promises them: one call at a time, in order.
 *
 * <pre>
 *   event loop                          executor (virtual threads, or a pool)
 *   … ► gate ──────────────────────────► intake ► the handler
 *        counts; stops reading            counts down
 *        when too much is queued
 * </pre>
 *
 * <p>{@link io.pipewright.offload.Offload} is the door.
 */
package io.pipewright.offload;
