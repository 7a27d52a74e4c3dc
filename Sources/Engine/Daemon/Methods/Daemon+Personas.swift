/// What is asked of one account: how it came to its score, and that it be forgotten.

import Analytics
import Evidence
import JSON
import RPC
import Store

extension Daemon {
  func registerPersonas() {
    methods.onDeferred("persona.explain") { [unowned self] call, reply in
      let account = account(call)
      whenFree { [unowned self] in
        guard let explanation = investigation.explain(account) else {
          return reply.fail(RPCError.notFound("no account '\(account)'"))
        }
        // Whose account is looked into is personal data: that somebody looked is noted.
        audit(call, "\(account)")
        reply.succeed { explanation.write(to: &$0) }
      }
    }
    methods.onDeferred("persona.forget") { [unowned self] call, reply in
      let account = account(call)
      let reason = call.params["reason"]?.string ?? ""
      whenFree { [unowned self] in
        let wasHeld = investigation.forget(account)
        do throws(StoreError) {
          let records = try store.forget(platform: account.platform, account: account.accountID)
          guard wasHeld || records > 0 else { return reply.fail(RPCError.notFound("no account '\(account)'")) }
          try useSuppressions()
          // The log says who asked and why; it would defeat the purpose if it said of whom in words.
          audit(call, "\(Daemon.digest(account)), \(records) records: \(reason)")
          markDirty()
          reply.succeed { w in
            w.beginObject()
            w.member("records", records)
            w.endObject()
          }
        } catch {
          reply.fail(RPCError.unavailable(error.description))
        }
      }
    }
  }

  /// An account for the audit log, without naming it.
  static func digest(_ account: AccountKey) -> String {
    var digest = StableHash()
    digest.combine(account.platform)
    digest.combine(account.accountID)
    return "an account of \(account.platform) (\(digest.digits))"
  }

  private func account(_ call: RPCCall) -> AccountKey {
    let account = AccountKey(
      platform: call.params["platform"]?.string ?? "", accountID: call.params["account_id"]?.string ?? "")
    return investigation.pseudonyms?.asked(account) ?? account
  }
}

extension PersonaExplanation {
  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("platform", account.platform)
    w.member("account_id", account.accountID)
    w.member("risk", risk)
    w.member("bias", bias)
    w.member("reason", reason)
    w.objects("analytics", analytics) { one, w in
      w.member("analytic", one.name)
      w.member("weight", one.weight)
      w.member("risk_without", one.riskWithout)
      if let reason = one.reason { w.member("reason", reason) }
      w.member("attack", one.attack)
      w.objects("parts", one.parts, PersonaExplanation.write)
    }
    w.objects("other_parts", otherParts, PersonaExplanation.write)
    w.endObject()
  }

  private static func write(_ part: (name: String, weight: Double), _ w: inout JSONWriter) {
    w.member("name", part.name)
    w.member("weight", part.weight)
  }
}
