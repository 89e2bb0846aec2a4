// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Testing

/// What no peer may send.
struct LimitTests {
  private func refusal<M: Message>(_ type: M.Type, _ bytes: [UInt8]) -> ProtobufError? {
    do throws(ProtobufError) {
      _ = try M(decoding: bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test func aMessageBeyondTheLimitIsRefused() {
    let limit = ProtobufReader.maximumBytes
    let padding = [UInt8](repeating: 0, count: limit + 1)
    #expect(refusal(ConsoleLogReply.self, padding) == .tooLarge(bytes: limit + 1))
  }

  @Test func aLengthBeyondTheBytesIsRefused() {
    #expect(refusal(ConsoleLogReply.self, [0x0A, 5, 1, 2]) == .truncated)
    let huge: [UInt8] = [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1]
    #expect(refusal(ConsoleLogReply.self, huge) == .truncated)
  }

  @Test func numbersHaveTheirWidth() {
    let wide: [UInt8] = [0x08, 0x80, 0x80, 0x80, 0x80, 0x10]
    #expect(refusal(RegisterReply.self, wide) == .outOfRange(field: 1))
    let eleven: [UInt8] = [0x08] + [UInt8](repeating: 0x80, count: 10) + [0]
    #expect(refusal(HeartbeatRequest.self, eleven) == .malformed)
    let beyond64: [UInt8] = [0x08] + [UInt8](repeating: 0xFF, count: 9) + [2]
    #expect(refusal(HeartbeatRequest.self, beyond64) == .malformed)
  }

  @Test func tagsAreChecked() {
    #expect(refusal(SurveyRequest.self, [0x00, 0]) == .malformed)
    // Groups do not exist in proto3.
    #expect(refusal(SurveyRequest.self, [0x0B]) == .malformed)
    #expect(refusal(RegisterReply.self, [0x0A, 0]) == .wrongType(field: 1))
  }

  @Test func textsAndIdsAreChecked() {
    #expect(refusal(GrantImageReply.self, [0x0A, 1, 0xFF]) == .notUTF8(field: 1))
    #expect(refusal(GrantImageRequest.self, [0x0A, 2, 1, 2]) == .badID(field: 1))
  }

  @Test func packedAndSingleNumbersAreTheSame() throws {
    let packed = try NumaNode(decoding: [0x12, 3, 1, 0xAC, 2])
    let single = try NumaNode(decoding: [0x10, 1, 0x10, 0xAC, 2])
    #expect(packed.cpus == [1, 300])
    #expect(packed == single)
  }

  @Test func anEnumValueOfANewerPeerIsUnspecified() throws {
    #expect(try Desired(decoding: [0x18, 99]).target == .unspecified)
    #expect(try Observation(decoding: [0x18, 99]).phase == .unspecified)
  }
}
