/** The TCP echo service and its client. */
package io.pipewright.tcpecho;
