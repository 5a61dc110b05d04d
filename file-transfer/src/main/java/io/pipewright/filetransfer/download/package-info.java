/**
 * What a download tells its user: settings, events, results and errors. Nothing here opens a socket or a file.
 */
package io.pipewright.filetransfer.download;
