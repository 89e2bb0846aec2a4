// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Testing

/// Every message against the reference implementation, both ways.
struct SchemaTests {
  @Test(arguments: Sample.all) func swiftWritesWhatProtocWrites(_ sample: Sample) throws {
    #expect(try Protoc.encode(sample.message, sample.text) == sample.bytes)
  }

  @Test(arguments: Sample.all) func swiftReadsWhatProtocWrites(_ sample: Sample) throws {
    #expect(try sample.reads(try Protoc.encode(sample.message, sample.text)))
  }

  @Test(arguments: Sample.all) func protocReadsWhatSwiftWrites(_ sample: Sample) throws {
    let text = try Protoc.decode(sample.message, sample.bytes)
    let unknown = text.split(separator: "\n").filter { line in
      line.drop { $0 == " " }.first?.isNumber == true
    }
    #expect(unknown.isEmpty, "protoc has no names for \(unknown)")
    #expect(try Protoc.encode(sample.message, text) == sample.bytes)
  }

  @Test(arguments: Sample.all) func unknownFieldsPassThrough(_ sample: Sample) throws {
    // Field 1000 as a number, 1001 as bytes, 1002 and 1003 as 32 and 64 bits.
    let newer: [UInt8] =
      [0xC0, 0x3E, 5] + [0xCA, 0x3E, 2, 0xAA, 0xBB] + [0xD5, 0x3E, 1, 2, 3, 4]
      + [0xD9, 0x3E, 1, 2, 3, 4, 5, 6, 7, 8]
    #expect(try sample.passed(sample.bytes + newer) == sample.bytes + newer)
    #expect(try sample.passed(newer + sample.bytes) == sample.bytes + newer)
  }

  @Test(arguments: Sample.all) func everyCutIsRefusedOrAMessage(_ sample: Sample) {
    for count in sample.bytes.indices {
      // A cut between fields is a whole message with fewer of them; no cut may crash or be equal.
      if let equal = try? sample.reads(Array(sample.bytes.prefix(count))) { #expect(!equal) }
    }
  }

  @Test func everyMessageOfTheSchemaIsSampled() throws {
    let schema = try schemaLines()
    let defined = schema.compactMap { line -> String? in
      let words = line.split(separator: " ")
      return words.first == "message" ? String(words[1]) : nil
    }
    let sampled = Sample.all.map { $0.message.split(separator: ".").last.map(String.init) ?? "" }
    // A generation is Base's own and travels within others.
    #expect(defined.filter { $0 != "Generation" }.sorted() == sampled.sorted())
  }

  @Test func everyMethodOfTheSchemaHasItsName() throws {
    var service = ""
    var methods: [String] = []
    for line in try schemaLines() {
      let words = line.split { $0 == " " || $0 == "(" }
      if words.first == "service" { service = String(words[1]) }
      if words.first == "rpc" { methods.append("roost.node.v1.\(service)/\(words[1])") }
    }
    let all = ControllerMethods.all + EnrolmentMethods.all + AgentMethods.all
    #expect(methods == all.map { $0.name })
  }

  private func schemaLines() throws -> [Substring] {
    let bytes = try #require(try SystemDisk().read(Protoc.schema, limit: 1 << 20))
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  /// The fuzzer's list is not part of the package; it is read as a text.
  @Test func theFuzzerKnowsEveryMessage() throws {
    let list =
      #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
      .joined(separator: "/") + "/Fuzz/EveryMessage.swift"
    let bytes = try #require(try SystemDisk().read(list, limit: 1 << 20))
    let names = String(decoding: bytes, as: UTF8.self).split { !$0.isLetter && $0 != "." }
    for sample in Sample.all {
      #expect(names.contains("\(sample.message).self"), "\(sample.message)")
    }
  }
}
