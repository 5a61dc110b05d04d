package io.pipewright.framing;

import static io.pipewright.framing.FramingTesting.decoding;
import static io.pipewright.framing.FramingTesting.encoded;
import static io.pipewright.framing.FramingTesting.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.ConfigurationException;
import org.junit.jupiter.api.Test;

class FixedFramingTest {

  @Test
  void framesFollowEachOtherBackToBack() {
    decoding(Framing.fixedLength(3), "abcdefghi").yields("abc", "def", "ghi");
    decoding(Framing.fixedLength(1), "ab").yields("a", "b");
  }

  @Test
  void theRestOfAFrameThatNeverComesIsAnError() {
    decoding(Framing.fixedLength(3), "abcde").fails(TruncatedFrameException.class, "abc");
  }

  @Test
  void theEncoderLetsMessagesOfThatLengthPassAndNoOthers() {
    assertThat(encoded(Framing.fixedLength(3), "abc")).isEqualTo("abc");
    assertThat(refusal(Framing.fixedLength(3), "ab"))
        .isInstanceOf(UnframeableMessageException.class)
        .hasMessage("a message of 2 bytes cannot be framed: every frame has exactly 3 bytes");
    assertThat(refusal(Framing.fixedLength(3), "abcd")).isInstanceOf(FrameTooLongException.class);
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> Framing.fixedLength(0)).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> Framing.fixedLength(-1)).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void describesItself() {
    assertThat(Framing.fixedLength(188)).hasToString("fixed length, 188 bytes");
    assertThat(Framing.fixedLength(188).maxFrameBytes()).hasValue(188);
    assertThat(Framing.fixedLength(188).delimiterBytes()).isEmpty();
  }

  @Test
  void noFramingCutsNothing() {
    assertThat(Framing.none().newDecoder()).isEmpty();
    assertThat(Framing.none().newEncoder()).isEmpty();
    assertThat(Framing.none().maxFrameBytes()).isEmpty();
    assertThat(Framing.none()).hasToString("none (what a read brings is a message)");
  }
}
