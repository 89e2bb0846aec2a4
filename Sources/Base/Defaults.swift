// SPDX-License-Identifier: Apache-2.0

/// Which Roost this is.
public enum Release {
  /// What `--version` prints, and what each side of a wire connection tells the other.
  public static let version = "0.1.0"
}

/// Addresses and paths that hold where no configuration says otherwise, written down once.
public enum Defaults {
  /// Where the controller serves its HTTP API.
  public static let apiAddress = "127.0.0.1:8770"
  /// Where the controller waits for agents.
  public static let wireAddress = "127.0.0.1:8771"
  /// The controller's configuration.
  public static let controllerConfiguration = "/etc/roost/controller.yaml"
  /// The agent's configuration.
  public static let agentConfiguration = "/etc/roost/agent.yaml"
  /// What the controller keeps.
  public static let controllerState = "/var/lib/roost/controller"
  /// What the agent keeps.
  public static let agentState = "/var/lib/roost/agent"
}
