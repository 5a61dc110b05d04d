/**
 * What makes a log safe to write at a stranger's instigation: {@link io.pipewright.log.Escaped}
 * makes control characters visible, so that no peer forges a line, and {@link
 * io.pipewright.log.BoundedLog} keeps a flood of bad peers from becoming a flood of lines. {@link
 * io.pipewright.log.JsonLine} does for programs what Escaped does for people.
 */
package io.pipewright.log;
