/// `vedette plugin sign` and `verify`: a vendor's signature beside a plugin's file.

import ArgumentParser
import Engine
import PluginHost

struct SignPlugin: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a plugin's file, so that others can tell that it is yours.",
    discussion: """
      Writes FILE.so.sig beside the file, an Ed25519 signature over its SHA-256. Those who trust your public key name it in \
      plugins.trust.keys of their configuration. With --new-key the key is made first: KEY.pem, which only you can read and \
      never leaves you, and KEY.pub.pem, which you hand out. Exit status: 0 done; 1 something was refused; 2 wrong use.
      """)

  @Argument(help: "The plugin's file; may be left out with --new-key.") var file: String?
  @Option(help: ArgumentHelp("The private key, a PEM file.", valueName: "key.pem")) var key: String
  @Flag(help: "Make the key first; a file that is there is never written over.") var newKey = false

  func validate() throws {
    guard file != nil || newKey else { throw ValidationError("give the plugin's file, or --new-key") }
  }

  func run() throws {
    do throws(PluginError) {
      if newKey {
        let publicPath = try Ed25519SigningKey.make(at: key)
        StandardOutput.write("\(printable(key)): a new private key; keep it\n")
        StandardOutput.write("\(printable(publicPath)): its public half; hand it out\n")
      }
      let signing = try Ed25519SigningKey(reading: key)
      guard let file else { return }
      let (place, sha256) = try PluginSigning.sign(path: file, key: signing)
      StandardOutput.write("\(printable(place)): signed by \(signing.publicKey.id), SHA-256 \(sha256)\n")
    } catch {
      throw Failure.refused(error.description)
    }
  }
}

struct VerifyPlugin: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check the signature beside a plugin's file; no code of the plugin runs.",
    discussion: "Exit status: 0 it is signed by one of the keys; 1 it is not; 2 wrong use.")

  @Argument(help: "The plugin's file.") var file: String
  @Option(help: ArgumentHelp("A public key, as a PEM file or in Base64; may be repeated.", valueName: "pub.pem"))
  var key: [String] = []
  @Option(help: "Configuration file, for the keys of plugins.trust.keys.") var config: String?

  func validate() throws {
    guard !key.isEmpty || config != nil else { throw ValidationError("give a --key, or a --config that has some") }
  }

  func run() throws {
    var texts = key
    if let config { texts += try loadConfiguration(file: config, overrides: []).texts("plugins.trust.keys") }
    do throws(PluginError) {
      var keys: [Ed25519PublicKey] = []
      for text in texts { keys.append(try Ed25519PublicKey(pathOrBase64: text)) }
      let (sha256, signer) = try PluginTrust.verify(SealedFile(path: file), keys: keys)
      StandardOutput.write("\(printable(file)): signed by \(signer.id), SHA-256 \(sha256)\n")
    } catch {
      throw Failure.refused(error.description)
    }
  }
}
