package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a policy adds, and that it adds no more, by both ways of walking. */
@Timeout(60)
class SharingPolicyTest {

  @Nested
  class WalkingByHandles extends Policies {
    @Override
    SharedFolder open(Path root, SharingPolicy policy) {
      return SharedFolder.open(root, policy);
    }
  }

  @Nested
  class WalkingByPaths extends Policies {
    @Override
    SharedFolder open(Path root, SharingPolicy policy) throws IOException {
      return new SharedFolder(new PathFolder(root.toRealPath()), policy);
    }
  }

  abstract static class Policies {

    private static final String LEADS_OUT = "a link leads out of the shared folder";

    @TempDir
    Path temp;

    Path root;
    SharedFolder strict;
    SharedFolder following;

    abstract SharedFolder open(Path root, SharingPolicy policy) throws IOException;

    @BeforeEach
    void share() throws IOException {
      root = Files.createDirectory(temp.resolve("root"));
      Files.createDirectories(root.resolve("sub/deep"));
      Files.writeString(root.resolve("a"), "a");
      Files.writeString(root.resolve("sub/b"), "b");
      Files.writeString(root.resolve("sub/deep/c"), "c");
      Files.writeString(root.resolve(".hidden"), "hidden");
      Files.writeString(temp.resolve("secret"), "outside");
      strict = open(root, SharingPolicy.STRICT);
      following = open(root, SharingPolicy.STRICT.withLinksInside());
    }

    @AfterEach
    void close() {
      strict.close();
      following.close();
    }

    private void link(String name, Object target) throws IOException {
      Files.createSymbolicLink(root.resolve(name), Path.of(target.toString()));
    }

    @Test
    void nothingHiddenIsGivenUnlessItIsAskedFor() throws IOException {
      Files.createDirectories(root.resolve(".git/objects"));
      Files.writeString(root.resolve(".git/objects/f"), "f");
      Files.writeString(root.resolve("sub/..."), "dots");
      for (String name : new String[] {".hidden", ".git/objects/f", "sub/...", ".nowhere"}) {
        assertThat(Stores.refusal(strict, name)).isEqualTo("it is hidden");
      }
      try (SharedFolder all = open(root, SharingPolicy.STRICT.withHiddenFiles())) {
        assertThat(Stores.read(all, ".hidden")).isEqualTo("hidden");
        assertThat(Stores.read(all, ".git/objects/f")).isEqualTo("f");
        assertThat(Stores.read(all, "sub/...")).isEqualTo("dots");
        assertThat(Stores.refusal(all, ".nowhere")).isEqualTo("there is no such file");
      }
    }

    @Test
    void aPolicyAddsOneThingAtATime() throws IOException {
      link("link", "a");
      try (SharedFolder all = open(root, SharingPolicy.STRICT.withHiddenFiles())) {
        assertThat(Stores.refusal(all, "link")).isEqualTo("it is a link");
      }
      assertThat(Stores.refusal(following, ".hidden")).isEqualTo("it is hidden");
      SharingPolicy both = SharingPolicy.STRICT.withHiddenFiles().withLinksInside();
      link("to-hidden", ".hidden");
      try (SharedFolder all = open(root, both)) {
        assertThat(Stores.read(all, "to-hidden")).isEqualTo("hidden");
      }
    }

    @Test
    void linksToWhatIsInsideAreFollowed() throws IOException {
      link("to-a", "a");
      link("to-sub", "sub");
      link("sub/to-a", "../a");
      link("sub/deep/up", "..");
      link("absolute", root.toRealPath().resolve("sub/b"));
      link("dots", "./sub/./deep/../b");
      link("slash", "sub/");
      link("home", root.toRealPath());
      link("chain", "to-sub/to-a");
      assertThat(Stores.read(following, "to-a")).isEqualTo("a");
      assertThat(Stores.read(following, "to-sub/b")).isEqualTo("b");
      assertThat(Stores.read(following, "sub/to-a")).isEqualTo("a");
      assertThat(Stores.read(following, "sub/deep/up/deep/up/b")).isEqualTo("b");
      assertThat(Stores.read(following, "absolute")).isEqualTo("b");
      assertThat(Stores.read(following, "dots")).isEqualTo("b");
      assertThat(Stores.read(following, "slash/deep/c")).isEqualTo("c");
      assertThat(Stores.read(following, "home/home/a")).isEqualTo("a");
      assertThat(Stores.read(following, "chain")).isEqualTo("a");
      assertThat(Stores.refusal(following, "home")).isEqualTo("it is a folder");
      assertThat(Stores.names(following, "home/sub", 10)).containsExactly("b", "deep", "to-a");
    }

    @Test
    void aStepBackIsTakenWhereALinkLedAndNotWhereItStood() throws IOException {
      link("far", "sub/deep");
      Files.writeString(root.resolve("b"), "the wrong b");
      link("back", "far/../b");
      assertThat(Stores.read(following, "back")).isEqualTo("b");
    }

    @Test
    void aStepBackFromAFileLeadsNowhere() throws IOException {
      link("back", "a/../a");
      assertThat(Stores.refusal(following, "back")).isEqualTo("a folder of it is a file");
    }

    @Test
    void linksThatLeadOutAreNot() throws IOException {
      link("out", "../secret");
      link("out-by-path", temp.toRealPath().resolve("secret"));
      link("out-and-in", "../root/a");
      link("sub/out", "../../secret");
      link("up", "..");
      link("climbs", root.toRealPath() + "/../secret");
      link("elsewhere", temp.toRealPath());
      link("top", "/");
      link("beside", root.toRealPath() + "-not");
      Files.createDirectory(temp.resolve("root-not"));
      for (String name : new String[] {
        "out",
        "out-by-path",
        "out-and-in",
        "sub/out",
        "up/secret",
        "climbs",
        "elsewhere/secret",
        "top",
        "beside"
      }) {
        assertThat(Stores.refusal(following, name)).as(name).isEqualTo(LEADS_OUT);
      }
      Files.delete(root.resolve("top")); // whoever cleans up is warned of it
    }

    @Test
    void linksToWhatIsHiddenAreNot() throws IOException {
      link("to-hidden", ".hidden");
      link("through", ".git/../a");
      assertThat(Stores.refusal(following, "to-hidden")).isEqualTo("it is hidden");
      assertThat(Stores.refusal(following, "through")).isEqualTo("it is hidden");
    }

    @Test
    void circlesOfLinksEnd() throws IOException {
      link("self", "self");
      link("one", "two");
      link("two", "one");
      link("grows", "grows/grows/grows");
      for (String name : new String[] {"self", "one", "grows", "self/a"}) {
        assertThat(Stores.refusal(following, name)).isEqualTo("it is behind more than 40 links");
      }
    }

    @Test
    void fortyLinksAreFollowed() throws IOException {
      link("l1", "a");
      for (int i = 2; i <= 41; i++) {
        link("l" + i, "l" + (i - 1));
      }
      assertThat(Stores.read(following, "l40")).isEqualTo("a");
      assertThat(Stores.refusal(following, "l41")).isEqualTo("it is behind more than 40 links");
    }

    @Test
    void whatALinkLeadsToIsJudgedAsIfItHadBeenAskedFor() throws Exception {
      Stores.mkfifo(root.resolve("fifo"));
      link("to-fifo", "fifo");
      link("dangling", "nowhere");
      assertThat(Stores.refusal(following, "to-fifo"))
          .isEqualTo("it is a device, a FIFO or a socket");
      assertThat(Stores.refusal(following, "dangling")).isEqualTo("there is no such file");
    }
  }
}
