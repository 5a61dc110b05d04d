/**
 * How a download gets onto the disk: through a hidden file beside its final name, which appears
 * whole or not at all. It knows no dialect.
 */
package io.pipewright.filetransfer.saving;
