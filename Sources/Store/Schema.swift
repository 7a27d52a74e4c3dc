/// The schema and its history: each step is applied once, in order, and never changed after it was released.

import GRDB

enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: records, cursors, audit") { db in
      for kind in RecordKind.allCases {
        var columns = [
          "id TEXT NOT NULL PRIMARY KEY", "time INTEGER NOT NULL", "recorded INTEGER NOT NULL", "source TEXT NOT NULL",
        ]
        columns += kind.columns.map { "\($0.name) \($0.type)" }
        columns.append("body TEXT NOT NULL")
        try db.execute(sql: "CREATE TABLE \(kind.table) (\(columns.joined(separator: ", ")))")
        try db.execute(sql: "CREATE INDEX \(kind.table)_by_time ON \(kind.table) (time)")
      }
      try db.execute(sql: "CREATE INDEX flow_by_community_id ON flow (community_id)")
      try db.execute(sql: "CREATE INDEX persona_by_account ON persona (platform, account_id, time)")
      try db.execute(sql: "CREATE INDEX process_by_host ON process (host, pid, time)")
      try db.execute(sql: "CREATE INDEX transaction_by_flow ON app_transaction (flow)")
      try db.execute(
        sql: "CREATE TABLE cursor (source TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL, recorded INTEGER NOT NULL)")
      try db.execute(
        sql:
          "CREATE TABLE roster (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL, recorded INTEGER NOT NULL)"
      )
      try db.execute(
        sql: """
          CREATE TABLE audit (seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, who TEXT NOT NULL,
          what TEXT NOT NULL, detail TEXT NOT NULL)
          """)
    }
    migrator.registerMigration("2: what sources keep") { db in
      try db.execute(
        sql:
          "CREATE TABLE source_state (source TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (source, key))"
      )
    }
    migrator.registerMigration("3: what changed in the roster") { db in
      try db.execute(
        sql: """
          CREATE TABLE roster_in_force (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL,
          recorded INTEGER NOT NULL)
          """)
      try db.execute(
        sql: """
          CREATE TABLE roster_change (seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, person TEXT NOT NULL,
          name TEXT NOT NULL, kind TEXT NOT NULL, field TEXT, old TEXT, new TEXT, who TEXT NOT NULL)
          """)
      try db.execute(sql: "CREATE INDEX roster_change_by_person ON roster_change (person, seq)")
    }
    migrator.registerMigration("4: suppressions") { db in
      try db.execute(
        sql: "CREATE TABLE suppression (id TEXT NOT NULL PRIMARY KEY, created INTEGER NOT NULL, body TEXT NOT NULL)")
    }
    migrator.registerMigration("5: words about cases") { db in
      try db.execute(
        sql: """
          CREATE TABLE case_word (seq INTEGER PRIMARY KEY AUTOINCREMENT, case_id TEXT NOT NULL, time INTEGER NOT NULL,
          body TEXT NOT NULL)
          """)
      try db.execute(sql: "CREATE INDEX case_word_by_case ON case_word (case_id, seq)")
    }
    return migrator
  }
}
