//! The demo: two banks trade a running instance over FIX 4.4 and it is reassigned. A real venue, a real control
//! plane with real guests, and FIX clients that reach the venue over TCP like anybody's. What it claims it has
//! looked at itself: the guests, not the control plane's word for them.

mod control_plane;
mod farewell;
mod guests;
mod market_maker;
mod member;
mod narrator;
mod register;
mod stage;
mod story;

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::signals;
use narrator::Narrator;

/// How the demo is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether to end when the story is finished; else the venue goes on serving until it is told to stop.
    pub once: bool,
    /// The folder that everything is kept under; a new one that is removed at the end, unless told.
    pub data: Option<PathBuf>,
    /// The program that runs `guest IMAGE`: this one.
    pub guest_runtime: PathBuf,
}

/// Runs the demo.
///
/// # Errors
/// The step of the story that failed, and why; nothing is left running.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let folder = Folder::prepare(options.data).context("step 1 failed: the files")?;
    let played = play(folder.path(), options.guest_runtime, options.once).await;
    played.and(folder.leave())
}

async fn play(folder: &Path, guest_runtime: PathBuf, once: bool) -> anyhow::Result<()> {
    let mut stop = signals::stop_requested()?;
    let narrator = Narrator::start();
    let told = story::tell(folder, guest_runtime, narrator, &mut stop).await?;
    if once {
        // Else the venue would wait for its answer to a Logout.
        let left = told.market_maker.leave().await;
        told.stage.close().await.and(left)
    } else {
        farewell::serve(told, narrator, &mut stop).await
    }
}

/// Where the demo keeps its files.
enum Folder {
    /// Made for this run.
    Own(PathBuf),
    /// Named by the reader, who keeps it.
    Given(PathBuf),
}

impl Folder {
    fn prepare(given: Option<PathBuf>) -> anyhow::Result<Self> {
        let folder = match given {
            Some(path) => Self::Given(path),
            None => {
                let name = format!("cloudpit-demo-{}", std::process::id());
                Self::Own(std::env::temp_dir().join(name))
            }
        };
        let path = folder.path();
        let made = match &folder {
            Self::Own(path) => std::fs::create_dir(path),
            Self::Given(path) => std::fs::create_dir_all(path),
        };
        made.with_context(|| format!("the folder {} cannot be made", path.display()))?;
        let used = std::fs::read_dir(path)?.next().is_some();
        anyhow::ensure!(
            !used,
            "the folder {} is not empty: the demo starts from nothing; name a new one",
            path.display()
        );
        Ok(folder)
    }

    fn path(&self) -> &Path {
        match self {
            Self::Own(path) | Self::Given(path) => path,
        }
    }

    fn leave(self) -> anyhow::Result<()> {
        match self {
            Self::Given(_) => Ok(()),
            Self::Own(path) => std::fs::remove_dir_all(&path)
                .with_context(|| format!("{} cannot be removed", path.display())),
        }
    }
}
