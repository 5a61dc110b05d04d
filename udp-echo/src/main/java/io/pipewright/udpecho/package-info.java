/** The UDP echo service and its client. */
package io.pipewright.udpecho;
