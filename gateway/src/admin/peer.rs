//! Who is at the other end of the operators' channel, as the system tells.

use std::fmt;
use std::io;

use tokio::net::UnixStream;

/// Where the system lists its users. Those that it learns of elsewhere are told by number alone.
const USERS: &str = "/etc/passwd";

/// A program on this machine, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LocalPeer {
    user_id: u32,
    user: Option<String>,
    process: Option<i32>,
}

impl LocalPeer {
    /// Asks the system who made a connection.
    pub(super) async fn of(stream: &UnixStream) -> io::Result<Self> {
        let credentials = stream.peer_cred()?;
        let user_id = credentials.uid();
        let users = tokio::fs::read_to_string(USERS).await.unwrap_or_default();
        Ok(Self {
            user_id,
            user: name_of(user_id, &users),
            process: credentials.pid(),
        })
    }

    /// Whether it may call: the user that runs the venue, and the superuser, who may do so anyway.
    pub(super) fn is_permitted(&self) -> bool {
        self.user_id == 0 || self.user_id == rustix::process::geteuid().as_raw()
    }
}

impl fmt::Display for LocalPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}, ")?;
        }
        write!(f, "uid {}", self.user_id)?;
        match self.process {
            Some(process) => write!(f, ", process {process}"),
            None => Ok(()),
        }
    }
}

/// The name of a user, in the text of the system's list.
fn name_of(user_id: u32, users: &str) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(user_id)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::{LocalPeer, name_of};

    #[test]
    fn a_user_is_told_by_name_where_the_system_lists_it() {
        let users = "root:x:0:0:root:/root:/bin/sh\nbroken\nvenue:x:990:990::/srv:/bin/false\n";
        for (user_id, expected) in [(0, Some("root")), (990, Some("venue")), (1, None)] {
            assert_eq!(name_of(user_id, users).as_deref(), expected);
        }
        let peer = |user: Option<&str>, process| LocalPeer {
            user_id: 990,
            user: user.map(str::to_owned),
            process,
        };
        assert_eq!(
            peer(Some("venue"), Some(7)).to_string(),
            "venue, uid 990, process 7"
        );
        assert_eq!(peer(None, None).to_string(), "uid 990");
    }
}
