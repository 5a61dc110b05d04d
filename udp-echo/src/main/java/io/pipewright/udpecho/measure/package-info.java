/**
 * Measures the way to a datagram echo and back: how long it takes, what is lost, doubled, overtaken and spoiled on it, and, where
 * the server is one of ours, on which half. {@link io.pipewright.udpecho.measure.UdpEchoMeasurement} is the door.
 */
package io.pipewright.udpecho.measure;
