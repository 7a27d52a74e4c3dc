/// Where the daemon is, for all commands that speak to it.

import ArgumentParser
import Engine
import EventLoop
import JSON
import RPC

struct DaemonOptions: ParsableArguments {
  @Option(help: "Unix socket of the daemon.")
  var socket = "/run/vedette/vedette.sock"

  @Option(help: ArgumentHelp("Address of the daemon on loopback instead.", valueName: "address:port"))
  var tcp: String?

  @Option(help: "File that holds the token for --tcp.")
  var tokenFile: String?

  func connect() throws -> RPCClient {
    do {
      guard let tcp else { return try RPCClient(unix: socket) }
      guard let place = HostPort(tcp) else { throw Failure.usage("--tcp \(tcp): expected ADDRESS:PORT") }
      return try RPCClient(tcp: place.host, port: place.port, token: try tokenFile.map(token))
    } catch let error as RPCClientError {
      throw failure(error)
    }
  }

  func call(_ client: RPCClient, _ method: String, _ params: JSONValue? = nil) throws -> JSONValue {
    do throws(RPCClientError) { return try client.call(method, params) } catch { throw failure(error) }
  }

  func next(_ client: RPCClient) throws -> RPCClient.Notification {
    do throws(RPCClientError) { return try client.nextNotification() } catch { throw failure(error) }
  }

  private func failure(_ error: RPCClientError) -> Failure {
    if case .refused = error { return .refused("\(error)") }
    return .unreachable("\(error)")
  }

  private func token(_ path: String) throws -> String {
    do throws(FileError) {
      return try readTextFile(path, limit: 4096).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    } catch {
      throw Failure.usage(error.description)
    }
  }
}
