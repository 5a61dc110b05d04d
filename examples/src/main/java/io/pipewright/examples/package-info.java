/** Examples, one file each, and the guided demo. */
package io.pipewright.examples;
