/**
 * A peer that does not read what it asks for gets no more of our memory: {@link
 * io.pipewright.backpressure.Backpressure} stops reading from a connection while its answers pile
 * up.
 *
 * <pre>
 *   bytes waiting to leave      high-water mark ─────╮ flush; still above: stop reading
 *                                                    │
 *                               low-water mark  ─────╯ read again
 * </pre>
 */
package io.pipewright.backpressure;
