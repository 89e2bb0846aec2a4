// SPDX-License-Identifier: Apache-2.0

/// How operators' own resource classes and traits begin.
let customPrefix = "CUSTOM_"

/// Whether a text is 1 to 255 of A–Z, 0–9 and _, as Placement's schemas want of its names.
func isUpperName(_ text: String) -> Bool {
  let bytes = text.utf8
  return (1...255).contains(bytes.count)
    && bytes.allSatisfy { byte in
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
    }
}

/// Whether a text is an operator's own name: the prefix and at least one more character.
func isCustomName(_ text: String) -> Bool {
  isUpperName(text) && text.hasPrefix(customPrefix) && text.utf8.count > customPrefix.utf8.count
}

/// Whether a text is the suffix of a granular request group (Placement 1.33): 1 to 64 of letters,
/// digits, _ and -.
func isGroupSuffix(_ text: String) -> Bool {
  let bytes = text.utf8
  return (1...64).contains(bytes.count)
    && bytes.allSatisfy { byte in
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "-")
    }
}
