package io.pipewright.tcp;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a listening Unix domain socket. The kernel makes it and never removes it: a server that was killed leaves one
 * behind, which is in the next one's way.
 */
final class UnixSocketFile {

  private static final Logger log = LoggerFactory.getLogger(TcpServer.class);

  private UnixSocketFile() {}

  /**
   * Removes a socket that nobody listens on any more. Netty's native transports would remove whatever has the name, a living
   * server's socket and a plain file alike.
   *
   * @param path where a server is about to listen
   * @throws BindException if something is there that somebody may need
   */
  static void makeWay(Path path) throws BindException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!isSocket(path) || hasListener(path)) {
      throw new BindException("Address already in use");
    }
    log.info("unix:{}: nobody listens there any more, taking it over", path);
    remove(path);
  }

  private static boolean hasListener(Path path) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false); // a full queue is a listener too
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (IOException e) {
      return !String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("refused");
    }
  }

  /** Removes the file when its listener closes, unless another server has put its own there. */
  static void removeWithListener(Path path, Channel listener) {
    Object ours = fileKey(path);
    listener.closeFuture().addListener(closed -> {
      if (ours != null && Objects.equals(ours, fileKey(path))) {
        remove(path);
      }
    });
  }

  private static boolean isSocket(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isOther();
    } catch (IOException e) {
      return false; // there is none
    }
  }

  private static Object fileKey(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.warn("unix:{}: cannot be removed: {}", path, e.toString());
    }
  }
}
