package io.pipewright.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class JsonLineTest {

  @Test
  void putsMembersInOrderAndLeavesOutWhatIsNotKnown() {
    JsonLine line = JsonLine.event("x")
        .put("number", -5L)
        .put("yes", true)
        .put("size", OptionalLong.empty())
        .put("sum", Optional.of("ab"))
        .put("none", Optional.empty());

    assertThat(line).hasToString("{\"event\":\"x\",\"number\":-5,\"yes\":true,\"sum\":\"ab\"}");
  }

  @Test
  void isAsciiWithoutControlCharactersWhateverTheText() {
    JsonLine line = JsonLine.event("x").put("name", "\"\\\n\u001b\u007f网\ud83d\ude00\u202e\ud800");

    assertThat(line)
        .hasToString(
            "{\"event\":\"x\",\"name\":\"\\\"\\\\\\u000a\\u001b\\u007f\\u7f51\\ud83d\\ude00\\u202e\\ud800\"}");
  }
}
