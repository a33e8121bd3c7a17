//! One line of the audit log, and how it is written.

use chrono::{DateTime, SecondsFormat, Utc};
use engine::SessionName;
use serde::Serialize;

use crate::identity::Peer;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// The venue started, or stopped.
    Venue,
    /// A connection that came to no Logon.
    Connection,
    /// A Logon.
    Logon,
    /// The end of a session that was logged on.
    Logout,
    /// Somebody may not try for a while.
    LockOut,
    /// A new password.
    Password,
    /// The configuration was read again; one entry for the whole, one for each change.
    Reload,
    /// The audit log itself.
    Audit,
    /// A call of the operators' channel.
    Admin,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It was done.
    Done,
    /// It was not.
    Refused,
}

/// What is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    what: What,
    outcome: Outcome,
    session: Option<SessionName>,
    peer: Option<Peer>,
    operator: Option<String>,
    user: Option<String>,
    detail: String,
}

#[derive(Serialize)]
struct Line<'a> {
    /// UTC, with microseconds.
    time: String,
    what: What,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
}

impl Entry {
    /// An entry that is about nobody yet. `detail` is for people; no secret may be in it.
    pub(crate) fn new(what: What, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self {
            what,
            outcome,
            session: None,
            peer: None,
            operator: None,
            user: None,
            detail: detail.into(),
        }
    }

    /// The same, about this session.
    #[must_use]
    pub(crate) fn of(mut self, session: SessionName) -> Self {
        self.session = Some(session);
        self
    }

    /// The same, by this client.
    #[must_use]
    pub(crate) fn from(mut self, peer: Peer) -> Self {
        self.peer = Some(peer);
        self
    }

    /// The same, asked by somebody on this machine: under which name, if under one, and as which user.
    #[must_use]
    pub(crate) fn by(mut self, operator: Option<String>, user: String) -> Self {
        self.operator = operator;
        self.user = Some(user);
        self
    }

    /// The entry as a line, with its end.
    pub(super) fn line(&self, time: DateTime<Utc>) -> String {
        let certificate = self.peer.and_then(|peer| peer.certificate);
        let line = Line {
            time: time.to_rfc3339_opts(SecondsFormat::Micros, true),
            what: self.what,
            outcome: self.outcome,
            session: self.session.as_ref().map(SessionName::as_str),
            from: self.peer.map(|peer| peer.to_string()),
            certificate: certificate.map(|certificate| certificate.to_string()),
            operator: self.operator.as_deref(),
            user: self.user.as_deref(),
            detail: &self.detail,
        };
        let mut text = serde_json::to_string(&line).expect("these fields are always JSON");
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use config::Fingerprint;
    use engine::SessionName;

    use super::{Entry, Outcome, What};
    use crate::identity::Peer;

    #[test]
    fn a_line_is_one_json_object_whatever_is_in_it() {
        let time = "2026-01-02T10:11:12.000013Z".parse().unwrap();
        let peer = Peer {
            certificate: Some(Fingerprint::new([0xab; 32])),
            ..Peer::at("[::ffff:192.0.2.1]:5000".parse().unwrap())
        };
        let certificate = "ab".repeat(32);
        let full = Entry::new(What::LockOut, Outcome::Done, "a \"b\"\n{c}")
            .of(SessionName::new("ME").unwrap())
            .from(peer);
        for (entry, expected) in [
            (
                full,
                format!(
                    "{{\"time\":\"2026-01-02T10:11:12.000013Z\",\"what\":\"lock_out\",\"outcome\":\"done\",\
                     \"session\":\"ME\",\"from\":\"192.0.2.1:5000\",\"certificate\":\"{certificate}\",\
                     \"detail\":\"a \\\"b\\\"\\n{{c}}\"}}\n"
                ),
            ),
            (
                Entry::new(What::Admin, Outcome::Done, "GET /v1/firms")
                    .by(Some("alice".to_owned()), "root, uid 0".to_owned()),
                "{\"time\":\"2026-01-02T10:11:12.000013Z\",\"what\":\"admin\",\"outcome\":\"done\",\
                 \"operator\":\"alice\",\"user\":\"root, uid 0\",\"detail\":\"GET /v1/firms\"}\n"
                    .to_owned(),
            ),
            (
                Entry::new(What::Venue, Outcome::Refused, ""),
                "{\"time\":\"2026-01-02T10:11:12.000013Z\",\"what\":\"venue\",\"outcome\":\"refused\"}\n"
                    .to_owned(),
            ),
        ] {
            assert_eq!(entry.line(time), expected);
        }
    }
}
