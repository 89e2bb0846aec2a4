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
      "Look at it on the node. If nobody needs it, remove it there with `virsh destroy` and "
        + "`virsh undefine`."
    case .domainRunsTwice:
      "Act now, for both may write to one disk: `virsh destroy` it on the node that "
        + "`openstack server show` does not name."
    case .domainMissing:
      "Restart roost-agent on the node, which defines it anew; its log says why if it can't."
    case .tapMissing:
      "Restart roost-agent on the node, which plugs it anew; its log says why if it can't. A guest "
        + "that runs uses the new tap only once it is started anew."
    case .tapWithoutRecord:
      "Remove it on the node with `ip link delete` once no guest uses it."
    case .diskWithoutRecord:
      "Remove the file on the node once nobody needs what is in it."
    case .diskMissing:
      "Put the file back from a copy, or delete the server: what was on the disk is gone."
    case .journalWithoutRecord, .journalMissing:
      "Restart roost-agent on the node: it and the controller compare what they hold when it "
        + "connects."
    }
  }
}
