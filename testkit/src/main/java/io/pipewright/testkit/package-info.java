/**
 * What tests of handlers and services share: peers that assert bytes ({@link
 * io.pipewright.testkit.RawPeer}), decoders under every cut ({@link
 * io.pipewright.testkit.DecoderVerifier}), leaks that fail ({@link io.pipewright.testkit.NoLeaks}), and
 * programs in JVMs of their own ({@link io.pipewright.testkit.Program}). Bad networks are in {@link
 * io.pipewright.testkit.fault}.
 */
package io.pipewright.testkit;
