package io.pipewright.filetransfer.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.ConfigurationException;
import org.junit.jupiter.api.Test;

class SecretTest {

  @Test
  void matchesItsOwnBytesAlone() {
    Secret secret = Secret.of("open sesame");

    assertThat(secret.matches("open sesame".getBytes(UTF_8))).isTrue();
    assertThat(secret.matches("open sesamE".getBytes(UTF_8))).isFalse();
    assertThat(secret.matches("open sesame\n".getBytes(UTF_8))).isFalse();
    assertThat(secret.matches(new byte[0])).isFalse();
    assertThat(secret).isEqualTo(Secret.of("open sesame")).isNotEqualTo(Secret.of("x"));
  }

  @Test
  void tellsNoByteOfItself() {
    assertThat(Secret.of("hunter2")).hasToString("Secret[7 bytes]");
  }

  @Test
  void staysAsItWasWhateverBecomesOfTheBytesGivenAndTaken() {
    byte[] given = "abc".getBytes(UTF_8);
    Secret secret = Secret.of(given);
    given[0] = 'x';
    secret.bytes()[1] = 'x';

    assertThat(secret.bytes()).isEqualTo("abc".getBytes(UTF_8));
  }

  @Test
  void hasOneTo1024Bytes() {
    assertThat(Secret.of(new byte[1_024]).bytes()).hasSize(1_024);
    assertThatThrownBy(() -> Secret.of("")).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> Secret.of(new byte[1_025]))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("1025");
  }
}
