/// `vedette rpc`: one call of any method, or a subscription that is followed.

import ArgumentParser
import JSON

struct RPC: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rpc", abstract: "Call a method of the daemon; rpc.discover lists them.")

  @OptionGroup var daemon: DaemonOptions

  @Argument(help: "Method, for example engine.status.")
  var method: String

  @Argument(help: ArgumentHelp("Parameters as JSON.", valueName: "params-json"))
  var params: String?

  @Flag(help: "After the answer, print notifications as they come.")
  var follow = false

  func run() throws {
    var value: JSONValue?
    if let params {
      do throws(JSONError) { value = try JSONValue(parsing: params) } catch {
        throw Failure.usage("the parameters are no JSON: \(error)")
      }
    }
    let client = try daemon.connect()
    let result = try daemon.call(client, method, value)
    StandardOutput.write(result.description + "\n")
    guard follow else { return }
    while true {
      let notification = try daemon.next(client)
      guard StandardOutput.write(notification.params.description + "\n") else { return }
    }
  }
}
