// The configuration that daemons of these tests read a lab story with.

import Foundation

/// The configuration that feeds a daemon with the story of a folder.
func storyConfiguration(_ folder: URL) throws -> String {
  let world = folder.appendingPathComponent("world").path
  let file = folder.appendingPathComponent("vedette.yaml")
  try Data(
    """
    roster: \(world)/roster.yaml
    sources:
      - {name: linux, plugin: linux-audit, path: \(world)/linux-audit.log}
      - {name: windows, plugin: winevent, path: \(world)/windows-events.jsonl}
      - {name: personas, plugin: evidence, path: \(world)/personas.jsonl}
    capture:
      - {file: \(world)/capture.pcap}
    """.utf8
  ).write(to: file)
  return file.path
}
