/// Union-find: which signals are one story.

struct DisjointSets {
  private var parent: [Int]
  init(_ count: Int) { parent = Array(0..<count) }

  mutating func find(_ x: Int) -> Int {
    var root = x
    while parent[root] != root { root = parent[root] }
    var at = x
    while parent[at] != root { (at, parent[at]) = (parent[at], root) }
    return root
  }

  /// The smaller index stays the root, so that the outcome does not depend on the order of unions.
  mutating func unite(_ a: Int, _ b: Int) {
    let (x, y) = (find(a), find(b))
    if x != y { parent[max(x, y)] = min(x, y) }
  }

  mutating func groups() -> [[Int]] {
    var byRoot: [Int: [Int]] = [:]
    for i in parent.indices { byRoot[find(i), default: []].append(i) }
    return byRoot.sorted { $0.key < $1.key }.map(\.value)
  }
}
