package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChatRoomTest {

  private RunningServer server;

  @BeforeEach
  void start() {
    server = Commands.server(new ChatRoom(), "--max-backlog", "64KiB").start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Peer enter(String name) throws IOException {
    Peer peer = new Peer(server.port());
    assertThat(peer.receiveLine()).isEqualTo("* welcome; what is your name?");
    peer.send(name + "\r\n");
    assertThat(peer.receiveLine()).startsWith("* " + name + " has come; here now: ");
    return peer;
  }

  @Test
  void everybodyHearsEverybodyAndWhoComesAndGoes() throws Exception {
    try (Peer anna = enter("anna");
        Peer bo = enter("小波")) {
      assertThat(anna.receiveLine()).isEqualTo("* 小波 has come; here now: 2");
      anna.send("你好\n");
      assertThat(anna.receiveLine()).isEqualTo("anna: 你好");
      assertThat(bo.receiveLine()).isEqualTo("anna: 你好");
      anna.hangUp();
      assertThat(bo.receiveLine()).isEqualTo("* anna has gone");
    }
  }

  @Test
  void aNameIsTakenOnceAndHasNoControlCharacters() throws Exception {
    try (Peer anna = enter("anna");
        Peer other = new Peer(server.port())) {
      assertThat(other.receiveLine()).startsWith("* welcome");
      other.send("\u001b[2J\n");
      assertThat(other.receiveLine()).startsWith("* a name is 1 to 20 letters");
      other.send("anna\n");
      assertThat(other.receiveLine()).startsWith("* that name is taken");
      other.send("bea\n");
      assertThat(other.receiveLine()).isEqualTo("* bea has come; here now: 2");
      assertThat(anna.receiveLine()).isEqualTo("* bea has come; here now: 2");
    }
  }

  @Test
  void nobodyPlaysWithTheOthersTerminals() throws Exception {
    try (Peer anna = enter("anna")) {
      anna.send("\u001b[31mred\u0007\n");
      assertThat(anna.receiveLine()).isEqualTo("anna: \\x1b[31mred\\x07");
      anna.send("x".repeat(1001) + "\n");
      assertThat(anna.receiveLine()).isEqualTo("* too long: at most 1000 characters");
    }
  }

  @Test
  void aMemberThatReadsNothingIsShownOutAndTheOthersGoOn() throws Exception {
    try (Peer slow = enter("slow");
        Peer talker = enter("talker");
        Peer listener = enter("listener")) {
      assertThat(talker.receiveLine()).startsWith("* listener has come");
      String line = "x".repeat(900);
      boolean gone = false;
      for (int i = 0; i < 50_000 && !gone; i++) {
        talker.send(line + "\n");
        gone = hears(talker, line);
        boolean heard = hears(listener, line);
        gone = gone || heard;
      }
      assertThat(gone).as("the slow one was shown out").isTrue();
      String rest = slow.receiveAll(UTF_8);
      assertThat(rest).endsWith("* you read too slowly to keep up, goodbye\n");
      talker.send("still here\n");
      await().atMost(Duration.ofSeconds(10)).until(() -> {
        String next = listener.receiveLine();
        return next.equals("talker: still here");
      });
    }
  }

  /** Takes the line that was just said, and says whether somebody left before it. */
  private static boolean hears(Peer peer, String line) throws IOException {
    boolean gone = false;
    String next = peer.receiveLine();
    while (!next.equals("talker: " + line)) {
      gone |= next.equals("* slow was too slow and had to go");
      next = peer.receiveLine();
    }
    return gone;
  }

  @Test
  void theMembersAreToldWhenTheRoomCloses() throws Exception {
    try (Peer anna = enter("anna")) {
      server.drainAsync(Duration.ofSeconds(5));
      assertThat(anna.receiveAll(UTF_8)).isEqualTo("* the room closes, goodbye\n");
    }
  }
}
