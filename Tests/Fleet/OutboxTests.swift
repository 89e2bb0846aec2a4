// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import TestSupport
import Testing

@testable import Fleet

struct OutboxTests {
  private func desired(_ instance: UInt8, _ number: UInt64, bytes: Int = 0) -> Desired {
    var desired = Desired()
    desired.instanceID = numbered(instance)
    desired.generation = Generation(epoch: 1, number: number)
    if bytes > 0 {
      var file = ConfigDrive.File()
      file.content = [UInt8](repeating: 1, count: bytes)
      var spec = InstanceSpec()
      spec.configDrive.files = [file]
      desired.spec = spec
    }
    return desired
  }

  @Test func onlyTheNewestOfAnInstanceWaits() {
    var outbox = Outbox()
    outbox.add(desired(1, 5))
    outbox.add(desired(2, 6))
    outbox.add(desired(1, 7))
    outbox.add(desired(1, 4))
    outbox.add(desired(1, 7))
    #expect(outbox.batch() == [desired(2, 6), desired(1, 7)])
  }

  @Test func whatWasToldIsForgottenAndWhatCameMeanwhileStays() {
    var outbox = Outbox()
    outbox.add(desired(1, 5))
    outbox.add(desired(2, 6))
    let batch = outbox.batch()
    outbox.add(desired(1, 7))
    outbox.remove(batch)
    #expect(outbox.batch() == [desired(1, 7)])
    outbox.remove([desired(1, 7)])
    #expect(outbox.isEmpty)
  }

  @Test func aBatchIsBoundedInCountAndBytes() {
    var outbox = Outbox()
    for number in 1...100 { outbox.add(desired(UInt8(number), UInt64(number), bytes: 1000)) }
    #expect(outbox.batch(maxCount: 64).count == 64)
    #expect(outbox.batch(maxCount: 64, maxBytes: 5000).count == 4)
    // One that is over the limit alone still travels, or it would stand in the way for ever.
    #expect(outbox.batch(maxBytes: 10).count == 1)
  }
}
