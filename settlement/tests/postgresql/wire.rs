//! A wire to the server on which commits, or their answers, are lost as a test wants it.

use settlement::Database;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
};

use crate::{books::Books, server::PORT};

/// What becomes of what is asked, on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Passes,
    /// It is done, and nobody hears of it: the connection breaks.
    AnswerLost,
    /// It is never heard: the connection breaks.
    Lost,
}

/// The books, at the other end of a wire. `fate` is told what is asked, and whether that is a commit.
pub(crate) async fn through(
    books: &Books,
    mut fate: impl FnMut(&[u8], bool) -> Fate + Send + 'static,
) -> Database {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = books.settings();
    settings.host = "127.0.0.1".to_owned();
    settings.port = listener.local_addr().unwrap().port();
    let socket = books.server().host().join(format!(".s.PGSQL.{PORT}"));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = UnixStream::connect(&socket).await.unwrap();
            // A connection that breaks is what this is for.
            drop(carry(client, server, &mut fate).await);
        }
    });
    Database::Postgresql(settings)
}

async fn carry(
    mut client: TcpStream,
    mut server: UnixStream,
    fate: &mut impl FnMut(&[u8], bool) -> Fate,
) -> std::io::Result<()> {
    let (mut asked, mut answered) = ([0; 65_536], [0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let asked = &asked[..read?];
                let is_commit = asked.windows(7).any(|bytes| bytes == b"COMMIT\0");
                let fate = fate(asked, is_commit);
                if asked.is_empty() || fate == Fate::Lost {
                    return Ok(());
                }
                server.write_all(asked).await?;
                if fate == Fate::AnswerLost {
                    assert_ne!(server.read(&mut answered).await?, 0);
                    return Ok(());
                }
            }
            read = server.read(&mut answered) => {
                let answered = &answered[..read?];
                if answered.is_empty() {
                    return Ok(());
                }
                client.write_all(answered).await?;
            }
        }
    }
}
