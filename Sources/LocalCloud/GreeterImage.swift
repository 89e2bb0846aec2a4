// SPDX-License-Identifier: Apache-2.0

/// The smallest guest: a boot sector that greets on its serial console and halts. It starts at once
/// even where QEMU translates every instruction.
public enum GreeterImage {
  /// What it writes to the console.
  public static let greeting = "Hello from a guest of Roost.\r\n"

  /// A raw disk of 1 MiB.
  public static var bytes: [UInt8] {
    // cli; ds = 0; si = greeting; dx = COM1; until the byte is 0: out; hlt for ever.
    var disk: [UInt8] = [
      0xFA, 0x31, 0xC0, 0x8E, 0xD8, 0xBE, 0x16, 0x7C, 0xBA, 0xF8, 0x03, 0xAC, 0x84, 0xC0, 0x74,
      0x03, 0xEE, 0xEB, 0xF8, 0xF4, 0xEB, 0xFD,
    ]
    disk += Array(greeting.utf8)
    disk += [UInt8](repeating: 0, count: 510 - disk.count) + [0x55, 0xAA]
    return disk + [UInt8](repeating: 0, count: (1 << 20) - disk.count)
  }
}
