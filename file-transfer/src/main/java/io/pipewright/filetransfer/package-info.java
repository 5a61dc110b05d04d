/** The file service and its client. */
package io.pipewright.filetransfer;
