/** The native dialect: its messages, their form on the wire, and its limits. It knows neither end. */
package io.pipewright.filetransfer.protocol;
