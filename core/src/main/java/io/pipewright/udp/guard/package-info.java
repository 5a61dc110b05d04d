/**
 * What makes a service that answers strangers fit for the open internet. Whoever answers a datagram answers the address that it
 * claims to come from, so that anybody can have us send to somebody else (a reflector), and two services that answer
 * everything, brought together by one forged datagram, answer each other for ever (CVE-2024-2169).
 *
 * <pre>
 *   datagram ──► source port? ──► source and destination one host? ──► budget left? ──► not a ping-pong? ──► pipeline
 *                     │                         │                          │                 │
 *                     ╰─────────────────────────┴── no: counted by reason, and no word ──────╯
 * </pre>
 */
package io.pipewright.udp.guard;
