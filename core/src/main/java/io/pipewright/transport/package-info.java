/**
 * Which of Netty's transports moves the bytes, why that one, and who owns the event loops.
 *
 * <p>Knows the operating system and nothing of pipelines, protocols or services.
 */
package io.pipewright.transport;
