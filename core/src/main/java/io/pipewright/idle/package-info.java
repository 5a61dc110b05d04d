/**
 * What a quiet connection is worth: {@link io.pipewright.idle.IdlePolicy} closes one on which
 * nothing happens any more, keeps one alive by heartbeats, or both.
 *
 * <p>Alive is a connection on which <em>messages</em> come in or <em>bytes</em> go out. A peer that
 * drips single bytes of a frame is not; one that takes a large answer slowly is.
 */
package io.pipewright.idle;
