package io.pipewright.admission;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.AttributeKey;
import io.pipewright.address.Cidr;
import java.net.InetAddress;

/** What one admitted connection is counted for, until it closes. Given back once, however often it is asked to. */
final class Place implements ChannelFutureListener {

  /** On a connection whose address is still to be judged. */
  static final AttributeKey<Place> TO_BE_JUDGED = AttributeKey.valueOf(Place.class, "toBeJudged");

  private final Admission admission;
  private Cidr from;
  private boolean givenBack;

  Place(Admission admission) {
    this.admission = admission;
  }

  /** Counts the connection for its address, too, if the address may have one more. */
  synchronized Refusal take(InetAddress address, AdmissionPolicy policy) {
    if (givenBack) {
      return null; // it has closed meanwhile
    }
    Cidr network = Cidr.around(address, policy.ipv4PrefixLength(), policy.ipv6PrefixLength());
    if (!admission.addresses().take(network, policy.maxPerAddress())) {
      return Refusal.TOO_MANY_FROM_ADDRESS;
    }
    from = network;
    return null;
  }

  synchronized void giveBack() {
    if (givenBack) {
      return;
    }
    givenBack = true;
    admission.closed();
    if (from != null) {
      admission.addresses().giveBack(from);
    }
  }

  @Override
  public void operationComplete(ChannelFuture closed) {
    giveBack();
  }
}
