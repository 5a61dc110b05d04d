/**
 * Keeps connections to a number of bytes a second, each by itself and all of a server together, in both directions, and lets
 * the numbers change while connections run.
 *
 * <pre>
 *   read()  ──► what was read before is paid for? ──► socket         bytes read ──► owed to the buckets
 *   write() ──► queue ──► a slice, when its own bucket and then everybody's have granted it ──► socket
 * </pre>
 *
 * <p>{@link io.pipewright.shaping.Shaping} is the door. Nothing is read ahead, a queue counts as unsent bytes of its channel,
 * and a connection has one timer at most, none while nothing holds it back.
 */
package io.pipewright.shaping;
