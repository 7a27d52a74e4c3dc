/// Finds perceptual hashes near a given one without looking at all of them (a Burkhard-Keller tree).

struct PictureTree: Sendable {
  private struct Node {
    var hash: UInt64
    var people: [Int]
    /// Child by its Hamming distance from this hash.
    var children: [Int: Int] = [:]
  }

  private var nodes: [Node] = []

  mutating func insert(_ hash: UInt64, person: Int) {
    guard !nodes.isEmpty else { return nodes.append(Node(hash: hash, people: [person])) }
    var at = 0
    while true {
      let distance = (nodes[at].hash ^ hash).nonzeroBitCount
      if distance == 0 {
        if !nodes[at].people.contains(person) { nodes[at].people.append(person) }
        return
      }
      guard let next = nodes[at].children[distance] else {
        nodes[at].children[distance] = nodes.count
        return nodes.append(Node(hash: hash, people: [person]))
      }
      at = next
    }
  }

  /// The people with a picture at most `limit` bits away, sorted.
  func people(near hash: UInt64, limit: Int) -> [Int] {
    guard !nodes.isEmpty else { return [] }
    var found: Set<Int> = []
    var open = [0]
    while let at = open.popLast() {
      let distance = (nodes[at].hash ^ hash).nonzeroBitCount
      if distance <= limit { found.formUnion(nodes[at].people) }
      for (step, child) in nodes[at].children where abs(step - distance) <= limit { open.append(child) }
    }
    return found.sorted()
  }
}
