/// The version, said by the command line and by engine.status.

public let engineVersion = "0.1.0"
