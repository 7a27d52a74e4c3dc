/// `vedette personas`: the accounts seen, why one scored as it did, and erasing one.

import ArgumentParser
import JSON

struct Personas: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "personas", abstract: "Snapshots of personas; `explain` and `forget` for one account.",
    subcommands: [ListPersonas.self, ExplainPersona.self, ForgetPersona.self], defaultSubcommand: ListPersonas.self)
}

/// PLATFORM/ACCOUNT, as cases and lists show it.
private func account(_ id: String) throws -> (platform: String, account: String) {
  guard let slash = id.firstIndex(of: "/"), slash > id.startIndex, id.index(after: slash) < id.endIndex else {
    throw Failure.usage("\(id): expected PLATFORM/ACCOUNT, for example linkedin/299902473")
  }
  return (String(id[..<slash]), String(id[id.index(after: slash)...]))
}

struct ExplainPersona: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "How an account came to its score: what each part moved, in log-odds.")

  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "PLATFORM/ACCOUNT, for example linkedin/299902473.") var id: String
  @Flag(help: "As JSON.") var json = false

  func run() throws {
    let (platform, account) = try account(id)
    let client = try daemon.connect()
    let answer = try daemon.call(
      client, "persona.explain", ["platform": .string(platform), "account_id": .string(account)])
    StandardOutput.write(json ? answer.description + "\n" : text(answer))
  }

  private func text(_ answer: JSONValue) -> String {
    let style = Style.standardOutput
    func number(_ value: JSONValue?) -> Double { value?.double ?? 0 }
    func signed(_ value: Double) -> String {
      let hundredths = Int((value * 100).rounded())
      let (whole, part) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
      return "\(hundredths < 0 ? "-" : "+")\(whole).\(part < 10 ? "0" : "")\(part)"
    }
    func percent(_ value: JSONValue?) -> String { "\(Int((number(value) * 1000).rounded()) / 10) %" }
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    var out = style.bold("\(id): persona.risk \(percent(answer["risk"]))") + "\n"
    out += printable(answer["reason"]?.string ?? "", limit: 2_000) + "\n\n"
    out += padded(signed(number(answer["bias"])), 8) + "  where nothing is known\n"
    for one in answer["analytics"]?.elements ?? [] {
      out += padded(signed(number(one["weight"])), 8) + "  "
      out += style.bold(printable(one["analytic"]?.string ?? "", limit: 80))
      out += "  (without it \(percent(one["risk_without"])))\n"
      for part in one["parts"]?.elements ?? [] {
        out +=
          padded(signed(number(part["weight"])), 14) + "  " + printable(part["name"]?.string ?? "", limit: 80) + "\n"
      }
      if let reason = one["reason"]?.string { out += "          " + printable(reason, limit: 2_000) + "\n" }
    }
    for part in answer["other_parts"]?.elements ?? [] {
      out += padded(signed(number(part["weight"])), 8) + "  " + printable(part["name"]?.string ?? "", limit: 80) + "\n"
    }
    return out
  }
}

struct ForgetPersona: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget", abstract: "Erases all records of an account; the statistics stay.")

  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "PLATFORM/ACCOUNT, for example linkedin/299902473.") var id: String
  @Option(help: "Why, for the audit log.") var reason: String

  func run() throws {
    let (platform, account) = try account(id)
    let client = try daemon.connect()
    let answer = try daemon.call(
      client, "persona.forget",
      ["platform": .string(platform), "account_id": .string(account), "reason": .string(reason)])
    StandardOutput.write("\(answer["records"]?.int64 ?? 0) records erased\n")
  }
}
