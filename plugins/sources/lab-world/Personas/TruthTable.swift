/// The label and the family of each account, for scoring.

extension PersonaWorld {
  /// Tab-separated, with a header line.
  func truth() -> [UInt8] {
    var text = "platform\taccount_id\thandle\tlabel\tfamily\n"
    for p in profiles {
      text += "\(p.platform)\t\(p.accountID)\t\(p.handle)\t\(p.isMalicious ? "malicious" : "benign")\t\(p.family)\n"
    }
    return Array(text.utf8)
  }
}
