// SPDX-License-Identifier: Apache-2.0

extension Finding.Kind {
  /// What an operator should do about it, in a sentence or two.
  public var remedy: String {
    switch self {
    case .allocationWithoutInstance, .allocationMissing, .allocationDiffers,
      .desiredWithoutInstance, .desiredMissing, .addressTwice, .addressOutsideSubnet,
      .portWithoutInstance:
      "The records contradict each other, which no request can bring about: stop the controller, "
        + "copy its state folder, and report a fault of Roost with the copy."
    case .nodeOverCapacity:
      "Keep new servers away with `roostctl node disable`, and delete servers there until it fits."
    case .domainWithoutRecord:
      "If `roostctl orphan list` names it, `roostctl orphan remove` has its node remove it once "
        + "nobody needs it. Else remove it on the node with `virsh destroy` and `virsh undefine`."
    case .domainRunsTwice:
      "Act now, for both may write to one disk: `virsh destroy` it on the node that "
        + "`openstack server show` does not name."
    case .domainMissing:
      "Restart roost-agent on the node, which defines it anew; its log says why if it can't."
    case .tapMissing:
      "Restart roost-agent on the node, which plugs it anew; its log says why if it can't. A guest "
        + "that runs uses the new tap only once it is started anew."
    case .tapWithoutRecord:
      "An orphan's goes with the orphan. Else remove it on the node with `ip link delete` once no "
        + "guest uses it."
    case .diskWithoutRecord:
      "An orphan's goes with the orphan, see `roostctl orphan list`. Else remove the file on the "
        + "node once nobody needs what is in it."
    case .diskMissing:
      "Put the file back from a copy, or delete the server: what was on the disk is gone."
    case .journalWithoutRecord:
      "If `roostctl orphan list` names it, decide there. Else restart roost-agent on the node: it "
        + "and the controller compare what they hold when it connects."
    case .journalMissing:
      "Restart roost-agent on the node: it and the controller compare what they hold when it "
        + "connects."
    }
  }
}
