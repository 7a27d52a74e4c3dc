/// Pictures that the host lends to a source that reads a file: those that lie beside it.

import VedettePluginABI

/// Why there is no picture, in a few words.
public struct SourcePictureFailure: Error, Equatable, Sendable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}

/// The host's `host-pictures/1`, as Swift. Valid as long as the instance.
public struct SourcePictures {
  private let host: UnsafePointer<vdt_host>

  init(_ host: SourceHost) { self.host = host.pointer }

  /// The bytes of a picture by its path below the folder of the source's input, at most 8 MiB.
  public func read(_ name: String) throws(SourcePictureFailure) -> [UInt8] {
    guard let table = withText(VDT_HOST_PICTURES_ID, { host.pointee.interface?(host, $0) ?? nil }),
      let read = table.assumingMemoryBound(to: vdt_host_pictures.self).pointee.read
    else { throw SourcePictureFailure("this input has no files beside it") }
    var all: [UInt8] = []
    while true {
      var piece = vdt_bytes()
      let status = withText(name) { read(host, $0, UInt64(all.count), &piece) }
      guard status == VDT_OK else { throw SourcePictureFailure(Self.words(status)) }
      let bytes = piece.buffer
      if bytes.isEmpty { return all }
      all += bytes
      guard all.count <= Int(VDT_MAX_PICTURE) else { throw SourcePictureFailure(Self.words(VDT_E_LIMIT)) }
    }
  }

  private static func words(_ status: Int32) -> String {
    switch status {
    case VDT_E_ARGUMENT: "it does not lead to a place below the input's folder"
    case VDT_E_UNKNOWN: "there is no such file beside the input"
    case VDT_E_TYPE: "it is no JPEG, PNG, WebP or GIF"
    case VDT_E_LIMIT: "it has more than \(VDT_MAX_PICTURE >> 20) MiB, or too much is to be searched for it"
    default: "it cannot be read (error \(status))"
    }
  }
}
