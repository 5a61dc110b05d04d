/**
 * Shows what crosses the wire of a live connection: {@link io.pipewright.wirelog.WireLog} writes a
 * line for every read, write, opening and end, and costs one boolean test while nobody looks.
 */
package io.pipewright.wirelog;
