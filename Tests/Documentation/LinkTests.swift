// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

/// Every link between the project's pages leads somewhere.
struct LinkTests {
  @Test(arguments: [
    "README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/configuration.md",
    "docs/install.md",
  ])
  func linksLeadToFiles(_ page: String) throws {
    let links = try repositoryFile(page).parts(by: "](").dropFirst().compactMap { rest in
      rest.parts(by: ")").first?.parts(by: "#").first
    }
    #expect(!links.isEmpty)
    let folder = page.hasPrefix("docs/") ? "docs/" : ""
    for link in links where !link.hasPrefix("https://") {
      let size = try SystemDisk().size(of: repositoryRoot + "/" + folder + link)
      #expect(size != nil, "\(page) links to \(link), which does not exist")
    }
  }
}
