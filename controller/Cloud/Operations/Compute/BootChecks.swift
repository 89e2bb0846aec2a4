// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Placement

// Whether a flavor and an image go together, in Nova's words. Pure.

func checkBootable(_ image: Image, with flavor: Flavor) throws(RoostError) -> ImageContent {
  guard image.status == .active, let content = image.content else {
    throw RoostError(
      .badRequest, "Image \(image.id) is not active: its status is \(image.status.rawValue).",
      field: "server.imageRef")
  }
  guard let format = image.diskFormat, ["qcow2", "raw"].contains(format) else {
    throw RoostError(
      .badRequest,
      "Image \(image.id) has the disk format \(image.diskFormat ?? "none"); servers boot from "
        + "qcow2 and raw.", field: "server.imageRef")
  }
  guard flavor.size.memoryMB >= image.minMemoryMB else {
    throw RoostError(
      .badRequest,
      "Flavor's memory is too small for requested image: \(flavor.size.memoryMB) MB, and the image "
        + "needs \(image.minMemoryMB) MB.", field: "server.flavorRef")
  }
  guard flavor.size.rootGB > 0 else { return content }
  let rootBytes = flavor.size.rootGB << 30
  guard rootBytes >= content.virtualSize else {
    throw RoostError(
      .badRequest,
      "Flavor's disk is too small for requested image. Flavor disk is \(rootBytes) bytes, image is "
        + "\(content.virtualSize) bytes.", field: "server.flavorRef")
  }
  guard flavor.size.rootGB >= image.minDiskGB else {
    throw RoostError(
      .badRequest,
      "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is "
        + "\(flavor.size.rootGB) GB, minimum size is \(image.minDiskGB) GB.",
      field: "server.flavorRef")
  }
  return content
}

/// What a server of a flavor takes of its node. Amounts of 0 are left out.
func needs(of size: FlavorSize) -> [ResourceAmount] {
  let disk = size.rootGB + size.ephemeralGB + (size.swapMB + 1023) / 1024
  return [
    ResourceAmount(.vcpu, size.vcpus), ResourceAmount(.memoryMB, size.memoryMB),
    ResourceAmount(.diskGB, disk),
  ].filter { $0.amount > 0 }
}
