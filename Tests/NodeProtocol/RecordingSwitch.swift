// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Whether whoever runs the tests asks for a recording.
enum RecordingSwitch {
  static var isOn: Bool { getenv("ROOST_RECORD") != nil }
}
