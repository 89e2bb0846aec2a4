// SPDX-License-Identifier: Apache-2.0

public import Base

/// A server as the store keeps it. Deleted ones stay for a while, for lists and audits.
public struct Instance: Sendable, Hashable {
  public var id: InstanceID
  public var project: ProjectID
  public var user: UserID
  public var name: String
  public var description: String?
  /// What the guest calls itself.
  public var hostName: String
  /// The flavor's id, for old microversions, and a copy of all that it said at creation.
  public var flavor: Flavor
  public var image: ImageID
  /// The image's properties at creation, sorted; for `image.properties`.
  public var imageProperties: [Property]
  public var keyName: String?
  public var metadata: [Property]
  /// Base64 as the user gave it.
  public var userData: String?
  public var hasConfigDrive: Bool
  /// The zone the user asked for.
  public var requestedZone: String?
  /// Where it is; nil before placing, after a failed create and once deleted.
  public var node: NodeID?
  public var vmState: VMState
  public var taskState: TaskState?
  public var powerState: PowerState
  public var progress: Int64
  public var fault: Fault?
  public var reservationID: String
  public var launchIndex: Int64
  /// What libvirt calls it; empty until it was reported.
  public var domainName: String
  /// Pinned at the first boot.
  public var machineType: String?
  public var createdAt: Timestamp
  public var updatedAt: Timestamp
  public var launchedAt: Timestamp?
  public var terminatedAt: Timestamp?

  /// The word the API shows.
  public var status: ServerStatus { ServerStatus(vmState) }
  /// Whether it is gone for good.
  public var isDeleted: Bool { vmState == .deleted }

  /// A server that is about to be placed.
  public init(
    id: InstanceID, project: ProjectID, user: UserID, name: String, description: String?,
    hostName: String, flavor: Flavor, image: ImageID, imageProperties: [Property],
    keyName: String?, metadata: [Property], userData: String?, hasConfigDrive: Bool,
    requestedZone: String?, reservationID: String, launchIndex: Int64, createdAt: Timestamp
  ) {
    self.id = id
    self.project = project
    self.user = user
    self.name = name
    self.description = description
    self.hostName = hostName
    self.flavor = flavor
    self.image = image
    self.imageProperties = imageProperties
    self.keyName = keyName
    self.metadata = metadata
    self.userData = userData
    self.hasConfigDrive = hasConfigDrive
    self.requestedZone = requestedZone
    self.node = nil
    self.vmState = .building
    self.taskState = .scheduling
    self.powerState = .noState
    self.progress = 0
    self.fault = nil
    self.reservationID = reservationID
    self.launchIndex = launchIndex
    self.domainName = ""
    self.machineType = nil
    self.createdAt = createdAt
    self.updatedAt = createdAt
    self.launchedAt = nil
    self.terminatedAt = nil
  }
}

/// Why a server is in ERROR, as the API shows it.
public struct Fault: Sendable, Hashable {
  /// An HTTP status code; 500 for what Roost or a node failed at.
  public var code: Int64
  public var message: String
  /// More, for administrators.
  public var details: String
  public var createdAt: Timestamp

  /// A fault.
  public init(code: Int64, message: String, details: String, createdAt: Timestamp) {
    self.code = code
    self.message = message
    self.details = details
    self.createdAt = createdAt
  }
}
