// Rosters that several tests of the whole program tell their stories with.

enum Rosters {
  /// Six people of a house in textiles, one of them with an account.
  static let aurora = """
    organisation: {names: [Aurora Textiles], domains: [aurora.example]}
    people:
      - {id: e0, name: Guilherme Barroso, accounts: [{platform: linkedin, account_id: "100"}]}
      - {id: e1, name: Ann Vale}
      - {id: e2, name: Bob Reed}
      - {id: e3, name: Cleo Marsh}
      - {id: e4, name: Dan Holt}
      - {id: e5, name: Eve Lind}
    """
}
