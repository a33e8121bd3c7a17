//! Sessions that log on and do nothing but keep their heartbeats.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::ground;
use super::member::Voice;

/// HeartBtInt(108), in seconds.
const HEARTBEAT_SECONDS: u64 = 30;

/// Sessions that log on at one time: fewer than the venue takes before their Logon from one address.
const LOGGING_ON_MAX: usize = 32;

/// How long a Logon may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Idle sessions, logged on.
#[derive(Debug)]
pub(super) struct Idle {
    sessions: JoinSet<bool>,
    end: watch::Sender<bool>,
}

impl Idle {
    /// Logs on so many.
    pub(super) async fn log_on(venue: SocketAddr, number: usize) -> anyhow::Result<Self> {
        let (end, ends) = watch::channel(false);
        let room = Arc::new(Semaphore::new(LOGGING_ON_MAX));
        let mut logons = JoinSet::new();
        for number in 0..number {
            let room = Arc::clone(&room);
            logons.spawn(async move {
                let _room = room.acquire_owned().await?;
                log_on(venue, ground::idle(number)).await
            });
        }
        let mut sessions = JoinSet::new();
        while let Some(logged_on) = logons.join_next().await {
            let (stream, voice) = logged_on??;
            sessions.spawn(stay(stream, voice, ends.clone()));
        }
        Ok(Self { sessions, end })
    }

    /// Closes all of them, and gives how many the venue had closed before.
    pub(super) async fn end(mut self) -> anyhow::Result<usize> {
        self.end.send_replace(true);
        let mut lost = 0;
        while let Some(stayed) = self.sessions.join_next().await {
            if !stayed? {
                lost += 1;
            }
        }
        Ok(lost)
    }
}

async fn log_on(venue: SocketAddr, comp_id: String) -> anyhow::Result<(TcpStream, Voice)> {
    let what = comp_id.clone();
    let mut voice = Voice::new(comp_id);
    let logged_on = async {
        let mut stream = TcpStream::connect(venue).await?;
        stream
            .write_all(&voice.logon(HEARTBEAT_SECONDS, false))
            .await?;
        let mut buffer = [0; 512];
        let mut said = Vec::new();
        while !said.windows(6).any(|part| part == b"\x0135=A\x01") {
            let count = stream.read(&mut buffer).await?;
            anyhow::ensure!(count > 0, "closed");
            said.extend_from_slice(&buffer[..count]);
        }
        anyhow::Ok(stream)
    };
    let stream = timeout(PATIENCE, logged_on).await;
    let stream = stream.unwrap_or_else(|_| Err(anyhow::anyhow!("no answer in {PATIENCE:?}")));
    Ok((
        stream.with_context(|| format!("{what} cannot log on"))?,
        voice,
    ))
}

/// Keeps its heartbeats until the end; whether it was still logged on then.
async fn stay(mut stream: TcpStream, mut voice: Voice, mut ends: watch::Receiver<bool>) -> bool {
    let every = Duration::from_secs(HEARTBEAT_SECONDS);
    let mut beats = interval_at(Instant::now() + every, every);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut buffer = [0; 512];
    loop {
        let wake = tokio::select! {
            _ = ends.wait_for(|ends| *ends) => Wake::End,
            _ = beats.tick() => Wake::Beat,
            // Whatever it is: heartbeats, and TestRequests that the next heartbeat answers in time.
            read = stream.read(&mut buffer) => Wake::Read(read.unwrap_or(0)),
        };
        match wake {
            Wake::End => {
                drop(stream.write_all(&voice.logout()).await);
                return true;
            }
            Wake::Beat if stream.write_all(&voice.heartbeat()).await.is_err() => return false,
            Wake::Read(0) => return false,
            Wake::Beat | Wake::Read(_) => {}
        }
    }
}

/// What an idle session woke up for.
enum Wake {
    End,
    Beat,
    Read(usize),
}
