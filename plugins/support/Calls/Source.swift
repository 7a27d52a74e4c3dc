/// What a source is to the calls of the ABI, whatever it reads: what tells its inputs, what `create` makes and what
/// `open` makes.

import VedettePluginABI

/// What a plugin's descriptor is made of. Knows no instance.
public protocol Source: Sendable {
  /// 0 (not mine) … 100 for the first 64 KiB of an input and its file's name.
  var sniff: @Sendable (UnsafeRawBufferPointer, String) -> UInt32 { get }
  /// What `create` makes. It lives as long as the host keeps it, and all of its streams.
  func instance(of host: SourceHost) -> any SourceInstance
}

/// What `create` makes.
public protocol SourceInstance: AnyObject {
  var host: SourceHost { get }
  /// A stream of an interface. `descriptor`: −1 where the host has none; `parameters` and `cursor`: empty where there are
  /// none, and valid for the call.
  func open(
    _ interface: SourceInterface, parameters: UnsafeRawBufferPointer, descriptor: Int32,
    cursor: UnsafeRawBufferPointer
  ) throws(SourceFailure) -> any SourceStream
}

/// What `open` makes. `next` and `close` run on the source's thread, `wake` and `progress` on any.
public protocol SourceStream: AnyObject {
  /// Puts records into the sink until that is full, and answers VDT_NEXT_*. The cursor of the result is valid until the
  /// next call. `wait`: milliseconds that it may wait for records.
  func next(into sink: RecordSink, wait: UInt64, _ result: inout vdt_next_result) -> Int32
  func close()
  func wake()
  func progress(_ progress: inout vdt_progress)
}

extension SourceStream {
  public func close() {}
  public func wake() {}
}

/// Why a source cannot begin. One line: what, and what to do.
public struct SourceFailure: Error, Sendable {
  public var reason: String
  public init(_ reason: String) { self.reason = reason }

  /// The stored cursor is none of this source's.
  public static let foreignCursor = SourceFailure(
    "the stored cursor is of another form: remove the source and add it again")
}

/// The host of an instance, as Swift. The pointer is the host's, valid as long as the instance.
public struct SourceHost {
  public let pointer: UnsafePointer<vdt_host>

  init(_ pointer: UnsafePointer<vdt_host>) { self.pointer = pointer }

  /// `level`: VDT_LOG_*.
  public func log(_ level: UInt32, _ text: String) {
    withText(text) { _ = pointer.pointee.log(pointer, level, $0) }
  }

  /// Says why a call fails, and returns what the call has to.
  public func fail(_ code: Int32, _ text: String) -> Int32 {
    withText(text) { pointer.pointee.fail(pointer, code, $0) }
  }
}
