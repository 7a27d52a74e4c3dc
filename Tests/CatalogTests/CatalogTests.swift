import Catalog
import TestSupport
import Testing

@Suite("The anomaly catalog")
struct CatalogTests {
  @Test("Every row of proto/anomalies.tsv is one kind with its id, layer and definition")
  func rows() throws {
    let rows = try tableRows(Corpus.repository + "/proto/anomalies.tsv")
    #expect(rows.count == AnomalyKind.all.count)
    for (row, kind) in zip(rows, AnomalyKind.all) {
      #expect(kind.id == row[0])
      #expect(kind.layer.name == row[1])
      #expect(kind.definition == row[4])
      #expect(AnomalyKind(id: row[0]) == kind)
    }
  }

  @Test("Severities are those of proto/anomaly-severities.tsv, low where it is silent, and never critical")
  func severities() throws {
    var given: [String: String] = [:]
    for row in try tableRows(Corpus.repository + "/proto/anomaly-severities.tsv") { given[row[0]] = row[1] }
    for kind in AnomalyKind.all {
      #expect(kind.severity.name == given[kind.id] ?? "low")
      #expect(kind.severity < .critical)
    }
  }

  @Test("A constant is the kind whose id it spells")
  func constants() {
    #expect(AnomalyKind.tcpNoSession.id == "tcp.no_session")
    #expect(AnomalyKind.ethernetTruncatedHeader.id == "ethernet.truncated_header")
    #expect(AnomalyKind.appLookaheadExceeded.id == "app.lookahead_exceeded")
  }

  @Test("Ids and numbers that the catalog lacks are nil")
  func unknown() {
    #expect(AnomalyKind(id: "tcp.nothing") == nil)
    #expect(AnomalyKind(rawValue: 0) == nil)
    #expect(AnomalyKind(rawValue: UInt16(AnomalyKind.count) + 1) == nil)
  }

  @Test("The repository's catalog is the corpus's", .enabled(if: Corpus.path != nil))
  func sameAsCorpus() throws {
    let corpus = try #require(Corpus.path)
    #expect(try text(of: Corpus.repository + "/proto/anomalies.tsv") == text(of: corpus + "/anomalies.tsv"))
  }

  private func tableRows(_ path: String) throws -> [[String]] {
    try text(of: path).split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func text(of path: String) throws -> String {
    String(decoding: try Corpus.bytes(of: path), as: UTF8.self)
  }
}
