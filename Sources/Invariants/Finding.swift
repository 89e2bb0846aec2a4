// SPDX-License-Identifier: Apache-2.0

public import Base

/// Something that is not as it must be.
public struct Finding: Sendable, Hashable {
  /// Which rule is broken.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case allocationWithoutInstance
    case allocationMissing
    case allocationDiffers
    case nodeOverCapacity
    case desiredWithoutInstance
    case desiredMissing
    case addressTwice
    case addressOutsideSubnet
    case portWithoutInstance
    case domainWithoutRecord
    case domainMissing
    case domainRunsTwice
    case tapWithoutRecord
    case tapMissing
    case diskWithoutRecord
    case diskMissing
    case journalWithoutRecord
    case journalMissing
  }

  public let kind: Kind
  public let node: NodeID?
  public let instance: InstanceID?
  /// A sentence that names the things and numbers.
  public let text: String

  init(_ kind: Kind, node: NodeID? = nil, instance: InstanceID? = nil, _ text: String) {
    self.kind = kind
    self.node = node
    self.instance = instance
    self.text = text
  }
}
