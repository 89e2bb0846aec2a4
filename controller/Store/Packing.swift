// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import JSON

// Lists and pairs live in one column as JSON text where nothing ever searches within them.

func packed(_ texts: [String]) -> SQLValue {
  .text(String(decoding: JSONValue.array(texts.map { .string($0) }).encoded, as: UTF8.self))
}

func packed(_ properties: [Property]) -> SQLValue {
  .text(String(decoding: propertiesJSON(properties).encoded, as: UTF8.self))
}

func propertiesJSON(_ properties: [Property]) -> JSONValue {
  var object = JSONObject()
  for property in properties.sorted(by: { $0.key < $1.key }) {
    object[property.key] = .string(property.value)
  }
  return .object(object)
}

extension Row {
  func texts(_ column: String) throws(RoostError) -> [String] {
    try json(column).elements?.compactMap(\.text) ?? []
  }

  func properties(_ column: String) throws(RoostError) -> [Property] {
    stringProperties(try json(column))
  }

  func json(_ column: String) throws(RoostError) -> JSONValue {
    try unpacked(column) { $0 }
  }

  /// A value that a column holds as JSON. One that can't be read is the store's fault, not the
  /// caller's.
  func unpacked<Value>(_ column: String, _ make: (JSONValue) throws(RoostError) -> Value)
    throws(RoostError) -> Value
  {
    let text = try text(column)
    do throws(RoostError) {
      return try make(JSONValue(parsing: Array(text.utf8)))
    } catch {
      throw unreadable(column, text)
    }
  }

  /// A column that holds one of an enumeration's words.
  func word<Word: RawRepresentable>(_ column: String, _ type: Word.Type = Word.self)
    throws(RoostError) -> Word where Word.RawValue == String
  {
    let text = try text(column)
    guard let word = Word(rawValue: text) else { throw unreadable(column, text) }
    return word
  }

  /// The error for a value that no version of Roost writes there.
  func unreadable(_ column: String, _ text: String) -> RoostError {
    RoostError(
      .internal, "An internal error occurred; the operator's log has the details.",
      operator: "the store's column \(column) holds `\(text.prefix(200))`, which can't be read")
  }
}

func stringProperties(_ json: JSONValue) -> [Property] {
  (json.members.map(Array.init) ?? []).compactMap { entry in
    entry.value.text.map { Property(entry.key, $0) }
  }
}

/// Each row as a value.
func decoded<Value>(_ rows: [Row], _ make: (Row) throws(RoostError) -> Value) throws(RoostError)
  -> [Value]
{
  var values: [Value] = []
  values.reserveCapacity(rows.count)
  for row in rows { values.append(try make(row)) }
  return values
}
