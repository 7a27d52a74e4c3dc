// A data export as the platform hands it over: one archive, read without unpacking it by hand.

import Foundation
import JSON
import Testing

@Suite struct ArchivesEndToEnd {
  /// By Python's zipfile: Connections.csv with Jane Doe, Invitations.csv with hers to Sam Poe, Profile.csv, a picture.
  private static let export = """
    UEsDBBQAAAAIAABII13bo2w2ywAAAAoBAAAPAAAAQ29ubmVjdGlvbnMuY3N2NY/NTsNADITveQqrZzdpc+DQG4IihKqA+BFnkzXEkLWjXaOQt2dTxM0zms8e\
    d+acD9XmdWAF/pksuegHLPadoDdV7l1MIZATri5EWkDNpWfwgRyyRQZ7L4KBI8kIFELinDkDJYYoOZeN9aaqbiRlh44i44n+p5fHEx7P3OUfh1cWJ9IFHyzL\
    erwY5x4c4F6rO1LGa2Mc3Kd8aJp5nutR9IuDaN1bbESbzxLaBuPtnto3xK58NcyiAW+Zwtr2mUZWx90enniCdtdeVL9QSwMEFAAAAAgAAEgjXQeOup2TAAAA\
    xQAAAA8AAABJbnZpdGF0aW9ucy5jc3Z9jEEOgjAQRfecoul6oMJCIzsiUTEBSdADVBh1lE5N28j1ZWHiztVL3vv5W2cNnCx0yEEUAWr0Xt8QSnLYB7IMxG8K\
    6FpnrzTi2Y1fgz8THTSjKC1Cp41oZ8q1SlW2BJHmi5UoaglyT2KuEqpmc6yrZgf3EF4+V2qapmQkfuJAnPTWKGL1mA/jwWKc6uzyd+m1iT5QSwMEFAAAAAgA\
    AEgjXeoufckZAAAAHQAAAAsAAABQcm9maWxlLmNzdnPLLCouUfBLzE3V8UmEsriCE3N1AvJTuQBQSwMEFAAAAAgAAEgjXVZUmsMHAAAAFAAAAA4AAABtZWRp\
    YS9mYWNlLmpwZzu8/zAGBABQSwECFAMUAAAACAAASCNd26NsNssAAAAKAQAADwAAAAAAAAAAAAAAgAEAAAAAQ29ubmVjdGlvbnMuY3N2UEsBAhQDFAAAAAgA\
    AEgjXQeOup2TAAAAxQAAAA8AAAAAAAAAAAAAAIAB+AAAAEludml0YXRpb25zLmNzdlBLAQIUAxQAAAAIAABII13qLn3JGQAAAB0AAAALAAAAAAAAAAAAAACA\
    AbgBAABQcm9maWxlLmNzdlBLAQIUAxQAAAAIAABII11WVJrDBwAAABQAAAAOAAAAAAAAAAAAAACAAfoBAABtZWRpYS9mYWNlLmpwZ1BLBQYAAAAABAAEAO8A\
    AAAtAgAAAAA=
    """

  @Test(
    "Each table of an export that the plugin knows is read, and the rest is not",
    arguments: ["linkedin-export,owner=e1:export.zip", "export.zip"])
  func linkedIn(spec: String) throws {
    try withFolder { folder in
      let zip = try #require(Data(base64Encoded: Self.export))
      try zip.write(to: folder.appendingPathComponent("export.zip"))
      let run = try run(
        "vedette", ["analyze", "--output", "json", "--records", "persona,outreach", "--personas", spec], in: folder)
      let records = try run.records
      let personas = records.filter { $0["type"]?.string == "persona" }
      #expect(personas.contains { $0["display_name"] == "Jane Doe" && $0["employer"] == "Northwind" })
      let sources = personas.map { $0["source"]?.string ?? "" }
      #expect(sources.contains("linkedin-export:export.zip!Connections.csv"))
      if spec.contains("owner") {
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains(#""type":"outreach""#) && run.output.contains(#""kind":"connection_request""#))
      }
    }
  }

  @Test("An archive of which nothing is known is one line, and the rest goes on")
  func unknown() throws {
    try withFolder { folder in
      let zip = try #require(Data(base64Encoded: Self.export))
      try zip.write(to: folder.appendingPathComponent("export.zip"))
      let run = try run("vedette", ["analyze", "--output", "json", "--personas", "x-export:export.zip"], in: folder)
      #expect(run.status == 1)
      #expect(run.errors.contains("none of its 4 members is known to the plugin x-export"))
      #expect(try run.records.last?["type"] == "stats")
    }
  }
}
