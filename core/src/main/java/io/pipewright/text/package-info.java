/**
 * Between bytes and text, in any charset that the JVM knows. {@link io.pipewright.text.TextCodec}
 * is the door for pipelines, {@link io.pipewright.text.IncrementalText} for programs without one.
 *
 * <p>A character of several bytes that a read has cut in two is kept until its rest arrives; bytes
 * that are no text are replaced or end the connection, as the codec says, and never pass unnoticed.
 */
package io.pipewright.text;
