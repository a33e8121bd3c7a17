//! Mistakes about the database of settlement.

use super::check;

/// The good file's `store` line with a server in its place.
fn server(lines: &str) -> String {
    format!("store = \"postgresql\"\n[postgresql]\n{lines}")
}

#[test]
fn servers() {
    let whole =
        "host = \"db.example\"\ndatabase = \"books\"\nuser = \"pit\"\npassword_env = \"PW\"";
    let host = "f:10:8: postgresql.host: is not a host. Write a host name, an IP address or the folder of a Unix socket, \
         such as \"db.venue.example\" or \"/run/postgresql\"; the port, the user and the database have keys of their own.";
    for (lines, said) in [
        (whole.to_owned(), vec![]),
        (whole.replace("db.example", "10.0.0.7"), vec![]),
        (whole.replace("db.example", "fd00::7"), vec![]),
        (
            whole.replace("\npassword_env = \"PW\"", ""),
            vec![
                "f:9:1: postgresql.password_file: is missing. \
                 Add a line such as: password_file = \"postgresql.password\".",
            ],
        ),
        (
            whole
                .replace("db.example", "localhost")
                .replace("\npassword_env = \"PW\"", ""),
            vec![],
        ),
        (
            whole.replace("db.example", "postgres://pit:hunter2@db"),
            vec![host],
        ),
        (
            whole.replace("db.example", "/run/postgresql") + "\nca_file = \"ca.pem\"",
            vec![
                "f:14:11: postgresql.ca_file: is of no use over a Unix socket, which is not encrypted. \
                 Remove it, or name the server by its host name.",
            ],
        ),
        (
            whole.replace("\"books\"", "\"\""),
            vec![
                "f:11:12: postgresql.database: is not a name of 1 to 63 bytes. \
                 Write the name as it is on the server.",
            ],
        ),
        (
            whole.to_owned() + "\nport = 65536",
            vec![
                "f:14:8: postgresql.port: 65536 is out of range. Write a whole number from 1 to 65535.",
            ],
        ),
    ] {
        check("store = \"sqlite\"", &server(&lines), &said);
    }
    check(
        "store = \"sqlite\"",
        "store = \"sqlite\"\n[postgresql]\nhost = \"db.example\"",
        &[
            "f:10:8: postgresql: is of no use: settlement keeps its books in SQLite. \
           Write settlement.store = \"postgresql\", or remove this table.",
        ],
    );
    check(
        "store = \"sqlite\"",
        "store = \"postgresql\"",
        &[
            "f:1:1: postgresql.database: is missing. Add a table [postgresql] with a line such as: database = \"cloudpit\".",
            "f:1:1: postgresql.host: is missing. Add a table [postgresql] with a line such as: host = \"db.venue.example\".",
            "f:1:1: postgresql.user: is missing. Add a table [postgresql] with a line such as: user = \"cloudpit\".",
        ],
    );
}
