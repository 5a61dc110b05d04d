package io.pipewright.testkit.fault;

/**
 * Something that a {@link TcpFaultProxy} has done.
 *
 * @param fault what was done; of what is done over and over, such as {@link Fault#SPLIT}, the first
 *     time in a direction
 * @param direction which direction of the connection it was done to
 * @param offset how many bytes of that direction had come before
 */
public record AppliedFault(Fault fault, Direction direction, long offset) {}
